#include "help.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"

enum { KEYS_COLUMNS = 14, FILTER_MAX = 64, ROWS_MAX = 512 };

struct help_row {
    const struct action *action; /* NULL: a heading, or a blank if no title */
    const char *title;
    size_t owner;
};

struct help {
    struct bench *bench;
    char filter[FILTER_MAX];
    struct help_row rows[ROWS_MAX];
    struct list list;
};

static bool fits(const struct action *action, const char *filter)
{
    return !*filter || strcasestr(action->name, filter) ||
           strcasestr(_(action->summary), filter);
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
        if (owner != wanted || !fits(action, help->filter))
            continue;
        if (first)
            add(help, (struct help_row){.title = title});
        first = false;
        add(help, (struct help_row){.action = action, .owner = owner});
    }
}

static void fill(struct help *help)
{
    size_t focus = bench_focus(help->bench);

    help->list.count = 0;
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
    return _("Enter runs it   type to filter   Esc closes");
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
    view_text(view, at, 4 + KEYS_COLUMNS, cols > 60 ? words - 22 : words,
              ROLE_TEXT, _(row->action->summary));
    if (cols > 60)
        view_format(view, at, cols - 21, 20, ROLE_FAINT, ":%s %s",
                    row->action->name,
                    row->action->arguments ? row->action->arguments : "");
    if (selected)
        view_paint(view, at, ROLE_SELECTED);
}

static void draw(void *self, const struct view *view, int *row, int *col)
{
    struct help *help = self;
    struct view rows = view_part(
        view, (struct rect){1, 0, view->rect.rows - 1, view->rect.cols});
    int caret =
        1 + view_text(view, 0, 1, view->rect.cols, ROLE_FAINT, _("filter: "));

    caret += view_text(view, 0, caret, view->rect.cols - caret, ROLE_TEXT,
                       help->filter);
    list_fit(&help->list, help->list.count, (size_t)rows.rect.rows);
    for (size_t i = 0; i < help->list.height; i++) {
        size_t at = help->list.first + i;

        if (at < help->list.count)
            draw_row(help, &rows, (int)i, &help->rows[at],
                     at == help->list.selected);
    }
    if (help->list.count == 0)
        view_text(&rows, 0, 1, rows.rect.cols - 1, ROLE_FAINT,
                  _("Nothing here has that in its name."));
    *row = 0;
    *col = caret;
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

static void type(struct help *help, struct stroke stroke)
{
    size_t len = strlen(help->filter);

    if (stroke.code == STROKE_BACKSPACE && len > 0)
        help->filter[len - 1] = '\0';
    else if (stroke.code > ' ' && stroke.code < 0x7f && stroke.mods == 0 &&
             len < FILTER_MAX - 1)
        help->filter[len] = (char)stroke.code;
    fill(help);
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct help *help = self;

    if (stroke.code == STROKE_ESCAPE ||
        (stroke.code == '?' && !*help->filter) ||
        (stroke.code == 'q' && !*help->filter))
        return OVERLAY_CLOSE;
    if (stroke.code == STROKE_ENTER)
        return run(help, bench);
    if (stroke.code >= STROKE_UP && stroke.code <= STROKE_PAGE_DOWN)
        move_on(help, stroke);
    else
        type(help, stroke);
    return OVERLAY_STAY;
}

static const struct overlay help_overlay = {
    .name = "help",
    .frame = true,
    .place = place,
    .title = title,
    .hint = hint,
    .draw = draw,
    .key = key,
    .close = mem_free,
};

void help_open(struct bench *bench)
{
    struct help *help = mem_new(sizeof(*help));

    help->bench = bench;
    fill(help);
    bench_overlay(bench, &help_overlay, help);
}
