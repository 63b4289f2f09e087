/* Up and Down go through the history while the line is empty or from there,
 * else through the rows. Enter runs the line; if that is only the beginning of
 * a command, the row that was chosen, or the only one that begins so. */
#include "palette.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "candidates.h"
#include "catalog.h"
#include "complete.h"
#include "editor.h"
#include "words.h"

enum { ROWS_LEAST = 12, PANE_COLUMNS = 14, KEY_COLUMNS = 10, WORDS_ROWS = 7 };

struct palette {
    struct bench *bench;
    struct editor *editor;
    struct catalog catalog;
    size_t rows[CATALOG_MAX];
    struct list list;
    bool chosen;             /* the selected row was gone to */
    bool recalled;           /* the line is one from before */
    char *why;               /* what was wrong; or NULL */
    struct candidates words; /* that Tab goes through */
};

static const char *line_of(const struct palette *palette)
{
    return editor_text(palette->editor);
}

static void drop_words(struct palette *palette)
{
    candidates_fini(&palette->words);
    candidates_init(&palette->words, "");
}

static void complain(struct palette *palette, const char *why)
{
    mem_free(palette->why);
    palette->why = mem_strdup(why);
}

/* The rows that the line may become. */
static void fill(struct palette *palette)
{
    palette->list.count =
        catalog_match(&palette->catalog, line_of(palette), palette->rows);
    palette->list.first = 0;
    palette->list.selected = 0;
    palette->chosen = false;
}

static const struct action *row_action(const struct palette *palette,
                                       size_t row)
{
    return row < palette->list.count
               ? palette->catalog.actions[palette->rows[row]]
               : NULL;
}

/* The action that the line names; SIZE_MAX if it is no more than a beginning.
 */
static size_t named(const struct palette *palette)
{
    struct words words;
    size_t used;

    words_read(line_of(palette), WORDS_COMMENTS, &words);
    return catalog_find(&palette->catalog, words.argv, words.count, &used);
}

/* Whether only the first row is meant: no other is there, or begins so. */
static bool is_plain(const struct palette *palette)
{
    const char *line = line_of(palette) + strspn(line_of(palette), " \t");
    size_t begun = 0;

    for (size_t i = 0; *line && i < palette->list.count; i++)
        if (complete_fit(line, row_action(palette, i)->name) <= COMPLETE_FOLDED)
            begun++;
    return begun == 1 || palette->list.count == 1;
}

/* The row that Enter is for; SIZE_MAX: the line as it is. */
static size_t enter_row(const struct palette *palette)
{
    if (palette->chosen)
        return palette->list.selected;
    if (named(palette) == SIZE_MAX && is_plain(palette))
        return 0;
    return SIZE_MAX;
}

static bool is_marked(const struct palette *palette, size_t row)
{
    size_t enter = enter_row(palette);

    return enter != SIZE_MAX ? row == enter
                             : palette->rows[row] == named(palette);
}

/* Drawing. */

static struct rect place(void *self, int rows, int cols)
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

    if (*line_of(palette))
        snprintf(tail, sizeof(tail), _("matching \"%.100s\""),
                 line_of(palette));
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

/* What behind the action's name is typed; "" if nothing. */
static const char *typed_arguments(const struct palette *palette,
                                   const struct action *action)
{
    struct words words;
    size_t used;

    words_read(line_of(palette), WORDS_COMMENTS, &words);
    used = action_named(action, words.argv, words.count);
    if (used == 0 || used == words.count)
        return "";
    return line_of(palette) + words.ranges[used].from;
}

/* How much of its cli stands there with arguments typed behind it: that without
 * the words that stand for them. */
static size_t cli_front(const struct action *action, bool typed)
{
    size_t len = strlen(action->cli);
    size_t tail = action->arguments ? strlen(action->arguments) : 0;

    if (typed && tail > 0 && tail < len &&
        strcmp(action->cli + len - tail, action->arguments) == 0)
        return len - tail;
    return len;
}

static void draw_usage(const struct palette *palette, const struct view *view,
                       int at)
{
    const struct action *action = row_action(palette, palette->list.selected);
    int cols = view->rect.cols - 1;
    const char *rest;

    if (!action)
        return;
    view_format(view, at, 1, cols, ROLE_TEXT, _("usage: %s %s"), action->name,
                action->arguments ? action->arguments : "");
    if (!action->cli)
        return;
    rest = typed_arguments(palette, action);
    view_format(view, at + 1, 1, cols, ROLE_FAINT, _("same as: %.*s%s"),
                (int)cli_front(action, *rest != '\0'), action->cli, rest);
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
    if (!*line_of(palette))
        return _("Enter run  Up history  Down select  Tab complete  Esc close");
    return _("Enter run  Tab complete  Up Down select  Esc close");
}

