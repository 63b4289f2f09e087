#include "editor.h"

#include <string.h>
#include <utf8proc.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "editor_state.h"
#include "grapheme.h"

enum { SOUGHT_MAX = 256 };

struct editor *editor_new(size_t max, unsigned flags,
                          const struct history *history)
{
    struct editor *editor = mem_new(sizeof(*editor));

    editor->max = max;
    editor->flags = flags;
    editor->history = flags & EDITOR_MASKED ? NULL : history;
    editor->text = mem_new(max + 1);
    undo_init(&editor->undo);
    killring_init(&editor->kills);
    str_init(&editor->sought, SOUGHT_MAX);
    return editor;
}

void editor_free(struct editor *editor)
{
    if (!editor)
        return;
    editor_clear(editor);
    mem_free(editor->text);
    undo_fini(&editor->undo);
    killring_fini(&editor->kills);
    str_fini(&editor->sought);
    mem_free(editor);
}

const char *editor_text(const struct editor *editor)
{
    return editor->text;
}

size_t editor_len(const struct editor *editor)
{
    return editor->len;
}

size_t editor_caret(const struct editor *editor)
{
    return editor->caret;
}

void editor_clear(struct editor *editor)
{
    editor_recall_end(editor);
    editor_complete_end(editor);
    undo_clear(&editor->undo);
    explicit_bzero(editor->text, editor->max + 1);
    editor->len = 0;
    editor->caret = 0;
    editor->left = 0;
    editor->act = EDITOR_ACT_NONE;
    editor->last = EDITOR_ACT_NONE;
}

/* Changing. */

void editor_change(struct editor *editor, enum editor_act act)
{
    bool goes_on = act == editor->last &&
                   (act == EDITOR_ACT_TYPE || act == EDITOR_ACT_ERASE ||
                    act == EDITOR_ACT_RECALL || act == EDITOR_ACT_COMPLETE);

    if (!goes_on && !(editor->flags & EDITOR_MASKED))
        undo_push(&editor->undo, editor->text, editor->caret);
    if (act != EDITOR_ACT_RECALL)
        editor_recall_end(editor);
    if (act != EDITOR_ACT_COMPLETE)
        editor_complete_end(editor);
    editor->act = act;
}

bool editor_splice(struct editor *editor, size_t from, size_t to,
                   const char *text, size_t len)
{
    size_t rest = editor->len - to;
    size_t old = editor->len;

    if (len > editor->max - (old - (to - from)))
        return false;
    memmove(editor->text + from + len, editor->text + to, rest);
    memcpy(editor->text + from, text, len);
    editor->len = from + len + rest;
    if (editor->len < old)
        explicit_bzero(editor->text + editor->len, old - editor->len);
    editor->text[editor->len] = '\0';
    /* What is put in or taken out may join its neighbours. */
    editor->caret = grapheme_snap(editor->text, editor->len, from + len);
    return true;
}

/* Joiners show nothing, but words and emoji are made with them. */
static bool is_joiner(uint32_t code)
{
    return code == 0x200c || code == 0x200d;
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

/* What stands for a code point that may not be in the text itself; NULL if it
 * may. used: its bytes, 0 if it is none. */
static const char *substitute(const struct editor *editor, uint32_t code,
                              size_t used)
{
    if (used == 0)
        return "\xef\xbf\xbd";
    if (code == '\n' || code == '\r')
        return editor->flags & EDITOR_LINES ? "\n" : " ";
    if (code == '\t')
        return " ";
    return fmt_unsafe(code) && !is_joiner(code) ? "\xef\xbf\xbd" : NULL;
}

bool editor_clean(const struct editor *editor, char *out, const char *text,
                  size_t *len)
{
    size_t end = *len;
    size_t room = editor->max;
    size_t took;

    if (!(editor->flags & EDITOR_LINES))
        while (end > 0 && is_newline(text[end - 1]))
            end--;
    for (size_t i = 0; i < end; i += took) {
        uint32_t code = 0;
        size_t used = fmt_utf8(text + i, end - i, &code);
        const char *other = substitute(editor, code, used);
        size_t size = other ? strlen(other) : used;

        took = used > 0 ? used : 1;
        if (code == '\r' && i + 1 < end && text[i + 1] == '\n')
            continue;
        if (size > room)
            return false;
        memcpy(out, other ? other : text + i, size);
        out += size;
        room -= size;
    }
    *len = editor->max - room;
    return true;
}

bool editor_takes(const struct editor *editor, const char *text, size_t len)
{
    bool lines = editor->flags & EDITOR_LINES;
    size_t used;

    for (size_t i = 0; i < len; i += used) {
        uint32_t code = 0;

        used = fmt_utf8(text + i, len - i, &code);
        if (substitute(editor, code, used) && !(lines && code == '\n'))
            return false;
    }
    return true;
}

static bool refuse(const struct editor *editor, size_t len, struct err *err)
{
    return err_set(err, ERR_LIMIT,
                   _("the text of %zu bytes does not fit: this line takes %zu, "
                     "and %zu are used"),
                   len, editor->max, editor->len);
}

/* from..to by text, cleaned. */
static bool put(struct editor *editor, size_t from, size_t to, const char *text,
                size_t len)
{
    char *clean = mem_new(editor->max + 1);
    bool ok = editor_clean(editor, clean, text, &len) &&
              len <= editor->max - (editor->len - (to - from));

    if (ok && (len > 0 || from < to)) {
        editor_change(editor, EDITOR_ACT_OTHER);
        editor_splice(editor, from, to, clean, len);
    }
    explicit_bzero(clean, editor->max + 1);
    mem_free(clean);
    return ok;
}

bool editor_set(struct editor *editor, const char *text, struct err *err)
{
    size_t len = strlen(text);

    if (!put(editor, 0, editor->len, text, len))
        return refuse(editor, len, err);
    editor_recall_end(editor);
    editor_complete_end(editor);
    undo_clear(&editor->undo);
    editor->left = 0;
    return true;
}

bool editor_paste(struct editor *editor, const char *text, size_t len,
                  struct err *err)
{
    editor->last = editor->act;
    return put(editor, editor->caret, editor->caret, text, len) ||
           refuse(editor, len, err);
}

enum editor_outcome editor_type(struct editor *editor, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    size_t len;
    char before = editor->caret > 0 ? editor->text[editor->caret - 1] : ' ';

    if (code == '\n' ? !(editor->flags & EDITOR_LINES)
                     : fmt_unsafe(code) && !is_joiner(code))
        return EDITOR_SAME;
    if (!utf8proc_codepoint_valid((utf8proc_int32_t)code))
        return EDITOR_SAME;
    len = (size_t)utf8proc_encode_char((utf8proc_int32_t)code, bytes);
    if (len > editor->max - editor->len)
        return EDITOR_SAME;
    /* Undo goes word by word. */
    if (before == ' ' && code != ' ')
        editor->last = EDITOR_ACT_NONE;
    editor_change(editor, EDITOR_ACT_TYPE);
    editor_splice(editor, editor->caret, editor->caret, (const char *)bytes,
                  len);
    return EDITOR_CHANGED;
}
