/* The line in which the text that rows must have is typed. UI thread. */
#ifndef TUI_FILTER_PROMPT_H
#define TUI_FILTER_PROMPT_H

#include "bench.h"

/* For the pane in focus; text is what it has already. */
void filter_prompt_open(struct bench *bench, const char *text);

#endif