static void draw(void *self, const struct view *view, int *row, int *col)
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

/* Completion. */

/* What the word under the caret may be, and which bytes it has. */
static void gather(struct palette *palette, const char *line,
                   struct words *words, size_t *from)
{
    size_t caret = strlen(line);
    size_t at = words_at(words, caret);
    const char *typed = at < words->count ? words->argv[at] : "";
    size_t used;
    size_t found;

    *from = at < words->count ? words->ranges[at].from : caret;
    palette->words.typed = typed;
    catalog_names(&palette->catalog, line, *from, &palette->words);
    found = catalog_find(&palette->catalog, words->argv, at, &used);
    if (found != SIZE_MAX) {
        char empty[] = "";

        if (at == words->count)
            words->argv[at] = empty;
        bench_complete(palette->bench, palette->catalog.actions[found],
                       palette->catalog.owners[found], (int)(at - used + 2),
                       words->argv + used - 1, &palette->words);
    }
    palette->words.typed = "";
}

/* Nothing begins so: names that have it elsewhere, for the whole line. */
static void gather_others(struct palette *palette, const char *line,
                          size_t *from)
{
    *from = strspn(line, " \t");
    if (!line[*from] || named(palette) != SIZE_MAX)
        return;
    for (size_t i = 0; i < palette->list.count; i++)
        candidates_add_text(&palette->words, row_action(palette, i)->name);
}

static void complete(struct palette *palette)
{
    size_t caret = editor_caret(palette->editor);
    char *line = mem_strndup(line_of(palette), caret);
    struct words words;
    struct err err;
    size_t from;
    size_t count;

    drop_words(palette);
    words_read(line, WORDS_COMMENTS, &words);
    gather(palette, line, &words, &from);
    if (palette->words.count == 0)
        gather_others(palette, line, &from);
    count = palette->words.count;
    if (count == 0)
        complain(palette, _("nothing begins so"));
    editor_complete(palette->editor, from, caret,
                    (const char *const *)palette->words.items, count);
    mem_free(line);
    fill(palette);
    /* On with its arguments. */
    if (count == 1 && row_action(palette, 0) &&
        row_action(palette, 0)->arguments &&
        strcmp(line_of(palette), row_action(palette, 0)->name) == 0 &&
        editor_paste(palette->editor, " ", 1, &err))
        fill(palette);
}

/* Enter. */

static enum overlay_outcome run(struct palette *palette, const char *line)
{
    history_add(bench_history(palette->bench), line);
    bench_remember_line(palette->bench, line);
    bench_command_later(palette->bench, line);
    return OVERLAY_CLOSE;
}

/* Its name into the line, so that the arguments can be typed. */
static enum overlay_outcome go_on(struct palette *palette,
                                  const struct action *action)
{
    char *line = mem_printf("%s ", action->name);
    struct err err;

    if (!editor_set(palette->editor, line, &err))
        complain(palette, err.text);
    mem_free(line);
    fill(palette);
    return OVERLAY_STAY;
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t")] == '\0';
}

static enum overlay_outcome enter(struct palette *palette)
{
    size_t row = enter_row(palette);
    size_t entry = row != SIZE_MAX ? palette->rows[row] : named(palette);
    const struct action *action;

    if (entry == SIZE_MAX && is_blank(line_of(palette)))
        return OVERLAY_CLOSE;
    if (entry == SIZE_MAX && palette->list.count > 1) {
        complain(palette, _("several commands fit: Tab or Down chooses one"));
        return OVERLAY_STAY;
    }
    if (entry == SIZE_MAX)
        return run(palette, line_of(palette));
    action = palette->catalog.actions[entry];
    if (*typed_arguments(palette, action))
        return run(palette, line_of(palette));
    return action_needs_argument(action) ? go_on(palette, action)
                                         : run(palette, action->name);
}

/* Keys. */

