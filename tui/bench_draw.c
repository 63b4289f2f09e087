/* A frame: the program's line, the panes, the foot, and what lies over them. */
#include <curses.h>
#include <panel.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/text.h"
#include "bench_state.h"

enum { TEXT_MAX = 512 };

void bench_screen_init(struct bench *bench)
{
    bench->base = newwin(0, 0, 0, 0);
    clearok(bench->base, FALSE); /* the screen is, and this would do it again */
    bench->base_panel = new_panel(bench->base);
    leaveok(bench->base, TRUE);
}

void bench_screen_fini(struct bench *bench)
{
    while (bench->layer_count > 0)
        bench_layer_close(bench, bench->layer_count - 1);
    del_panel(bench->base_panel);
    delwin(bench->base);
}

/* Layers. */

static struct rect clamp(struct rect rect, int rows, int cols)
{
    if (rect.rows > rows)
        rect.rows = rows;
    if (rect.cols > cols)
        rect.cols = cols;
    if (rect.row + rect.rows > rows)
        rect.row = rows - rect.rows;
    if (rect.col + rect.cols > cols)
        rect.col = cols - rect.cols;
    rect.row = rect.row < 0 ? 0 : rect.row;
    rect.col = rect.col < 0 ? 0 : rect.col;
    return rect;
}

/* On a small screen a layer has all of it, and needs no frame. */
static bool framed(const struct bench *bench, const struct overlay *overlay)
{
    return overlay->frame &&
           layout_class_of(bench->screen.cols, bench->screen.rows) != LAYOUT_XS;
}

static void place(struct bench *bench, struct bench_layer *layer)
{
    int rows = bench->screen.rows;
    int cols = bench->screen.cols;
    bool frame = framed(bench, layer->overlay);
    struct rect rect = layer->overlay->place(layer->self, rows, cols);

    if (layer->overlay->frame && !frame)
        rect = (struct rect){0, 0, rows, cols};
    rect = clamp(rect, rows, cols);
    wresize(layer->window, rect.rows, rect.cols);
    replace_panel(layer->panel, layer->window);
    move_panel(layer->panel, rect.row, rect.col);
    layer->row = rect.row;
    layer->col = rect.col;
    layer->inside = frame ? (struct rect){1, 1, rect.rows - 2, rect.cols - 2}
                          : (struct rect){0, 0, rect.rows, rect.cols};
}

void bench_layers_place(struct bench *bench)
{
    wresize(bench->base, bench->screen.rows, bench->screen.cols);
    replace_panel(bench->base_panel, bench->base);
    for (size_t i = 0; i < bench->layer_count; i++)
        place(bench, &bench->layers[i]);
}

void bench_overlay(struct bench *bench, const struct overlay *overlay,
                   void *self)
{
    struct bench_layer *layer;

    if (bench->layer_count == BENCH_OVERLAYS || !bench->base) {
        overlay->close(self);
        return;
    }
    layer = &bench->layers[bench->layer_count++];
    *layer = (struct bench_layer){.overlay = overlay, .self = self};
    layer->window = newwin(1, 1, 0, 0);
    layer->panel = new_panel(layer->window);
    leaveok(layer->window, TRUE);
    place(bench, layer);
    bench_touch(bench);
}

/* One that it has opened may lie above it, and stays. */
void bench_layer_close(struct bench *bench, size_t at)
{
    struct bench_layer layer = bench->layers[at];

    bench->layer_count--;
    memmove(bench->layers + at, bench->layers + at + 1,
            (bench->layer_count - at) * sizeof(layer));
    layer.overlay->close(layer.self);
    del_panel(layer.panel);
    delwin(layer.window);
    bench_touch(bench);
}

static void frame_window(const struct bench *bench, WINDOW *window)
{
    static const wchar_t marks[][2] = {{0x2502, 0}, {0x2502, 0}, {0x2500, 0},
                                       {0x2500, 0}, {0x250C, 0}, {0x2510, 0},
                                       {0x2514, 0}, {0x2518, 0}};
    cchar_t cells[8];

    if (bench->screen.ascii) {
        wborder(window, '|', '|', '-', '-', '+', '+', '+', '+');
        return;
    }
    for (int i = 0; i < 8; i++)
        setcchar(&cells[i], marks[i], A_NORMAL, 0, NULL);
    wborder_set(window, &cells[0], &cells[1], &cells[2], &cells[3], &cells[4],
                &cells[5], &cells[6], &cells[7]);
}

