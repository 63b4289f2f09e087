/* The palette's own structure, for the palette*.c files only. */
#ifndef TUI_PALETTE_STATE_H
#define TUI_PALETTE_STATE_H

#include "bench.h"
#include "candidates.h"
#include "catalog.h"
#include "editor.h"

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

const char *palette_line(const struct palette *palette);

/* The action of a row; NULL: there is no such row. */
const struct action *palette_action(const struct palette *palette, size_t row);

/* The number of the action that the line names; SIZE_MAX if the line is no more
 * than a beginning. */
size_t palette_named(const struct palette *palette);

/* The row that Enter is for; SIZE_MAX: the line as it is. */
size_t palette_enter_row(const struct palette *palette);

/* What behind the action's name is typed; "" if nothing. */
const char *palette_arguments(const struct palette *palette,
                              const struct action *action);

/* palette_draw.c: as in overlay.h */
struct rect palette_place(void *self, int rows, int cols);
void palette_draw(void *self, const struct view *view, int *row, int *col);

#endif
