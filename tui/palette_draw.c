#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "palette_state.h"
#include "words.h"

enum { ROWS_LEAST = 12, PANE_COLUMNS = 14, KEY_COLUMNS = 10, WORDS_ROWS = 7 };

static bool is_marked(const struct palette *palette, size_t row)
{
    size_t enter = palette_enter_row(palette);

    return enter != SIZE_MAX ? row == enter
                             : palette->rows[row] == palette_named(palette);
}

struct rect palette_place(void *self, int rows, int cols)
{
    int height = rows / 2 > ROWS_LEAST ? rows / 2 : ROWS_LEAST;

    (void)self;
    if (layout_class_of(cols, rows) == LAYOUT_XS)
        height = rows;
    return (struct rect){rows - height, 0, height, cols};
}

static void draw_rule(const struct palette *palette, const struct view *view)
{
    char tail[160] = "";
    char right[64];

    if (*palette_line(palette))
        snprintf(tail, sizeof(tail), _("matching \"%.100s\""),
                 palette_line(palette));
    snprintf(right, sizeof(right), _("%zu of %zu"), palette->list.count,
             palette->catalog.count);
    view_rule(view, 0,
              &(struct view_rule){
                  .title = _("Commands"),
                  .tail = tail,
                  .right = right,
                  .focus = true,
              });
}

static void draw_owner(const struct palette *palette, const struct view *view,
                       int at, size_t entry, int col)
{
    size_t owner = palette->catalog.owners[entry];

    view_text(view, at, col, KEY_COLUMNS, ROLE_KEY,
              bench_key(palette->bench, palette->catalog.actions[entry]));
    if (owner < LAYOUT_PANES)
        view_format(view, at, col + KEY_COLUMNS + 1, PANE_COLUMNS, ROLE_FAINT,
                    "(%s)", _(panes[owner]->title));
}

static void draw_row(const struct palette *palette, const struct view *view,
                     int at, size_t row)
{
    size_t entry = palette->rows[row];
    const struct action *action = palette->catalog.actions[entry];
    int cols = view->rect.cols;
    bool wide = cols >= 60;
    int end = wide ? cols - KEY_COLUMNS - PANE_COLUMNS - 2 : cols;
    int width = wide ? end * 2 / 5 : end / 2;
    bool marked = is_marked(palette, row);

    view_text(view, at, 0, 1, ROLE_TEXT, marked ? ">" : " ");
    view_format(view, at, 2, width, ROLE_TEXT, "%s %s", action->name,
                action->arguments ? action->arguments : "");
    view_text(view, at, width + 3, end - width - 4, ROLE_FAINT,
              _(action->summary));
    if (wide)
        draw_owner(palette, view, at, entry, end);
    if (marked)
        view_paint(view, at, ROLE_SELECTED);
}

static void draw_rows(struct palette *palette, const struct view *view)
{
    struct list *list = &palette->list;

    list_fit(list, list->count,
             view->rect.rows > 0 ? (size_t)view->rect.rows : 0);
    for (size_t i = 0; i < list->height && list->first + i < list->count; i++)
        draw_row(palette, view, (int)i, list->first + i);
    if (list->count == 0)
        view_text(view, 0, 2, view->rect.cols - 2, ROLE_FAINT,
                  _("No command is called so, or says that it does that."));
}

/* Its cli with the arguments that are typed in place of the words that stand
 * for them; where those stand in another order, as it is. */
static void draw_cli(const struct view *view, int at,
                     const struct action *action, const char *typed)
{
    int cols = view->rect.cols - 1;
    size_t len = strlen(action->cli);
    size_t tail = action->arguments ? strlen(action->arguments) : 0;

    if (*typed && tail > 0 && tail < len &&
        strcmp(action->cli + len - tail, action->arguments) == 0)
        view_format(view, at, 1, cols, ROLE_FAINT, _("same as: %.*s%s"),
                    (int)(len - tail), action->cli, typed);
    else
        view_format(view, at, 1, cols, ROLE_FAINT, _("same as: %s"),
                    action->cli);
}

static void draw_usage(const struct palette *palette, const struct view *view,
                       int at)
{
    const struct action *action =
        palette_action(palette, palette->list.selected);
    int cols = view->rect.cols - 1;

    if (!action)
        return;
    view_format(view, at, 1, cols, ROLE_TEXT, _("usage: %s %s"), action->name,
                action->arguments ? action->arguments : "");
    if (action->cli)
        draw_cli(view, at + 1, action, palette_arguments(palette, action));
}

/* The words that Tab goes through, from the one that stands there on. */
static void draw_words(const struct palette *palette, const struct view *view,
                       int at)
{
    size_t current = editor_candidate(palette->editor);
    size_t first = 0;
    int col = 1;

    if (palette->words.count < 2)
        return;
    if (current != SIZE_MAX && current > 2)
        first = current - 2;
    for (size_t i = first; i < palette->words.count; i++) {
        bool here = i == current;

        if (col >= view->rect.cols)
            break;
        col += view_format(view, at, col, view->rect.cols - col,
                           here ? ROLE_FOCUS : ROLE_TEXT,
                           here ? "[%s]" : " %s ", palette->words.items[i]);
    }
}

static void draw_line(const struct palette *palette, const struct view *view,
                      int at, int *caret)
{
    bool failed;
    const char *sought = editor_search(palette->editor, &failed);
    int col;
    struct editor_window window;
    struct str text;

    if (sought)
        col = view_format(view, at, 0, view->rect.cols / 2,
                          failed ? ROLE_BAD : ROLE_KEY, _("search \"%s\": "),
                          sought);
    else
        col = view_text(view, at, 0, 1, ROLE_KEY, ":");
    window = editor_window(palette->editor, (size_t)(view->rect.cols - col));
    str_init(&text, WORDS_LINE * 2);
    editor_draw(palette->editor, window, view_ascii(view), &text);
    view_text(view, at, col, view->rect.cols - col, ROLE_TEXT, text.data);
    str_fini(&text);
    *caret = col + (int)window.caret;
}

static const char *hints(const struct palette *palette)
{
    if (editor_search(palette->editor, NULL))
        return _("Ctrl+R older  Enter take it  Esc back");
    if (palette->chosen)
        return _("Enter run  Up Down select  Tab complete  Esc close");
    if (palette->recalled)
        return _("Enter run  Up Down history  Tab complete  Esc close");
    if (!*palette_line(palette))
        return _("Enter run  Up history  Down select  Tab complete  Esc close");
    return _("Enter run  Tab complete  Up Down select  Esc close");
}

void palette_draw(void *self, const struct view *view, int *row, int *col)
{
    struct palette *palette = self;
    int rows = view->rect.rows;
    int below = 2; /* the line and the hints */
    struct view list;

    if (rows > WORDS_ROWS)
        below += rows > WORDS_ROWS + 2 ? 4 : 2;
    list =
        view_part(view, (struct rect){1, 0, rows - 1 - below, view->rect.cols});
    draw_rule(palette, view);
    draw_rows(palette, &list);
    if (below > 2)
        draw_usage(palette, view, rows - below);
    if (below > 4)
        draw_words(palette, view, rows - 3);
    *row = rows - 2;
    draw_line(palette, view, *row, col);
    if (palette->why)
        view_text(view, rows - 1, 1, view->rect.cols - 1, ROLE_BAD,
                  palette->why);
    else
        view_text(view, rows - 1, 1, view->rect.cols - 1, ROLE_FAINT,
                  hints(palette));
}
