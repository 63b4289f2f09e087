#include "nearest.h"

#include <string.h>

/* Longer words are compared by their start only. */
enum { LONGEST = 32 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Row i of the table holds the costs of a's first i letters. */
static size_t edits(const char *a, const char *b)
{
    size_t rows = strnlen(a, LONGEST);
    size_t columns = strnlen(b, LONGEST);
    size_t cost[LONGEST + 1][LONGEST + 1];

    for (size_t i = 0; i <= rows; i++)
        cost[i][0] = i;
    for (size_t j = 0; j <= columns; j++)
        cost[0][j] = j;
    for (size_t i = 1; i <= rows; i++)
        for (size_t j = 1; j <= columns; j++) {
            size_t change = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            size_t best = least(cost[i - 1][j], cost[i][j - 1]) + 1;

            best = least(best, change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, cost[i - 2][j - 2] + 1);
            cost[i][j] = best;
        }
    return cost[rows][columns];
}

const char *nearest(const char *word, const char *const *words, size_t count)
{
    size_t bound = strnlen(word, LONGEST) / 3 + 1;
    const char *found = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t now = edits(word, words[i]);

        if (now < bound || (now == bound && !found)) {
            bound = now;
            found = words[i];
        }
    }
    return found;
}
