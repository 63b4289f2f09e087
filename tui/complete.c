#include "complete.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "grapheme.h"

/* Takes the next letter off the text, 0 at the end. A byte that is no part of
 * valid UTF-8 is a letter beyond all others. */
static uint32_t take(const char **text)
{
    size_t len = strnlen(*text, 4);
    uint32_t code;
    size_t used = fmt_utf8(*text, len, &code);

    if (len == 0)
        return 0;
    if (used == 0) {
        code = 0x110000u + (unsigned char)(*text)[0];
        used = 1;
    } else {
        code = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
    }
    *text += used;
    return code;
}

static bool starts(const char *text, const char *prefix)
{
    for (;;) {
        uint32_t want = take(&prefix);

        if (want == 0)
            return true;
        if (take(&text) != want)
            return false;
    }
}

static bool is_word(uint32_t letter)
{
    return letter > 0x10ffff ||
           strchr("LMN", utf8proc_category_string((utf8proc_int32_t)letter)[0]);
}

/* Where in it the typed text stands, and whether a word starts there. */
static enum complete_fit find(const char *typed, const char *candidate)
{
    enum complete_fit fit = COMPLETE_NONE;
    uint32_t last = ' ';

    for (; *candidate && fit != COMPLETE_WORD; last = take(&candidate))
        if (starts(candidate, typed))
            fit = is_word(last) ? COMPLETE_INSIDE : COMPLETE_WORD;
    return fit;
}

/* Whether the letters of typed are in text, in order; if so, span is how many
 * letters of it they stretch over, beginning at the first that fits. */
static bool scattered(const char *typed, const char *text, size_t *span)
{
    uint32_t want = take(&typed);
    uint32_t have;
    size_t count = 0;

    while (want != 0 && (have = take(&text)) != 0) {
        if (have == want)
            want = take(&typed);
        else if (count == 0)
            continue;
        count++;
    }
    *span = count;
    return want == 0;
}

enum complete_fit complete_fit(const char *typed, const char *candidate)
{
    size_t len = strlen(typed);
    size_t span;
    enum complete_fit fit;

    if (strncmp(candidate, typed, len) == 0)
        return candidate[len] ? COMPLETE_PREFIX : COMPLETE_SAME;
    if (starts(candidate, typed))
        return COMPLETE_FOLDED;
    fit = find(typed, candidate);
    if (fit == COMPLETE_NONE && scattered(typed, candidate, &span))
        fit = COMPLETE_SCATTERED;
    return fit;
}

/* Sorting. */

struct match {
    enum complete_fit fit;
    size_t span;
    size_t index;
};

static int compare(const void *one, const void *other)
{
    const struct match *a = one;
    const struct match *b = other;

    if (a->fit != b->fit)
        return a->fit < b->fit ? -1 : 1;
    if (a->span != b->span)
        return a->span < b->span ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

size_t complete_filter(const char *typed, const char *const *candidates,
                       size_t count, size_t *found)
{
    struct match *matches = mem_resize(NULL, count, sizeof(*matches));
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        struct match match = {COMPLETE_PREFIX, 0, i};

        if (typed[0])
            match.fit = complete_fit(typed, candidates[i]);
        if (match.fit == COMPLETE_NONE)
            continue;
        if (match.fit == COMPLETE_SCATTERED)
            scattered(typed, candidates[i], &match.span);
        matches[used++] = match;
    }
    qsort(matches, used, sizeof(*matches), compare);
    for (size_t i = 0; i < used; i++)
        found[i] = matches[i].index;
    mem_free(matches);
    return used;
}

size_t complete_common(const char *const *candidates, size_t count)
{
    size_t common = count > 0 ? strlen(candidates[0]) : 0;

    for (size_t i = 1; i < count; i++) {
        size_t same = 0;

        while (same < common && candidates[0][same] == candidates[i][same])
            same++;
        common = same;
    }
    /* Only what is a boundary in all of them. */
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(candidates[i]);
        size_t at = 0;

        while (at < common) {
            size_t next = grapheme_next(candidates[i], len, at);

            if (next > common)
                break;
            at = next;
        }
        common = at;
    }
    return common;
}
