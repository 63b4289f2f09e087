#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "complete.h"
#include "editor_state.h"
#include "grapheme.h"

void editor_complete_end(struct editor *editor)
{
    for (size_t i = 0; i < editor->candidates_count; i++)
        mem_free(editor->candidates[i]);
    editor->candidates_count = 0;
    MEM_CLEAR(editor->candidates);
    MEM_CLEAR(editor->typed);
}

size_t editor_candidate(const struct editor *editor)
{
    return editor->candidates && editor->chosen < editor->candidates_count
               ? editor->chosen
               : SIZE_MAX;
}

/* from..to by text, unless that may not be in the line or is too long. */
static bool put(struct editor *editor, size_t from, size_t to, const char *text,
                size_t len)
{
    if (len > editor->max - (editor->len - (to - from)) ||
        !editor_takes(editor, text, len))
        return false;
    editor_change(editor, EDITOR_ACT_COMPLETE);
    editor_splice(editor, from, to, text, len);
    editor->completed_to = from + len;
    return true;
}

/* The chosen one instead of the one that stands there. */
static bool put_chosen(struct editor *editor)
{
    const char *text = editor->chosen < editor->candidates_count
                           ? editor->candidates[editor->chosen]
                           : editor->typed;

    return put(editor, editor->completed_from, editor->completed_to, text,
               strlen(text));
}

/* The next that can stand there; what was typed always can. */
static enum editor_outcome go_round(struct editor *editor)
{
    size_t places = editor->candidates_count + 1;
    size_t step = editor->backwards ? places - 1 : 1;

    do {
        editor->chosen = (editor->chosen + step) % places;
    } while (!put_chosen(editor));
    return EDITOR_CHANGED;
}

static enum editor_outcome begin(struct editor *editor, size_t from, size_t to,
                                 const char *const *candidates, size_t count)
{
    editor_complete_end(editor);
    editor->candidates = mem_resize(NULL, count, sizeof(*editor->candidates));
    for (size_t i = 0; i < count; i++)
        editor->candidates[i] = mem_strdup(candidates[i]);
    editor->candidates_count = count;
    editor->typed = mem_strndup(editor->text + from, to - from);
    editor->completed_from = from;
    editor->completed_to = to;
    editor->chosen = count;
    return go_round(editor);
}

/* Whether the candidates start with what is typed, and go on alike. */
static bool goes_on(const struct editor *editor, size_t from, size_t to,
                    const char *candidate, size_t common)
{
    return common > to - from &&
           strncmp(editor->text + from, candidate, to - from) == 0;
}

enum editor_outcome editor_complete(struct editor *editor, size_t from,
                                    size_t to, const char *const *candidates,
                                    size_t count)
{
    size_t common;

    if (count > EDITOR_CANDIDATES)
        count = EDITOR_CANDIDATES;
    if (count == 0 || from > to || to > editor->len)
        return EDITOR_SAME;
    from = grapheme_snap(editor->text, editor->len, from);
    to = grapheme_snap(editor->text, editor->len, to);
    common = complete_common(candidates, count);
    if (count == 1 || goes_on(editor, from, to, candidates[0], common))
        return put(editor, from, to, candidates[0], common) ? EDITOR_CHANGED
                                                            : EDITOR_SAME;
    return begin(editor, from, to, candidates, count);
}

enum editor_outcome editor_complete_next(struct editor *editor, bool backwards)
{
    if (editor->flags & EDITOR_MASKED)
        return EDITOR_IGNORED;
    editor->backwards = backwards;
    editor->act = editor->last;
    return editor->candidates ? go_round(editor) : EDITOR_COMPLETE;
}

enum editor_outcome editor_complete_undo(struct editor *editor)
{
    editor->chosen = editor->candidates_count;
    put_chosen(editor);
    editor_complete_end(editor);
    return EDITOR_CHANGED;
}