static enum overlay_outcome edited(struct palette *palette,
                                   enum editor_outcome outcome)
{
    switch (outcome) {
    case EDITOR_CHANGED:
        fill(palette);
        break;
    case EDITOR_COMPLETE:
        complete(palette);
        break;
    case EDITOR_ENTER:
        return enter(palette);
    case EDITOR_CANCEL:
        return OVERLAY_CLOSE;
    case EDITOR_IGNORED:
    case EDITOR_SAME:
    case EDITOR_MOVED:
        break;
    }
    return OVERLAY_STAY;
}

static bool is_in_history(const struct palette *palette, struct stroke stroke)
{
    if (stroke.mods == STROKE_CTRL)
        return stroke.code == 'p' || stroke.code == 'n';
    if (stroke.mods != 0 || palette->chosen)
        return false;
    if (stroke.code == STROKE_UP)
        return palette->recalled || !*line_of(palette);
    return stroke.code == STROKE_DOWN && palette->recalled;
}

/* True if the stroke moved among the rows. */
static bool choose(struct palette *palette, struct stroke stroke)
{
    bool up = stroke.code == STROKE_UP;

    if (stroke.mods != 0 ||
        (!up && stroke.code != STROKE_DOWN && stroke.code != STROKE_PAGE_UP &&
         stroke.code != STROKE_PAGE_DOWN))
        return false;
    if (palette->list.count == 0)
        return true;
    if (palette->chosen && up && palette->list.selected == 0)
        palette->chosen = false;
    else if (palette->chosen)
        list_key(&palette->list, stroke);
    else
        palette->chosen = true;
    return true;
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct palette *palette = self;
    bool tab = stroke.code == STROKE_TAB;
    bool recall;
    enum editor_outcome outcome;

    (void)bench;
    MEM_CLEAR(palette->why);
    if (!tab)
        drop_words(palette);
    recall = is_in_history(palette, stroke);
    if (!editor_search(palette->editor, NULL) && !recall &&
        choose(palette, stroke))
        return OVERLAY_STAY;
    outcome = editor_key(palette->editor, stroke);
    if (outcome == EDITOR_IGNORED)
        return stroke.code == STROKE_F1 ? OVERLAY_PASS : OVERLAY_STAY;
    palette->recalled = recall ? *line_of(palette) != '\0'
                               : palette->recalled && outcome != EDITOR_CHANGED;
    return edited(palette, outcome);
}

static enum overlay_outcome paste(void *self, struct bench *bench,
                                  const char *text)
{
    struct palette *palette = self;
    struct err err;

    (void)bench;
    MEM_CLEAR(palette->why);
    if (!editor_paste(palette->editor, text, strlen(text), &err))
        complain(palette, err.text);
    palette->recalled = false;
    fill(palette);
    return OVERLAY_STAY;
}

static enum overlay_outcome mouse(void *self, struct bench *bench,
                                  const struct input_event *event)
{
    struct palette *palette = self;
    size_t row = palette->list.first + (size_t)event->row;

    (void)bench;
    if (event->kind == INPUT_WHEEL_UP || event->kind == INPUT_WHEEL_DOWN) {
        list_scroll(&palette->list, event->kind == INPUT_WHEEL_UP ? -3 : 3);
        return OVERLAY_STAY;
    }
    if (event->row < 1 || (size_t)event->row > palette->list.height ||
        row - 1 >= palette->list.count)
        return OVERLAY_STAY;
    list_select(&palette->list, row - 1);
    palette->chosen = true;
    return event->kind == INPUT_DOUBLE_CLICK ? enter(palette) : OVERLAY_STAY;
}

static void close(void *self)
{
    struct palette *palette = self;

    candidates_fini(&palette->words);
    editor_free(palette->editor);
    mem_free(palette->why);
    mem_free(palette);
}

static const struct overlay palette_overlay = {
    .name = "palette",
    .place = place,
    .draw = draw,
    .key = key,
    .paste = paste,
    .mouse = mouse,
    .close = close,
};

void palette_open(struct bench *bench, const char *line, const char *why)
{
    struct palette *palette = mem_new(sizeof(*palette));
    struct err err;

    palette->bench = bench;
    palette->editor = editor_new(WORDS_LINE, 0, bench_history(bench));
    palette->why = mem_strdup(why);
    candidates_init(&palette->words, "");
    bench_catalog(bench, &palette->catalog);
    if (!editor_set(palette->editor, line, &err))
        complain(palette, err.text);
    fill(palette);
    bench_overlay(bench, &palette_overlay, palette);
}
