#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/fmt.h"
#include "editor_state.h"
#include "grapheme.h"

enum {
    GLYPH_IN = 32, /* bytes of a cluster that are shown: marks can be heaped */
    GLYPH_MAX = 3 * GLYPH_IN + 1
};

/* U+200C, U+200D and the variation selectors: terminals do not agree about
 * what they make of the widths around them. */
static bool is_left_out(uint32_t code)
{
    return code == 0x200c || code == 0x200d ||
           (code >= 0xfe00 && code <= 0xfe0f);
}

/* A sign in place of the text, if the locale has it and gives it one column. */
static const char *sign(uint32_t code, const char *text, const char *plain,
                        bool ascii)
{
    char out[8];

    return !ascii && wcwidth((wchar_t)code) == 1 &&
                   fmt_clean(out, sizeof(out), text, strlen(text), SIZE_MAX) ==
                       1 &&
                   strcmp(out, text) == 0
               ? text
               : plain;
}

/* What is seen of the cluster from..to; its columns, at least 1. */
static size_t glyph(const struct editor *editor, size_t from, size_t to,
                    bool ascii, char out[GLYPH_MAX])
{
    char kept[GLYPH_IN];
    size_t len = 0;
    size_t used;

    if (editor->flags & EDITOR_MASKED) {
        strcpy(out, sign(0x2022, "\xe2\x80\xa2", "*", ascii));
        return 1;
    }
    if (editor->text[from] == '\n') {
        strcpy(out, sign(0x21b5, "\xe2\x86\xb5", " ", ascii));
        return 1;
    }
    for (size_t i = from; i < to; i += used) {
        uint32_t code = 0;

        used = fmt_utf8(editor->text + i, to - i, &code);
        if (used == 0 || len + used > sizeof(kept))
            break;
        if (is_left_out(code))
            continue;
        memcpy(kept + len, editor->text + i, used);
        len += used;
    }
    /* A joiner alone is seen as what cannot be shown. */
    if (len == 0)
        kept[len++] = '\0';
    return fmt_clean(out, GLYPH_MAX, kept, len, SIZE_MAX);
}

/* The columns of from..to, whole clusters. */
static size_t width(const struct editor *editor, size_t from, size_t to)
{
    char out[GLYPH_MAX];
    size_t columns = 0;
    size_t next;

    for (; from < to; from = next) {
        next = grapheme_next(editor->text, editor->len, from);
        columns += glyph(editor, from, next, false, out);
    }
    return columns;
}

/* What has to be seen at the caret. */
static size_t width_at_caret(const struct editor *editor)
{
    if (editor->caret == editor->len)
        return 1;
    return width(editor, editor->caret,
                 grapheme_next(editor->text, editor->len, editor->caret));
}

/* The first byte from which the caret is at most so many columns away. */
static size_t left_for(const struct editor *editor, size_t columns)
{
    size_t away = width(editor, 0, editor->caret);
    size_t left = 0;
    size_t next;

    for (; away > columns; left = next) {
        next = grapheme_next(editor->text, editor->len, left);
        away -= width(editor, left, next);
    }
    return left;
}

/* Some of what is before the caret stays in sight, so that one sees what
 * Backspace takes; and what comes goes by in larger pieces, since each is a
 * line drawn anew. */
static void scroll(struct editor *editor, size_t columns)
{
    size_t at_caret = width_at_caret(editor);
    size_t most = columns > at_caret ? columns - at_caret : 0;
    size_t context = columns / 8;
    size_t left = grapheme_snap(editor->text, editor->len, editor->left);
    size_t away;

    if (left > editor->caret)
        left = editor->caret;
    away = width(editor, left, editor->caret);
    if (width(editor, 0, editor->len) < columns)
        left = 0;
    else if (away > most)
        left =
            left_for(editor, most < columns * 3 / 4 ? most : columns * 3 / 4);
    else if (left > 0 && away < context)
        left = left_for(editor, most < columns / 2 ? most : columns / 2);
    editor->left = left;
}

struct editor_window editor_window(struct editor *editor, size_t columns)
{
    struct editor_window window = {0};

    scroll(editor, columns);
    window.from = editor->left;
    window.to = editor->left;
    window.caret = width(editor, editor->left, editor->caret);
    while (window.to < editor->len) {
        size_t next = grapheme_next(editor->text, editor->len, window.to);
        size_t more = width(editor, window.to, next);

        if (more > columns - window.columns)
            break;
        window.columns += more;
        window.to = next;
    }
    return window;
}

void editor_draw(const struct editor *editor, struct editor_window window,
                 bool ascii, struct str *out)
{
    char text[GLYPH_MAX];
    size_t next;

    for (size_t at = window.from; at < window.to; at = next) {
        next = grapheme_next(editor->text, editor->len, at);
        glyph(editor, at, next, ascii, text);
        str_puts(out, text);
    }
}