static void put_edge(const struct view *view, int row, enum role role,
                     const char *text)
{
    char padded[TEXT_MAX];

    if (!text || !*text)
        return;
    snprintf(padded, sizeof(padded), " %s ", text);
    view_text(view, row, 2, view->rect.cols - 4, role, padded);
}

static void draw_layer(struct bench *bench, struct bench_layer *layer)
{
    const struct overlay *overlay = layer->overlay;
    struct view view = {&bench->screen,
                        layer->window,
                        {0, 0, getmaxy(layer->window), getmaxx(layer->window)}};
    int row = 0;
    int col = 0;

    werase(layer->window);
    if (framed(bench, overlay)) {
        frame_window(bench, layer->window);
        put_edge(&view, 0, ROLE_TITLE,
                 overlay->title ? overlay->title(layer->self) : NULL);
        put_edge(&view, view.rect.rows - 1, ROLE_FAINT,
                 overlay->hint ? overlay->hint(layer->self) : NULL);
    }
    view.rect = layer->inside;
    overlay->draw(layer->self, &view, &row, &col);
    bench->screen.caret_row = getbegy(layer->window) + layer->inside.row + row;
    bench->screen.caret_col = getbegx(layer->window) + layer->inside.col + col;
}

/* The panes. */

static void say_headlines(const struct bench *bench, struct str *out)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        size_t before = out->len;

        if (!bench->shown[i])
            continue;
        if (before > 0)
            str_puts(out, " | ");
        panes[i]->headline(bench->selves[i], out);
        if (before > 0 && out->len == before + 3)
            str_cut(out, before);
    }
}

static void draw_header(const struct bench *bench, const struct view *view)
{
    struct str text;
    int col = view_text(view, 0, 1, 9, ROLE_TITLE, "threadlab") + 3;

    str_init(&text, TEXT_MAX);
    say_headlines(bench, &text);
    view_text(view, 0, col, view->rect.cols - col, ROLE_TEXT, text.data);
    str_fini(&text);
}

/* "[1 Down]2 Thr": in place of the header and the titles. */
static void draw_tabs(const struct bench *bench, const struct view *view)
{
    int col = 0;

    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        bool focus = i == bench->focus;

        if (!bench->shown[i])
            continue;
        col += view_format(view, 0, col, view->rect.cols - col,
                           focus ? ROLE_FOCUS : ROLE_TITLE,
                           focus ? "[%zu %s]" : " %zu %s ", i + 1,
                           _(panes[i]->tab));
    }
    if (bench->shown[bench->focus]) {
        struct str text;

        str_init(&text, TEXT_MAX);
        panes[bench->focus]->headline(bench->selves[bench->focus], &text);
        view_text(view, 0, col + 1, view->rect.cols - col - 1, ROLE_TEXT,
                  text.data);
        str_fini(&text);
    }
}

static void draw_title(const struct bench *bench, size_t number,
                       const struct view *view)
{
    const struct pane *pane = panes[number];
    void *self = bench->selves[number];
    struct str tail;
    struct str right;

    str_init(&tail, TEXT_MAX);
    str_init(&right, TEXT_MAX);
    pane->tail(self, &tail);
    pane->right(self, &right);
    view_rule(view, 0,
              &(struct view_rule){
                  .number = (int)number + 1,
                  .title = _(pane->title),
                  .tail = tail.data,
                  .right = right.data,
                  .focus = number == bench->focus,
              });
    str_fini(&tail);
    str_fini(&right);
}

static void draw_pane(struct bench *bench, size_t number,
                      const struct view *screen)
{
    struct rect rect = bench->layout.panes[number];
    struct view view = view_part(screen, rect);
    bool focus = number == bench->focus;
    int caret = 0;

    if (bench->layout.size_class != LAYOUT_XS) {
        draw_title(bench, number, &view);
        view = view_part(&view, (struct rect){1, 0, rect.rows - 1, rect.cols});
        rect.row++;
    }
    panes[number]->draw(bench->selves[number], &view, focus, &caret);
    if (focus && bench->layer_count == 0) {
        bench->screen.caret_row = rect.row + caret;
        bench->screen.caret_col = rect.col;
    }
}

/* Where the lines between panes meet their titles. */
static bool title_at(const struct layout *layout, int row, int col)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        const struct rect *rect = &layout->panes[i];

        if (rect->rows > 0 && rect->row == row && col >= rect->col &&
            col < rect->col + rect->cols)
            return true;
    }
    return false;
}

