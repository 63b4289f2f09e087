/* A pane: one file and one constant entry. To add one: its file here, a line in
 * the table in panes.c, and its place in layout.c. UI thread only. */
#ifndef TUI_PANE_H
#define TUI_PANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action.h"
#include "base/str.h"
#include "list.h"
#include "stroke.h"
#include "view.h"

struct pane {
    const char *name;             /* "downloads": in commands and settings */
    const char *title;            /* N_("Downloads") */
    const char *tab;              /* N_("Down"): where there is little room */
    const struct action *actions; /* without a name at the end */

    /* NULL: the room it shows is not there. */
    void *(*open)(struct bench *bench);
    void (*close)(void *self);

    /* Copies what the rooms show now. Returns when it wants to be asked again
     * although nothing has pinged (clock_ms()), or -1. */
    int64_t (*refresh)(void *self, int64_t now_ms);

    /* For the program's line ("3 down 12.4 MB/s"), after the pane's title, and
     * at the end of the title's rule; each may say nothing. */
    void (*headline)(void *self, struct str *out);
    void (*tail)(void *self, struct str *out);
    void (*right)(void *self, struct str *out);

    /* Below its title. Sets *caret_row to the row the cursor is to stand in. */
    void (*draw)(void *self, const struct view *view, bool focus,
                 int *caret_row);

    /* Appends row number row as a line of words, for --plain; false: there are
     * no more. NULL: it has no rows to be told. */
    bool (*print)(void *self, size_t row, struct str *out);

    /* What the movements move; a screen row of the view as a row of the list,
     * or SIZE_MAX. */
    struct list *(*list)(void *self);
    size_t (*row_at)(void *self, int row);

    /* What y copies, and the command line that Y copies; false: nothing. */
    bool (*value)(void *self, struct str *out);
    bool (*command)(void *self, struct str *out);

    /* The text that rows must have; "" for all. */
    void (*filter)(void *self, const char *text);
    const char *(*filtered)(void *self); /* what that is now */

    /* Selects what another pane knows by this name (a thread's, a download's
     * id); false: it is not here. */
    bool (*reveal)(void *self, const char *what);

    /* True if a pasted text was for this pane. */
    bool (*paste)(void *self, const char *text);
};

/* All of them, by number from 0; NULL where there is none yet. */
extern const struct pane *const panes[LAYOUT_PANES];

#endif
