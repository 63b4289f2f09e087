/* The last changes of one thread. Guarded by the room's lock. */
#ifndef THREADS_HISTORY_H
#define THREADS_HISTORY_H

#include "threads/threads.h"

struct history {
    struct threads_change changes[THREADS_CHANGES]; /* a ring */
    uint64_t seq;                                   /* of the newest */
};

/* change->seq is set here. */
void history_add(struct history *history, const struct threads_change *change);

/* See threads_changes. */
size_t history_copy(const struct history *history, uint64_t after,
                    struct threads_change *changes, size_t max);

#endif
