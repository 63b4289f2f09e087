/* What a piece of text is, and how the terminal shows that. States are words
 * everywhere; a colour only repeats them. Colours are the terminal's own 0 to
 * 15 on its own background, so that light and dark both work. UI thread. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <curses.h>
#include <stdbool.h>

#include "role.h"
#include "settings.h"

struct theme {
    attr_t attributes[ROLES];
    int pairs[ROLES]; /* 0: the terminal's own colours */
};

/* After curses is up. Falls back to what the terminal has. colour: auto heeds
 * NO_COLOR (no-color.org). */
void theme_load(struct theme *theme, const char *name,
                enum theme_colour colour);

#endif
