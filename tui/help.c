#include "help.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "complete.h"
#include "editor.h"

enum {
    KEYS_COLUMNS = 14,
    NAME_COLUMNS = 22,
    FILTER_MAX = 128,
    ROWS_MAX = 512,
    FOOT_ROWS = 3,   /* a blank, the CLI form, the docs */
    FOOT_LEAST = 10, /* rows, to have them */
    WIDE = 60
};

struct help_row {
    const struct action *action; /* NULL: a heading, or a blank if no title */
    const char *title;
    size_t owner;
};

struct help {
    struct bench *bench;
    struct editor *filter;
    size_t all; /* how many actions there are, and how many of them fit */
    size_t fitting;
    struct help_row rows[ROWS_MAX];
    struct list list;
};

static const char *filter_of(const struct help *help)
{
    return editor_text(help->filter);
}

static bool has(const char *text, const char *filter)
{
    return complete_fit(filter, text) <= COMPLETE_INSIDE;
}

/* By its name, what it does, or its keys. */
static bool fits(const struct help *help, const struct action *action)
{
    const char *filter = filter_of(help);

    return !*filter || has(action->name, filter) ||
           has(_(action->summary), filter) ||
           has(bench_keys(help->bench, action), filter);
}

static void add(struct help *help, struct help_row row)
{
    if (help->list.count < ROWS_MAX)
        help->rows[help->list.count++] = row;
}

/* The actions of one owner under its heading. */
static void add_owner(struct help *help, size_t wanted, const char *title)
{
    const struct action *action;
    bool first = true;
    size_t owner;

    for (size_t i = 0; (action = bench_action(help->bench, i, &owner)); i++) {
        if (owner != wanted || !fits(help, action))
            continue;
        if (first)
            add(help, (struct help_row){.title = title});
        first = false;
        help->fitting++;
        add(help, (struct help_row){.action = action, .owner = owner});
    }
}

static void fill(struct help *help)
{
    size_t focus = bench_focus(help->bench);

    help->list.count = 0;
    help->fitting = 0;
    add_owner(help, focus, _(panes[focus]->title));
    add_owner(help, LAYOUT_PANES, _("Everywhere"));
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (i != focus && bench_pane(help->bench, i))
            add_owner(help, i, _(panes[i]->title));
    help->list.first = 0;
    help->list.selected = help->list.count > 1 ? 1 : 0;
}

static struct rect place(void *self, int rows, int cols)
{
    int width = cols - 8 < 84 ? cols - 8 : 84;

    (void)self;
    return (struct rect){2, (cols - width) / 2, rows - 3, width};
}

static const char *title(void *self)
{
    (void)self;
    return _("Help");
}

static const char *hint(void *self)
{
    (void)self;
    return _("Enter runs it   Up Down select   Esc closes");
}

static void draw_row(const struct help *help, const struct view *view, int at,
                     const struct help_row *row, bool selected)
{
    int cols = view->rect.cols;
    int words = cols - 4 - KEYS_COLUMNS;

    if (!row->action) {
        view_text(view, at, 1, cols - 1, ROLE_TITLE, row->title);
        return;
    }
    view_text(view, at, 1, 1, ROLE_TEXT, selected ? ">" : " ");
    view_text(view, at, 3, KEYS_COLUMNS, ROLE_KEY,
              bench_keys(help->bench, row->action));
    view_text(view, at, 4 + KEYS_COLUMNS,
              cols > WIDE ? words - NAME_COLUMNS : words, ROLE_TEXT,
              _(row->action->summary));
    if (cols > WIDE)
        view_format(view, at, cols + 1 - NAME_COLUMNS, NAME_COLUMNS - 2,
                    ROLE_FAINT, ":%s %s", row->action->name,
                    row->action->arguments ? row->action->arguments : "");
    if (selected)
        view_paint(view, at, ROLE_SELECTED);
}

static void draw_rows(struct help *help, const struct view *view)
{
    list_fit(&help->list, help->list.count, (size_t)view->rect.rows);
    for (size_t i = 0; i < help->list.height; i++) {
        size_t at = help->list.first + i;

        if (at < help->list.count)
            draw_row(help, view, (int)i, &help->rows[at],
                     at == help->list.selected);
    }
    if (help->list.count == 0)
        view_text(view, 0, 1, view->rect.cols - 1, ROLE_FAINT,
                  _("Nothing here is called so or does that."));
}

static const struct action *selected_action(const struct help *help)
{
    return help->list.selected < help->list.count
               ? help->rows[help->list.selected].action
               : NULL;
}

