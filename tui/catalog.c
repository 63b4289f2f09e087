#include "catalog.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "complete.h"
#include "words.h"

void catalog_add(struct catalog *catalog, const struct action *action,
                 size_t owner)
{
    if (catalog->count == CATALOG_MAX)
        return;
    catalog->actions[catalog->count] = action;
    catalog->owners[catalog->count++] = owner;
}

size_t catalog_find(const struct catalog *catalog, char *const *words,
                    size_t count, size_t *used)
{
    size_t best = SIZE_MAX;

    *used = 0;
    for (size_t i = 0; i < catalog->count; i++) {
        size_t of_name = action_named(catalog->actions[i], words, count);

        if (of_name > *used) {
            best = i;
            *used = of_name;
        }
    }
    return best;
}

static const char *skip_blanks(const char *line)
{
    return line + strspn(line, " \t");
}

/* One entry under a name: the first, which is the focused pane's. */
static void put(size_t row, size_t *rows, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (rows[i] == row)
            return;
    rows[(*count)++] = row;
}

/* The action a line goes on from, with a blank or more behind its name. */
static size_t begun(const struct catalog *catalog, const char *line)
{
    struct words words;
    size_t used;
    size_t found;

    words_read(line, WORDS_COMMENTS, &words);
    found = catalog_find(catalog, words.argv, words.count, &used);
    return found != SIZE_MAX && line[words.ranges[used - 1].to] ? found
                                                                : SIZE_MAX;
}

static size_t match_begun(const struct catalog *catalog, const char *line,
                          size_t found, size_t *rows)
{
    size_t count = 0;

    put(found, rows, &count);
    for (size_t i = 0; i < catalog->count; i++)
        if (complete_fit(line, catalog->actions[i]->name) <= COMPLETE_FOLDED)
            put(i, rows, &count);
    return count;
}

size_t catalog_match(const struct catalog *catalog, const char *line,
                     size_t *rows)
{
    const char *names[CATALOG_MAX];
    size_t found;
    size_t count;

    line = skip_blanks(line);
    found = begun(catalog, line);
    if (found != SIZE_MAX)
        return match_begun(catalog, line, found, rows);
    for (size_t i = 0; i < catalog->count; i++)
        names[i] = catalog->actions[i]->name;
    count = complete_filter(line, names, catalog->count, rows);
    for (size_t i = 0; i < catalog->count; i++)
        if (complete_fit(line, _(catalog->actions[i]->summary)) <=
            COMPLETE_INSIDE)
            put(i, rows, &count);
    return count;
}

void catalog_names(const struct catalog *catalog, const char *line, size_t from,
                   struct candidates *candidates)
{
    size_t blanks = (size_t)(skip_blanks(line) - line);

    if (from < blanks)
        return;
    for (size_t i = 0; i < catalog->count; i++) {
        const char *name = catalog->actions[i]->name;

        if (complete_fit(line + blanks, name) <= COMPLETE_FOLDED &&
            from - blanks < strlen(name))
            candidates_add_text(candidates, name + (from - blanks));
    }
}
