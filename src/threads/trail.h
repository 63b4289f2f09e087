/* The last changes of one thread. Guarded by the room's lock. */
#ifndef THREADS_TRAIL_H
#define THREADS_TRAIL_H

#include "threads/threads.h"

struct trail {
    struct threads_change changes[THREADS_CHANGES]; /* a ring */
    uint64_t seq;                                   /* of the newest */
};

/* change->seq is set here. */
void trail_add(struct trail *trail, const struct threads_change *change);

/* See threads_changes. */
size_t trail_copy(const struct trail *trail, uint64_t after,
                  struct threads_change *changes, size_t max);

#endif
