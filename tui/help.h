/* What can be done: for the pane in focus, then everywhere; Enter does it. UI
 * thread. */
#ifndef TUI_HELP_H
#define TUI_HELP_H

#include "bench.h"

void help_open(struct bench *bench);

#endif
