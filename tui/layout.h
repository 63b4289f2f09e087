/* Which pane stands where. Pure: sizes in, rectangles out; any thread.
 *
 * The class of a size follows from columns and rows: XS shows one pane and a
 * strip of tabs, S stacks, M has two columns, L three. What is left over goes
 * to the pane in focus. Nothing is too small: below 20x5 there is one line of
 * words instead. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

enum { LAYOUT_PANES = 6, LAYOUT_MIN_COLS = 20, LAYOUT_MIN_ROWS = 5 };

enum layout_class { LAYOUT_XS, LAYOUT_S, LAYOUT_M, LAYOUT_L };

struct rect {
    int row;
    int col;
    int rows; /* 0: not shown */
    int cols;
};

struct layout {
    enum layout_class size_class;
    bool too_small;
    struct rect header;              /* the program's line, or in XS the tabs */
    struct rect panes[LAYOUT_PANES]; /* by number from 0; titles included */
    struct rect message; /* M, L: a row of its own; else the footer's */
    struct rect footer;
};

enum layout_class layout_class_of(int cols, int rows);

/* shown[i]: there is a pane i. focus is one of them. zoom: it alone. */
void layout_fill(struct layout *layout, int cols, int rows,
                 const bool shown[LAYOUT_PANES], size_t focus, bool zoom);

enum layout_way { LAYOUT_LEFT, LAYOUT_DOWN, LAYOUT_UP, LAYOUT_RIGHT };

/* The pane one meets first going that way from focus; focus if there is none.
 */
size_t layout_neighbour(const struct layout *layout, size_t focus,
                        enum layout_way way);

#endif
