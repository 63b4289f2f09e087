/* A selected row and the window of rows around it, for a list of any length.
 * Pure; a list belongs to one thread. Rows are numbered from 0 by the owner,
 * who says how many there are and how many fit. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "stroke.h"

struct list {
    size_t count;
    size_t height; /* rows that fit; 0 until shown */
    size_t first;  /* the topmost shown */
    size_t selected;
    size_t sideways; /* columns scrolled to the right */
    bool moved;      /* somebody chose another row; the owner clears it */
};

/* There are count rows of which height fit: the selected one stays in sight. */
void list_fit(struct list *list, size_t count, size_t height);

/* Moves the selection by rows, stopping at the ends. */
void list_move(struct list *list, long rows);

/* Selects a row; beyond the last is the last. */
void list_select(struct list *list, size_t row);

/* Scrolls without moving the selection further than it must. */
void list_scroll(struct list *list, long rows);

/* The usual movements, for an overlay: true if the stroke was one. */
bool list_key(struct list *list, struct stroke stroke);

#endif