/* What the selected row is elsewhere. */
static void draw_foot(const struct help *help, const struct view *view)
{
    const struct action *action = selected_action(help);
    int at = view->rect.rows - FOOT_ROWS + 1;
    int cols = view->rect.cols - 1;

    if (!action)
        return;
    if (action->cli)
        view_format(view, at, 1, cols, ROLE_FAINT, _("CLI form   %s"),
                    action->cli);
    else
        view_format(view, at, 1, cols, ROLE_FAINT, _("In a script: %s %s"),
                    action->name, action->arguments ? action->arguments : "");
    view_text(view, at + 1, 1, cols, ROLE_FAINT,
              _("Docs       man threadlab, man threadlab.conf"));
}

/* Returns the column of the caret. */
static int draw_filter(const struct help *help, const struct view *view)
{
    int col = 1 + view_text(view, 0, 1, view->rect.cols, ROLE_FAINT,
                            _("type to filter: "));
    int room = view->rect.cols - col;
    struct editor_window window;
    struct str text;
    char count[64];

    if (view->rect.cols > WIDE)
        room -= NAME_COLUMNS;
    window = editor_window(help->filter, room > 0 ? (size_t)room : 0);
    str_init(&text, FILTER_MAX * 4);
    editor_draw(help->filter, window, view_ascii(view), &text);
    view_text(view, 0, col, room, ROLE_TEXT, text.data);
    str_fini(&text);
    snprintf(count, sizeof(count), _("%zu of %zu"), help->fitting, help->all);
    if (view->rect.cols > WIDE)
        view_right(view, 0, view->rect.cols - 1, NAME_COLUMNS - 2, ROLE_FAINT,
                   count);
    return col + (int)window.caret;
}

static void draw(void *self, const struct view *view, int *row, int *col)
{
    struct help *help = self;
    int foot = view->rect.rows >= FOOT_LEAST ? FOOT_ROWS : 0;
    struct view rows = view_part(
        view, (struct rect){1, 0, view->rect.rows - 1 - foot, view->rect.cols});

    *row = 0;
    *col = draw_filter(help, view);
    draw_rows(help, &rows);
    if (foot > 0)
        draw_foot(help, view);
}

/* Past the headings. */
static void move_on(struct help *help, struct stroke stroke)
{
    size_t before = help->list.selected;

    if (!list_key(&help->list, stroke) || help->list.count == 0)
        return;
    if (!help->rows[help->list.selected].action)
        list_move(&help->list,
                  help->list.selected < before && help->list.selected > 0 ? -1
                                                                          : 1);
}

static enum overlay_outcome run(struct help *help, struct bench *bench)
{
    struct help_row row = {.action = NULL};

    if (help->list.selected < help->list.count)
        row = help->rows[help->list.selected];
    if (!row.action)
        return OVERLAY_STAY;
    bench_later(bench, row.action, row.owner);
    return OVERLAY_CLOSE;
}

static bool is_move(struct stroke stroke)
{
    return stroke.mods == 0 &&
           (stroke.code == STROKE_UP || stroke.code == STROKE_DOWN ||
            stroke.code == STROKE_PAGE_UP || stroke.code == STROKE_PAGE_DOWN ||
            stroke.code == STROKE_HOME || stroke.code == STROKE_END);
}

static enum overlay_outcome type(struct help *help, struct bench *bench,
                                 struct stroke stroke)
{
    switch (editor_key(help->filter, stroke)) {
    case EDITOR_CHANGED:
        fill(help);
        break;
    case EDITOR_ENTER:
        return run(help, bench);
    case EDITOR_CANCEL:
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
    struct help *help = self;
    struct stroke folded = stroke_fold(stroke);
    bool closes = folded.code == '?' || folded.code == 'q';

    if ((closes && folded.mods == 0 && !*filter_of(help)) ||
        folded.code == STROKE_F1)
        return OVERLAY_CLOSE;
    if (is_move(stroke)) {
        move_on(help, stroke);
        return OVERLAY_STAY;
    }
    return type(help, bench, stroke);
}

static enum overlay_outcome paste(void *self, struct bench *bench,
                                  const char *text)
{
    struct help *help = self;
    struct err err;

    if (editor_paste(help->filter, text, strlen(text), &err))
        fill(help);
    else
        bench_fail(bench, &err);
    return OVERLAY_STAY;
}

static void close(void *self)
{
    struct help *help = self;

    editor_free(help->filter);
    mem_free(help);
}

static const struct overlay help_overlay = {
    .name = "help",
    .frame = true,
    .place = place,
    .title = title,
    .hint = hint,
    .draw = draw,
    .key = key,
    .paste = paste,
    .close = close,
};

void help_open(struct bench *bench)
{
    struct help *help = mem_new(sizeof(*help));

    help->bench = bench;
    help->filter = editor_new(FILTER_MAX, 0, NULL);
    fill(help);
    help->all = help->fitting;
    bench_overlay(bench, &help_overlay, help);
}
