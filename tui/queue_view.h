/* The queue of another workbench, to look at. UI thread. */
#ifndef TUI_QUEUE_VIEW_H
#define TUI_QUEUE_VIEW_H

#include "bench.h"

void queue_view_open(struct bench *bench);

#endif
