/* The terminal: curses up and down, and its modes. However the program ends,
 * the terminal is left as it was found. UI thread only, except screen_rescue.
 *
 * Facts about ncurses 6.4 that stand behind this: without an endwin and refresh
 * right after newterm it flushes after every move of the cursor; terminals that
 * know synchronized output (DEC private mode 2026) are asked, not guessed;
 * an answer to a question comes in as input (input.h). */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <curses.h>
#include <stdbool.h>
#include <termios.h>

#include "base/err.h"
#include "theme.h"

struct screen_options {
    const char *theme; /* theme.h */
    enum theme_colour colour;
    bool ascii; /* no line drawing */
    bool no_mouse;
};

enum { SCREEN_NOTICE = 128 };

struct screen {
    SCREEN *term;
    struct termios raw; /* while the screen is up */
    WINDOW *keys;       /* what keys are read through: never shown */
    FILE *in; /* the terminal's, if the standard input is none; or NULL */
    int rows;
    int cols;
    bool ascii; /* lines and bars in ASCII: asked for, or all it can show */
    bool wide_lines; /* line drawing takes two columns each here */
    bool mouse;      /* reports are on */
    bool sync;       /* it knows synchronized output */
    bool up;         /* not given back to the shell */
    int caret_row;   /* where the cursor stands between frames */
    int caret_col;
    struct theme theme;
    char notice[SCREEN_NOTICE]; /* what the user should know about this
                                   terminal; or "" */
};

/* The description to use for TERM, which is then curses' current one. Where
 * that is not known but one like it, notice says so. ERR_USAGE where there is
 * none, or the terminal cannot move its cursor. */
bool screen_name(char notice[SCREEN_NOTICE], const char **name, struct err *err)
    __attribute__((warn_unused_result));

/* The current one belongs to a terminal that understands xterm's modes. */
bool screen_like_xterm(void);

/* ERR_USAGE with a sentence where there is no terminal or one that cannot move
 * its cursor. */
bool screen_open(struct screen *screen, const struct screen_options *options,
                 struct err *err) __attribute__((warn_unused_result));
void screen_close(struct screen *screen);

/* The descriptor to poll for keys. */
int screen_fd(const struct screen *screen);

/* Gives the terminal back and stops the process group. When that goes on, the
 * same as screen_resume. */
void screen_suspend(struct screen *screen);

/* The process group goes on after a stop, its own or from outside: takes the
 * terminal again. In the background that is the shell's; then the screen is not
 * up, nothing may be shown, and this is to be asked again. */
void screen_resume(struct screen *screen);

/* The terminal has another size now. */
void screen_resized(struct screen *screen);

/* Everything is to be painted anew: something else has written there. */
void screen_redraw(struct screen *screen);

/* Theme, colours, line drawing and mouse as the options say now. */
void screen_look(struct screen *screen, const struct screen_options *options);

void screen_mouse(struct screen *screen, bool on);

/* Puts a text into the terminal's clipboard (OSC 52 of xterm). */
void screen_copy(const struct screen *screen, const char *text);

/* Shows what the windows and panels have now, in one piece. */
void screen_show(struct screen *screen);

/* For a handler of a signal that ends the process: the modes and the line
 * discipline as they were found, with nothing but write(2) and ioctl(2). */
void screen_rescue(void);

#endif
