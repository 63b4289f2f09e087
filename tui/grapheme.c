#include "grapheme.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

#include "base/fmt.h"

/* The code point at `at` and, as the result, its length. */
static size_t decode(const char *text, size_t len, size_t at, uint32_t *code)
{
    size_t used = fmt_utf8(text + at, len - at, code);

    if (used == 0)
        *code = 0xfffd;
    return used > 0 ? used : 1;
}

size_t grapheme_next(const char *text, size_t len, size_t at)
{
    utf8proc_int32_t state = 0;
    uint32_t code;
    uint32_t next;

    if (at >= len)
        return len;
    at += decode(text, len, at, &code);
    while (at < len) {
        size_t used = decode(text, len, at, &next);

        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)code,
                                             (utf8proc_int32_t)next, &state))
            break;
        code = next;
        at += used;
    }
    return at;
}

size_t grapheme_prev(const char *text, size_t len, size_t at)
{
    size_t before = 0;

    for (size_t i = 0; i < at; i = grapheme_next(text, len, i))
        before = i;
    return before;
}

size_t grapheme_snap(const char *text, size_t len, size_t at)
{
    size_t i = 0;

    while (i < at && i < len)
        i = grapheme_next(text, len, i);
    return i;
}

/* Words. */

static bool is_word(const char *text, size_t len, size_t at)
{
    uint32_t code;
    const char *category;

    decode(text, len, at, &code);
    category = utf8proc_category_string((utf8proc_int32_t)code);
    return strchr("LMN", category[0]) || strcmp(category, "Pc") == 0;
}

static bool is_dark(const char *text, size_t len, size_t at)
{
    uint32_t code;

    decode(text, len, at, &code);
    return code > ' ' &&
           utf8proc_category_string((utf8proc_int32_t)code)[0] != 'Z';
}

size_t grapheme_word_next(const char *text, size_t len, size_t at)
{
    while (at < len && !is_word(text, len, at))
        at = grapheme_next(text, len, at);
    while (at < len && is_word(text, len, at))
        at = grapheme_next(text, len, at);
    return at;
}

/* The start of the last run of clusters that belong, before at. */
static size_t run_prev(const char *text, size_t len, size_t at,
                       bool (*belongs)(const char *, size_t, size_t))
{
    size_t start = 0;
    bool inside = false;

    for (size_t i = 0; i < at; i = grapheme_next(text, len, i)) {
        bool now = belongs(text, len, i);

        if (now && !inside)
            start = i;
        inside = now;
    }
    return start;
}

size_t grapheme_word_prev(const char *text, size_t len, size_t at)
{
    return run_prev(text, len, at, is_word);
}

size_t grapheme_blank_prev(const char *text, size_t len, size_t at)
{
    return run_prev(text, len, at, is_dark);
}
