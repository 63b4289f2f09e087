#include <string.h>
#include <utf8proc.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "editor_state.h"
#include "grapheme.h"

/* Older lines: one after the other, and by what is in them. */

void editor_recall_end(struct editor *editor)
{
    editor->recalling = false;
    editor->searching = false;
    MEM_CLEAR(editor->draft);
    str_clear(&editor->sought);
}

static void start(struct editor *editor)
{
    mem_free(editor->draft);
    editor->draft = mem_strdup(editor->text);
    editor->draft_caret = editor->caret;
    editor->recalled = history_count(editor->history);
}

/* Shows a line instead of the text. Lines come from a file, too. */
static bool show(struct editor *editor, const char *line)
{
    char *clean = mem_new(editor->max + 1);
    size_t len = strlen(line);
    bool ok = editor_clean(editor, clean, line, &len);

    if (ok) {
        editor_change(editor, EDITOR_ACT_RECALL);
        editor_splice(editor, 0, editor->len, clean, len);
    }
    mem_free(clean);
    return ok;
}

static void show_draft(struct editor *editor)
{
    if (strcmp(editor->text, editor->draft) != 0)
        show(editor, editor->draft);
    editor->caret = editor->draft_caret;
    editor_recall_end(editor);
}

/* One after the other. */

enum editor_outcome editor_recall_older(struct editor *editor)
{
    if (!editor->history)
        return EDITOR_IGNORED;
    if (!editor->recalling)
        start(editor);
    editor->recalling = true;
    while (history_before(editor->history, editor->draft, editor->text,
                          &editor->recalled))
        if (show(editor, history_line(editor->history, editor->recalled)))
            return EDITOR_CHANGED;
    if (editor->recalled == history_count(editor->history))
        editor_recall_end(editor);
    editor->act = editor->last;
    return EDITOR_SAME;
}

enum editor_outcome editor_recall_newer(struct editor *editor)
{
    if (!editor->history)
        return EDITOR_IGNORED;
    if (!editor->recalling)
        return EDITOR_SAME;
    while (history_behind(editor->history, editor->draft, editor->text,
                          &editor->recalled))
        if (show(editor, history_line(editor->history, editor->recalled)))
            return EDITOR_CHANGED;
    show_draft(editor);
    return EDITOR_CHANGED;
}

/* By what is in them. */

enum editor_outcome editor_search_start(struct editor *editor)
{
    if (!editor->history)
        return EDITOR_IGNORED;
    editor_recall_end(editor);
    start(editor);
    editor->searching = true;
    editor->search_failed = false;
    return EDITOR_MOVED;
}

/* The newest line before `before` that has what is sought. */
static enum editor_outcome search(struct editor *editor, size_t before)
{
    const char *sought = editor->sought.data;
    size_t found = before;

    editor->search_failed = false;
    while (history_search(editor->history, sought, &found))
        if (show(editor, history_line(editor->history, found))) {
            const char *place = strstr(editor->text, sought);

            editor->recalled = found;
            if (place)
                editor->caret = grapheme_snap(editor->text, editor->len,
                                              (size_t)(place - editor->text));
            return EDITOR_CHANGED;
        }
    editor->search_failed = true;
    return EDITOR_MOVED;
}

static enum editor_outcome search_back(struct editor *editor)
{
    show_draft(editor);
    return EDITOR_CHANGED;
}

/* All older lines again, for the sought text is shorter now. */
static enum editor_outcome search_less(struct editor *editor)
{
    struct str *sought = &editor->sought;

    str_cut(sought, grapheme_prev(sought->data, sought->len, sought->len));
    return search(editor, history_count(editor->history));
}

static enum editor_outcome search_more(struct editor *editor, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    size_t len;

    if (fmt_unsafe(code) || !utf8proc_codepoint_valid((utf8proc_int32_t)code))
        return EDITOR_SAME;
    len = (size_t)utf8proc_encode_char((utf8proc_int32_t)code, bytes);
    str_add(&editor->sought, bytes, len);
    return search(editor, editor->recalled + 1);
}

bool editor_search_key(struct editor *editor, struct stroke stroke,
                       enum editor_outcome *outcome)
{
    bool plain = stroke.mods == 0;
    bool ctrl = stroke.mods == STROKE_CTRL;

    if (!editor->searching)
        return false;
    editor->last = editor->act;
    if (plain && stroke.code < STROKE_NONE) {
        *outcome = search_more(editor, stroke.code);
    } else if (plain && stroke.code == STROKE_BACKSPACE) {
        *outcome = search_less(editor);
    } else if (ctrl && stroke.code == 'r') {
        *outcome = search(editor, editor->recalled);
    } else if ((plain && stroke.code == STROKE_ESCAPE) ||
               (ctrl && (stroke.code == 'c' || stroke.code == 'g'))) {
        *outcome = search_back(editor);
    } else {
        editor_recall_end(editor);
        return false;
    }
    return true;
}

const char *editor_search(const struct editor *editor, bool *failed)
{
    if (failed)
        *failed = editor->searching && editor->search_failed;
    return editor->searching ? editor->sought.data : NULL;
}
