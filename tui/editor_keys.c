#include <string.h>

#include "base/mem.h"
#include "editor_state.h"
#include "grapheme.h"

/* Places in the text. A password has no words: they would be seen. */

static bool is_masked(const struct editor *editor)
{
    return editor->flags & EDITOR_MASKED;
}

static size_t next(const struct editor *editor)
{
    return grapheme_next(editor->text, editor->len, editor->caret);
}

static size_t prev(const struct editor *editor)
{
    return grapheme_prev(editor->text, editor->len, editor->caret);
}

static size_t word_next(const struct editor *editor)
{
    return is_masked(editor)
               ? editor->len
               : grapheme_word_next(editor->text, editor->len, editor->caret);
}

static size_t word_prev(const struct editor *editor)
{
    return is_masked(editor)
               ? 0
               : grapheme_word_prev(editor->text, editor->len, editor->caret);
}

static size_t blank_prev(const struct editor *editor)
{
    return is_masked(editor)
               ? 0
               : grapheme_blank_prev(editor->text, editor->len, editor->caret);
}

/* Moving. */

static enum editor_outcome move(struct editor *editor, size_t caret)
{
    if (caret == editor->caret)
        return EDITOR_SAME;
    editor->caret = caret;
    return EDITOR_MOVED;
}

static enum editor_outcome go_left(struct editor *editor)
{
    return move(editor, prev(editor));
}

static enum editor_outcome go_right(struct editor *editor)
{
    return move(editor, next(editor));
}

static enum editor_outcome go_word_left(struct editor *editor)
{
    return move(editor, word_prev(editor));
}

static enum editor_outcome go_word_right(struct editor *editor)
{
    return move(editor, word_next(editor));
}

static enum editor_outcome go_home(struct editor *editor)
{
    return move(editor, 0);
}

static enum editor_outcome go_end(struct editor *editor)
{
    return move(editor, editor->len);
}

/* Removing. */

static enum editor_outcome erase(struct editor *editor, size_t from, size_t to)
{
    if (from == to)
        return EDITOR_SAME;
    editor_change(editor, EDITOR_ACT_ERASE);
    editor_splice(editor, from, to, "", 0);
    return EDITOR_CHANGED;
}

static enum editor_outcome erase_left(struct editor *editor)
{
    return erase(editor, prev(editor), editor->caret);
}

static enum editor_outcome erase_right(struct editor *editor)
{
    return erase(editor, editor->caret, next(editor));
}

static enum editor_outcome erase_or_leave(struct editor *editor)
{
    return editor->len > 0 ? erase_right(editor) : EDITOR_CANCEL;
}

/* One of from and to is the caret. */
static enum editor_outcome kill(struct editor *editor, size_t from, size_t to)
{
    const char *text = editor->text + from;

    if (from == to) {
        editor->act = editor->last;
        return EDITOR_SAME;
    }
    if (is_masked(editor))
        return erase(editor, from, to);
    if (editor->last == EDITOR_ACT_KILL)
        killring_extend(&editor->kills, text, to - from, to == editor->caret);
    else
        killring_add(&editor->kills, text, to - from);
    editor_change(editor, EDITOR_ACT_KILL);
    editor_splice(editor, from, to, "", 0);
    return EDITOR_CHANGED;
}

static enum editor_outcome kill_to_end(struct editor *editor)
{
    return kill(editor, editor->caret, editor->len);
}

static enum editor_outcome kill_to_start(struct editor *editor)
{
    return kill(editor, 0, editor->caret);
}

static enum editor_outcome kill_blank_left(struct editor *editor)
{
    return kill(editor, blank_prev(editor), editor->caret);
}

static enum editor_outcome kill_word_left(struct editor *editor)
{
    return kill(editor, word_prev(editor), editor->caret);
}

static enum editor_outcome kill_word_right(struct editor *editor)
{
    return kill(editor, editor->caret, word_next(editor));
}

/* Putting back. */

static enum editor_outcome yank_over(struct editor *editor, size_t from,
                                     size_t back)
{
    const char *text = killring_get(&editor->kills, back);
    size_t len = text ? strlen(text) : 0;
    size_t old = editor->caret - from;

    if (!text || len > editor->max - (editor->len - old)) {
        editor->act = editor->last;
        return EDITOR_SAME;
    }
    editor_change(editor, EDITOR_ACT_YANK);
    editor->yanked_from = from;
    editor->yanked = back;
    editor_splice(editor, from, editor->caret, text, len);
    return EDITOR_CHANGED;
}

static enum editor_outcome yank(struct editor *editor)
{
    return yank_over(editor, editor->caret, 0);
}

static enum editor_outcome yank_older(struct editor *editor)
{
    if (editor->last != EDITOR_ACT_YANK)
        return EDITOR_SAME;
    return yank_over(editor, editor->yanked_from, editor->yanked + 1);
}

static enum editor_outcome undo(struct editor *editor)
{
    struct undo_step step = undo_pop(&editor->undo);

    if (!step.text)
        return EDITOR_SAME;
    editor_recall_end(editor);
    editor_complete_end(editor);
    editor_splice(editor, 0, editor->len, step.text, strlen(step.text));
    editor->caret = step.caret;
    mem_free(step.text);
    return EDITOR_CHANGED;
}

