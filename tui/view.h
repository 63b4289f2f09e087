/* A rectangle of a window to draw in. What does not fit is cut by columns,
 * never wrapped; outside text is cleaned on the way. UI thread. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "role.h"

struct screen;
struct _win_st; /* curses' WINDOW: whoever draws by this needs no curses */

struct view {
    const struct screen *screen;
    struct _win_st *window;
    struct rect rect; /* of the window */
};

/* No signs beyond ASCII can or may be drawn. */
bool view_ascii(const struct view *view);

/* A part of it: rows from row, all columns from col on; clipped. */
struct view view_part(const struct view *view, struct rect rect);

/* UTF-8 text in at most columns columns at row and col of the view; a cut text
 * ends in an ellipsis. Returns the columns used. */
int view_text(const struct view *view, int row, int col, int columns,
              enum role role, const char *text);
int view_format(const struct view *view, int row, int col, int columns,
                enum role role, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* The same, to the left of column end. Returns the column it begins at. */
int view_right(const struct view *view, int row, int end, int columns,
               enum role role, const char *text);

/* Changes how a row that is drawn already looks, text and all. */
void view_paint(const struct view *view, int row, enum role role);

/* A bar of columns columns, part/whole of it full: eighths of a column, or
 * ASCII. whole 0: empty. */
void view_bar(const struct view *view, int row, int col, int columns,
              uint64_t part, uint64_t whole);

/* Values as columns of eighths, newest at the right; the highest is full. */
void view_sparkline(const struct view *view, int row, int col, int columns,
                    const uint64_t *values, size_t count);

/* A rule with a title: "-[1 Downloads]- 3 running ------ sort: added -". */
struct view_rule {
    int number; /* 0: none */
    const char *title;
    const char *tail;  /* after it; or NULL */
    const char *right; /* at the end; or NULL */
    bool focus;
};
void view_rule(const struct view *view, int row, const struct view_rule *rule);

#endif
