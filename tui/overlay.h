/* What lies over the panes and takes the keys: help, palette, a question. One
 * file and one constant entry each. UI thread. */
#ifndef TUI_OVERLAY_H
#define TUI_OVERLAY_H

#include <stdbool.h>

#include "input.h"
#include "layout.h"
#include "stroke.h"
#include "view.h"

struct bench;

enum overlay_outcome {
    OVERLAY_STAY,
    OVERLAY_CLOSE,
    OVERLAY_PASS /* not for me: what lies below may have it */
};

struct overlay {
    const char *name;

    /* Where it wants to be on a screen of so many rows and columns; frame: with
     * a border of its own, inside of which it draws. */
    struct rect (*place)(void *self, int rows, int cols);
    bool frame;
    const char *(*title)(void *self); /* in the border; or NULL */
    const char *(*hint)(void *self);  /* in the border's foot; or NULL */

    /* Sets the caret (of the view). */
    void (*draw)(void *self, const struct view *view, int *row, int *col);
    enum overlay_outcome (*key)(void *self, struct bench *bench,
                                struct stroke stroke);
    /* A paste; or a click or wheel at row and col of the view. */
    enum overlay_outcome (*paste)(void *self, struct bench *bench,
                                  const char *text);
    enum overlay_outcome (*mouse)(void *self, struct bench *bench,
                                  const struct input_event *event);
    void (*close)(void *self);
};

#endif