/* The characters before and at the caret change places; at the end, the last
 * two. */
static enum editor_outcome transpose(struct editor *editor)
{
    size_t middle = editor->caret == editor->len ? prev(editor) : editor->caret;
    size_t from = grapheme_prev(editor->text, editor->len, middle);
    size_t to = grapheme_next(editor->text, editor->len, middle);
    char *swapped;

    if (from == middle || middle == to)
        return EDITOR_SAME;
    swapped = mem_new(to - from + 1);
    memcpy(swapped, editor->text + middle, to - middle);
    memcpy(swapped + (to - middle), editor->text + from, middle - from);
    editor_change(editor, EDITOR_ACT_OTHER);
    editor_splice(editor, from, to, swapped, to - from);
    explicit_bzero(swapped, to - from);
    mem_free(swapped);
    return EDITOR_CHANGED;
}

/* The rest. */

static enum editor_outcome complete(struct editor *editor)
{
    return editor_complete_next(editor, false);
}

static enum editor_outcome complete_back(struct editor *editor)
{
    return editor_complete_next(editor, true);
}

static enum editor_outcome enter(struct editor *editor)
{
    (void)editor;
    return EDITOR_ENTER;
}

static enum editor_outcome newline(struct editor *editor)
{
    return editor->flags & EDITOR_LINES ? editor_type(editor, '\n')
                                        : EDITOR_IGNORED;
}

static enum editor_outcome cancel(struct editor *editor)
{
    return editor->candidates ? editor_complete_undo(editor) : EDITOR_CANCEL;
}

static const struct binding {
    struct stroke stroke;
    enum editor_outcome (*run)(struct editor *editor);
} bindings[] = {
    {{STROKE_LEFT, 0}, go_left},
    {{'b', STROKE_CTRL}, go_left},
    {{STROKE_RIGHT, 0}, go_right},
    {{'f', STROKE_CTRL}, go_right},
    {{STROKE_LEFT, STROKE_CTRL}, go_word_left},
    {{STROKE_LEFT, STROKE_ALT}, go_word_left},
    {{'b', STROKE_ALT}, go_word_left},
    {{STROKE_RIGHT, STROKE_CTRL}, go_word_right},
    {{STROKE_RIGHT, STROKE_ALT}, go_word_right},
    {{'f', STROKE_ALT}, go_word_right},
    {{STROKE_HOME, 0}, go_home},
    {{'a', STROKE_CTRL}, go_home},
    {{STROKE_END, 0}, go_end},
    {{'e', STROKE_CTRL}, go_end},
    {{STROKE_BACKSPACE, 0}, erase_left},
    {{STROKE_DELETE, 0}, erase_right},
    {{'d', STROKE_CTRL}, erase_or_leave},
    {{'k', STROKE_CTRL}, kill_to_end},
    {{'u', STROKE_CTRL}, kill_to_start},
    {{'w', STROKE_CTRL}, kill_blank_left},
    {{STROKE_BACKSPACE, STROKE_ALT}, kill_word_left},
    {{'d', STROKE_ALT}, kill_word_right},
    {{'y', STROKE_CTRL}, yank},
    {{'y', STROKE_ALT}, yank_older},
    {{'t', STROKE_CTRL}, transpose},
    {{'_', STROKE_CTRL}, undo},
    {{STROKE_UP, 0}, editor_recall_older},
    {{'p', STROKE_CTRL}, editor_recall_older},
    {{STROKE_DOWN, 0}, editor_recall_newer},
    {{'n', STROKE_CTRL}, editor_recall_newer},
    {{'r', STROKE_CTRL}, editor_search_start},
    {{STROKE_TAB, 0}, complete},
    {{STROKE_TAB, STROKE_SHIFT}, complete_back},
    {{STROKE_ENTER, 0}, enter},
    {{STROKE_ENTER, STROKE_ALT}, newline},
    {{STROKE_ESCAPE, 0}, cancel},
    {{'c', STROKE_CTRL}, cancel},
    {{'g', STROKE_CTRL}, cancel},
};

static const struct binding *find(struct stroke stroke)
{
    for (size_t i = 0; i < ARRAY_LEN(bindings); i++)
        if (stroke_equal(bindings[i].stroke, stroke))
            return &bindings[i];
    return NULL;
}

enum editor_outcome editor_key(struct editor *editor, struct stroke stroke)
{
    const struct binding *binding = find(stroke);
    bool text = stroke.mods == 0 && stroke.code < STROKE_NONE;
    enum editor_outcome outcome;

    if (editor_search_key(editor, stroke, &outcome))
        return outcome;
    if (!binding && !text)
        return EDITOR_IGNORED;
    editor->last = editor->act;
    editor->act = EDITOR_ACT_NONE;
    if (!binding)
        return editor_type(editor, stroke.code);
    /* Whatever the next key is, the candidate that stands there stays. */
    if (binding->run != complete && binding->run != complete_back &&
        binding->run != cancel)
        editor_complete_end(editor);
    return binding->run(editor);
}
