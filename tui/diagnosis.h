/* What the terminal is and can do, for "threadlab doctor": from its description
 * and, where there is one to ask, from itself. Main thread; no screen is up. */
#ifndef TUI_DIAGNOSIS_H
#define TUI_DIAGNOSIS_H

#include <stdbool.h>

#include "base/err.h"

enum diagnosis_answer {
    DIAGNOSIS_NOT_ASKED, /* there is no terminal, or none like xterm */
    DIAGNOSIS_SILENT,    /* it did not answer in time */
    DIAGNOSIS_NO,
    DIAGNOSIS_YES
};

struct diagnosis {
    char term[64];  /* TERM; "" if it is not set */
    char used[64];  /* the description that is used; "" if none can be */
    struct err err; /* why none can be */
    bool on_screen; /* the standard output is a terminal */
    int rows;       /* 0: there is none */
    int cols;
    int colours;       /* of the description; 0: none */
    bool like_xterm;   /* mouse, pastes and focus are asked for */
    int line_columns;  /* of U+2500 by wcwidth(3); -1: not printable */
    int asked_columns; /* by the terminal; 0: not told */
    enum diagnosis_answer answers;      /* to anything */
    enum diagnosis_answer synchronized; /* output */
    char curses[32];                    /* "6.4.20221231" */
};

/* Takes no longer than half a second. Signals are blocked meanwhile: the
 * terminal is as it was, however the program ends. */
void diagnosis_take(struct diagnosis *diagnosis);

/* Picks from the answers, up to len bytes, what it knows. Pure. True when the
 * last answer is among them. */
bool diagnosis_read(struct diagnosis *diagnosis, const char *text);

#endif
