/* The command palette: a line, the commands it may become, and what the
 * selected one is good for. UI thread. */
#ifndef TUI_PALETTE_H
#define TUI_PALETTE_H

#include "bench.h"

/* With line in it; why, which may be NULL, is what was wrong with that. */
void palette_open(struct bench *bench, const char *line, const char *why);

#endif
