#include "layout.h"

#include <limits.h>

enum { COLUMNS = 3, BANDS = 3, SIDE_BY_SIDE = 2, NONE = -1 };

/* A screen is columns of bands of panes; a band has one pane, or two beside
 * each other. Panes that are not there leave their place to the others. */
struct plan {
    int columns[COLUMNS][BANDS][SIDE_BY_SIDE];
};

#define PANES(a, b) \
    {               \
        a, b        \
    }
#define NO_BAND PANES(NONE, NONE)
#define NO_COLUMN                 \
    {                             \
        NO_BAND, NO_BAND, NO_BAND \
    }

static const struct plan plans[] = {
    [LAYOUT_S] = {{{PANES(0, NONE), PANES(1, 2), PANES(3, NONE)},
                   NO_COLUMN,
                   NO_COLUMN}},
    [LAYOUT_M] = {{{PANES(0, NONE), PANES(3, NONE), NO_BAND},
                   {PANES(1, NONE), PANES(2, NONE), NO_BAND},
                   NO_COLUMN}},
    [LAYOUT_L] = {{{PANES(0, NONE), PANES(3, NONE), NO_BAND},
                   {PANES(1, NONE), PANES(2, NONE), NO_BAND},
                   {PANES(4, NONE), PANES(5, NONE), NO_BAND}}},
};

struct context {
    struct layout *layout;
    const bool *shown;
    size_t focus;
};

enum layout_class layout_class_of(int cols, int rows)
{
    if (cols < 60 || rows < 18)
        return LAYOUT_XS;
    if (cols < 110 || rows < 30)
        return LAYOUT_S;
    return cols < 160 || rows < 40 ? LAYOUT_M : LAYOUT_L;
}

static bool here(const struct context *context, int pane)
{
    return pane != NONE && context->shown[pane];
}

static bool band_here(const struct context *context,
                      const int band[SIDE_BY_SIDE])
{
    return here(context, band[0]) || here(context, band[1]);
}

static bool band_focus(const struct context *context,
                       const int band[SIDE_BY_SIDE])
{
    return band[0] == (int)context->focus || band[1] == (int)context->focus;
}

static bool column_here(const struct context *context,
                        const int column[BANDS][SIDE_BY_SIDE])
{
    for (int i = 0; i < BANDS; i++)
        if (band_here(context, column[i]))
            return true;
    return false;
}

static bool column_focus(const struct context *context,
                         const int column[BANDS][SIDE_BY_SIDE])
{
    for (int i = 0; i < BANDS; i++)
        if (band_focus(context, column[i]))
            return true;
    return false;
}

/* The share of what is left that goes to one of several, by weight: the one in
 * focus weighs 3, the others 2. */
static int share(int left, bool focus, int weights)
{
    return weights > 0 ? left * (focus ? 3 : 2) / weights : left;
}

/* Two panes have a column for the line between them. */
static void fill_band(const struct context *context,
                      const int band[SIDE_BY_SIDE], struct rect rect)
{
    struct rect *panes = context->layout->panes;
    int half = rect.cols / 2;

    if (!here(context, band[0]) || !here(context, band[1])) {
        panes[here(context, band[0]) ? band[0] : band[1]] = rect;
        return;
    }
    panes[band[0]] = (struct rect){rect.row, rect.col, rect.rows, half};
    panes[band[1]] = (struct rect){rect.row, rect.col + half + 1, rect.rows,
                                   rect.cols - half - 1};
}

static void fill_column(const struct context *context,
                        const int column[BANDS][SIDE_BY_SIDE], struct rect rect)
{
    int weights = 0;

    for (int i = 0; i < BANDS; i++)
        if (band_here(context, column[i]))
            weights += band_focus(context, column[i]) ? 3 : 2;
    for (int i = 0; i < BANDS; i++) {
        bool focus = band_focus(context, column[i]);
        struct rect band = rect;

        if (!band_here(context, column[i]))
            continue;
        band.rows = share(rect.rows, focus, weights);
        fill_band(context, column[i], band);
        rect.row += band.rows;
        rect.rows -= band.rows;
        weights -= focus ? 3 : 2;
    }
}

/* If the pane in focus has no place in the plan (the fifth on a small screen),
 * it has all of it. */
static void fill_plan(const struct context *context, const struct plan *plan,
                      struct rect rect)
{
    int weights = 0;
    bool placed = false;

    for (int i = 0; i < COLUMNS; i++)
        if (column_here(context, plan->columns[i])) {
            bool focus = column_focus(context, plan->columns[i]);

            weights += focus ? 3 : 2;
            placed = placed || focus;
        }
    if (!placed) {
        context->layout->panes[context->focus] = rect;
        return;
    }
    for (int i = 0; i < COLUMNS; i++) {
        bool focus = column_focus(context, plan->columns[i]);
        struct rect column = rect;

        if (!column_here(context, plan->columns[i]))
            continue;
        weights -= focus ? 3 : 2;
        if (weights > 0)
            column.cols = share(rect.cols, focus, weights + (focus ? 3 : 2));
        fill_column(context, plan->columns[i], column);
        rect.col += column.cols + 1;
        rect.cols -= column.cols + 1;
    }
}

void layout_fill(struct layout *layout, int cols, int rows,
                 const bool shown[LAYOUT_PANES], size_t focus, bool zoom)
{
    const struct context context = {layout, shown, focus};
    enum layout_class size_class = layout_class_of(cols, rows);
    bool message = size_class >= LAYOUT_M;
    struct rect rect = {1, 0, rows - 2 - (message ? 1 : 0), cols};

    *layout = (struct layout){
        .size_class = size_class,
        .too_small = cols < LAYOUT_MIN_COLS || rows < LAYOUT_MIN_ROWS,
        .header = {0, 0, 1, cols},
        .footer = {rows - 1, 0, 1, cols},
    };
    layout->message = layout->footer;
    layout->message.row -= message ? 1 : 0;
    if (layout->too_small)
        return;
    if (zoom || size_class == LAYOUT_XS)
        layout->panes[focus] = rect;
    else
        fill_plan(&context, &plans[size_class], rect);
}

/* Twice the distance between the middles of two ranges. */
static int apart(int start, int len, int other, int other_len)
{
    int distance = (2 * start + len) - (2 * other + other_len);

    return distance < 0 ? -distance : distance;
}

static bool lies(const struct rect *from, const struct rect *to,
                 enum layout_way way)
{
    switch (way) {
    case LAYOUT_LEFT:
        return to->col + to->cols <= from->col;
    case LAYOUT_RIGHT:
        return to->col >= from->col + from->cols;
    case LAYOUT_UP:
        return to->row + to->rows <= from->row;
    case LAYOUT_DOWN:
        return to->row >= from->row + from->rows;
    }
    return false;
}

size_t layout_neighbour(const struct layout *layout, size_t focus,
                        enum layout_way way)
{
    const struct rect *from = &layout->panes[focus];
    size_t best = focus;
    int best_apart = INT_MAX;

    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        const struct rect *to = &layout->panes[i];
        int distance;

        if (i == focus || to->rows == 0 || !lies(from, to, way))
            continue;
        distance = apart(from->row, from->rows, to->row, to->rows) +
                   apart(from->col, from->cols, to->col, to->cols);
        if (distance < best_apart) {
            best = i;
            best_apart = distance;
        }
    }
    return best;
}
