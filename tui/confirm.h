/* A question that is answered with y; anything else is No. UI thread. */
#ifndef TUI_CONFIRM_H
#define TUI_CONFIRM_H

#include "bench.h"

/* As bench_confirm says. */
void confirm_open(struct bench *bench, const char *question,
                  void (*yes)(struct bench *bench, void *arg), void *arg,
                  void (*release)(void *arg));

#endif
