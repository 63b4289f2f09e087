/* Whatever is typed and pasted, the text is one that may be shown, the caret is
 * between two characters and in sight. The first byte chooses the kind of
 * editor, each other one is a key or says what comes next. */
#include "tui/editor.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "tui/grapheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 200 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_text(const struct editor *editor, bool lines)
{
    const char *text = editor_text(editor);
    size_t len = editor_len(editor);
    size_t caret = editor_caret(editor);
    size_t used;

    check(len <= TEXT_MAX && strlen(text) == len && caret <= len);
    check(grapheme_snap(text, len, caret) == caret);
    for (size_t i = 0; i < len; i += used) {
        uint32_t code = 0;

        used = fmt_utf8(text + i, len - i, &code);
        check(used > 0);
        check(!fmt_unsafe(code) || code == 0x200c || code == 0x200d ||
              (lines && code == '\n'));
    }
}

static void check_window(struct editor *editor, size_t columns)
{
    const char *text = editor_text(editor);
    size_t len = editor_len(editor);
    struct editor_window window = editor_window(editor, columns);
    struct str drawn;

    check(window.from <= window.to && window.to <= len);
    check(window.columns <= columns);
    check(columns == 0 || window.caret < columns);
    check(editor_caret(editor) >= window.from);
    check(editor_caret(editor) <= window.to);
    check(grapheme_snap(text, len, window.from) == window.from);
    check(grapheme_snap(text, len, window.to) == window.to);
    str_init(&drawn, 16 * TEXT_MAX);
    editor_draw(editor, window, columns % 2 == 0, &drawn);
    check(!drawn.full && fmt_columns(drawn.data) == window.columns);
    str_fini(&drawn);
}

static void complete(struct editor *editor, uint8_t choice)
{
    static const char *const candidates[] = {
        "account", "accept", "ac \xe7\xba\xbf", "\xcc\x81x", "b\x1b", "\xff",
    };
    size_t caret = editor_caret(editor);
    size_t from = choice % 8u;

    editor_complete(editor, from < caret ? from : caret, caret, candidates,
                    choice % (ARRAY_LEN(candidates) + 1));
}

/* Text to type that makes clusters of its neighbours. */
static const uint32_t letters[] = {
    'a',     'b',     ' ',     '-',     0x7ebf,  0x301,  0x200d, 0xfe0f,
    0x1f468, 0x1f469, 0x1f1e8, 0x1f1f3, 0x1f3fb, 0x1161, 0x202e, '\n',
};

/* Reads what byte means; returns how many of the bytes behind it it took. */
static size_t play(struct editor *editor, uint8_t byte, const uint8_t *more,
                   size_t size)
{
    static const char keys[] = "bfaeduwkyt_pnrgdybf";
    struct err err = {ERR_NONE, ""};

    if (byte < 32) {
        editor_key(editor, stroke_of(byte, 0));
    } else if (byte < 64) {
        editor_key(editor, stroke_of((unsigned char)keys[byte % 19u],
                                     byte & 1 ? STROKE_CTRL : STROKE_ALT));
    } else if (byte < 96) {
        editor_key(editor, stroke_of(STROKE_UP + byte % 14u,
                                     byte / 14u % 2 ? 0 : STROKE_CTRL));
    } else if (byte < 192) {
        editor_key(editor, stroke_of(letters[byte % 16u], 0));
    } else if (byte < 224) {
        if (editor_key(editor,
                       stroke_of(STROKE_TAB, byte & 1 ? STROKE_SHIFT : 0)) ==
            EDITOR_COMPLETE)
            complete(editor, byte / 2);
    } else {
        size_t len = byte % 32u < size ? byte % 32u : size;

        if (!editor_paste(editor, (const char *)more, len, &err))
            check(err.code == ERR_LIMIT);
        return len;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct history *history = history_new(4);
    unsigned flags = size > 0 ? data[0] & 3u : 0;
    struct editor *editor = editor_new(TEXT_MAX, flags, history);

    setlocale(LC_ALL, "C.UTF-8");
    history_add(history, "account deposit 50");
    history_add(history, "ab \x1b \xff");
    history_add(history, "get \xe7\xba\xbf");
    for (size_t i = 1; i < size && i < 2000; i++) {
        i += play(editor, data[i], data + i + 1, size - i - 1);
        check_text(editor, flags & EDITOR_LINES);
        check_window(editor, i % 7);
        check_window(editor, 10 + i % 13);
    }
    editor_free(editor);
    history_free(history);
    return 0;
}