static void draw_line(const struct bench *bench, const struct view *screen,
                      const struct rect *pane)
{
    /* by title at the left, at the right, and a line above */
    static const char *const joints[] = {"│", "│", "┐", "┤",
                                         "┌", "├", "┬", "┼"};
    int col = pane->col - 1;

    for (int row = pane->row; row < pane->row + pane->rows; row++) {
        int joint = (title_at(&bench->layout, row, col - 1) ? 2 : 0) +
                    (title_at(&bench->layout, row, col + 1) ? 4 : 0) +
                    (row > bench->layout.header.rows ? 1 : 0);
        const char *mark = joints[joint];

        if (bench->screen.ascii)
            mark = joint > 1 ? "+" : "|";
        view_text(screen, row, col, 1, ROLE_RULE, mark);
    }
}

/* The foot. */

static int put_hint(const struct view *view, int col, const char *key,
                    const char *words)
{
    int need = (int)fmt_columns(key) + (int)fmt_columns(words) + 3;

    if (col + need - 2 > view->rect.cols)
        return col;
    col += view_text(view, 0, col, need, ROLE_KEY, key) + 1;
    return col + view_text(view, 0, col, need, ROLE_TEXT, words) + 2;
}

static void draw_hints(struct bench *bench, const struct view *view)
{
    const struct action *action;
    size_t owner;
    int col = put_hint(view, 1, "?", _("help"));

    col = put_hint(view, col, ":", _("command"));
    col = put_hint(view, col, "Tab", _("next"));
    for (size_t i = 0; (action = bench_action(bench, i, &owner)); i++)
        if (action->hint && owner == bench->focus)
            col =
                put_hint(view, col, bench_key(bench, action), _(action->hint));
    for (size_t i = 0; (action = bench_action(bench, i, &owner)); i++)
        if (action->hint && owner == LAYOUT_PANES)
            col =
                put_hint(view, col, bench_key(bench, action), _(action->hint));
}

static void draw_pending(const struct bench *bench, const struct view *view)
{
    char name[STROKE_NAME];

    view_format(view, 0, 1, view->rect.cols - 1, ROLE_KEY, "%s ...",
                stroke_name(name, bench->pending[0]));
}

static void draw_foot(struct bench *bench, const struct view *screen)
{
    static const enum role roles[] = {
        [MESSAGE_NOTE] = ROLE_TEXT,
        [MESSAGE_GOOD] = ROLE_GOOD,
        [MESSAGE_BAD] = ROLE_BAD,
    };
    const struct message *message = messages_now(&bench->messages, clock_ms());
    struct view foot = view_part(screen, bench->layout.footer);
    struct view line = view_part(screen, bench->layout.message);

    if (bench->pending_count > 0)
        draw_pending(bench, &foot);
    else if (!message || bench->layout.message.row != bench->layout.footer.row)
        draw_hints(bench, &foot);
    if (message && bench->pending_count == 0)
        view_text(&line, 0, 1, line.rect.cols - 1, roles[message->tone],
                  message->text);
}

static void draw_panes(struct bench *bench, const struct view *screen)
{
    if (bench->layout.size_class == LAYOUT_XS)
        draw_tabs(bench, screen);
    else
        draw_header(bench, screen);
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (bench->shown[i] && bench->layout.panes[i].rows > 0)
            draw_pane(bench, i, screen);
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (bench->layout.panes[i].rows > 0 && bench->layout.panes[i].col > 0)
            draw_line(bench, screen, &bench->layout.panes[i]);
    draw_foot(bench, screen);
}

void bench_draw(struct bench *bench)
{
    struct view screen = {&bench->screen,
                          bench->base,
                          {0, 0, bench->screen.rows, bench->screen.cols}};

    layout_fill(&bench->layout, bench->screen.cols, bench->screen.rows,
                bench->shown, bench->focus, bench->zoom);
    werase(bench->base);
    if (bench->layout.too_small)
        view_format(&screen, 0, 0, bench->screen.cols, ROLE_TEXT,
                    _("%dx%d needed, q quits"), LAYOUT_MIN_COLS,
                    LAYOUT_MIN_ROWS);
    else
        draw_panes(bench, &screen);
    for (size_t i = 0; i < bench->layer_count; i++)
        draw_layer(bench, &bench->layers[i]);
    screen_show(&bench->screen);
}
