#include "filter_prompt.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "editor.h"

enum { TEXT_MAX = 256, COUNT_COLUMNS = 16 };

struct filter_prompt {
    struct bench *bench;
    struct editor *editor;
};

static struct list *list_of(const struct filter_prompt *prompt)
{
    size_t focus = bench_focus(prompt->bench);

    return panes[focus]->list(bench_pane(prompt->bench, focus));
}

static void apply(const struct filter_prompt *prompt)
{
    bench_set_filter(prompt->bench, editor_text(prompt->editor));
}

/* The row above the hints. */
static struct rect place(void *self, int rows, int cols)
{
    (void)self;
    return (struct rect){rows - 2, 0, 1, cols};
}

static void draw(void *self, const struct view *view, int *row, int *col)
{
    struct filter_prompt *prompt = self;
    int room = view->rect.cols - COUNT_COLUMNS;
    struct editor_window window;
    struct str text;
    char count[64];

    *col = view_text(view, 0, 0, 1, ROLE_KEY, "/");
    room = room > COUNT_COLUMNS ? room : view->rect.cols - *col;
    window = editor_window(prompt->editor, (size_t)room);
    str_init(&text, TEXT_MAX * 4);
    editor_draw(prompt->editor, window, view_ascii(view), &text);
    view_text(view, 0, *col, room, ROLE_TEXT, text.data);
    str_fini(&text);
    snprintf(count, sizeof(count),
             ngettext("%zu row", "%zu rows", list_of(prompt)->count),
             list_of(prompt)->count);
    if (room < view->rect.cols - *col)
        view_right(view, 0, view->rect.cols - 1, COUNT_COLUMNS, ROLE_FAINT,
                   count);
    *row = 0;
    *col += (int)window.caret;
}

static enum overlay_outcome edited(struct filter_prompt *prompt,
                                   enum editor_outcome outcome)
{
    switch (outcome) {
    case EDITOR_CHANGED:
        apply(prompt);
        break;
    case EDITOR_ENTER:
        return OVERLAY_CLOSE;
    case EDITOR_CANCEL:
        bench_set_filter(prompt->bench, "");
        return OVERLAY_CLOSE;
    case EDITOR_IGNORED:
    case EDITOR_SAME:
    case EDITOR_MOVED:
    case EDITOR_COMPLETE:
        break;
    }
    return OVERLAY_STAY;
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct filter_prompt *prompt = self;

    (void)bench;
    if (stroke.mods == 0 &&
        (stroke.code == STROKE_UP || stroke.code == STROKE_DOWN ||
         stroke.code == STROKE_PAGE_UP || stroke.code == STROKE_PAGE_DOWN)) {
        list_key(list_of(prompt), stroke);
        return OVERLAY_STAY;
    }
    return edited(prompt, editor_key(prompt->editor, stroke));
}

static enum overlay_outcome paste(void *self, struct bench *bench,
                                  const char *text)
{
    struct filter_prompt *prompt = self;
    struct err err;

    if (editor_paste(prompt->editor, text, strlen(text), &err))
        apply(prompt);
    else
        bench_fail(bench, &err);
    return OVERLAY_STAY;
}

static void close(void *self)
{
    struct filter_prompt *prompt = self;

    editor_free(prompt->editor);
    mem_free(prompt);
}

static const struct overlay filter_overlay = {
    .name = "filter",
    .place = place,
    .draw = draw,
    .key = key,
    .paste = paste,
    .close = close,
};

void filter_prompt_open(struct bench *bench, const char *text)
{
    struct filter_prompt *prompt = mem_new(sizeof(*prompt));
    struct err err;

    prompt->bench = bench;
    prompt->editor = editor_new(TEXT_MAX, 0, NULL);
    if (!editor_set(prompt->editor, text, &err))
        bench_fail(bench, &err);
    bench_overlay(bench, &filter_overlay, prompt);
}
