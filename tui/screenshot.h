/* What the curses screen shows, as a file. Only the thread that owns curses. */
#ifndef TUI_SCREENSHOT_H
#define TUI_SCREENSHOT_H

#include <stdbool.h>

#include "base/err.h"

/* Writes what the last doupdate(3) put on the screen to the file path: SVG or
 * ANSI text if it ends in .svg or .ans, else plain text (shot_save, shot.h).
 * The screen and the cursor stay as they are; the cursor is taken to be
 * visible. */
bool screenshot_write(const char *path, struct err *err)
    __attribute__((warn_unused_result));

#endif
