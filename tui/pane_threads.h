/* Threads: what each does, what it waits for, and who has that. */
#ifndef TUI_PANE_THREADS_H
#define TUI_PANE_THREADS_H

#include "pane.h"

extern const struct pane pane_threads;

#endif
