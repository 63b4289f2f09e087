/* A short list to choose from. UI thread. */
#ifndef TUI_MENU_H
#define TUI_MENU_H

#include <stddef.h>

#include "bench.h"

/* items: N_() words, NULL at the end, constant; now: the one that holds. */
void menu_open(struct bench *bench, const char *title, const char *const *items,
               size_t now,
               void (*choose)(struct bench *bench, void *arg, size_t choice),
               void *arg);

#endif
