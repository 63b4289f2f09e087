/* A lock between processes: an exclusive flock(2) on a small file. It goes with
 * its holder, however that ends (kill -9 too), and waiting for it is a blocking
 * call in the kernel's queue: nobody starves behind a busy neighbour. Belongs
 * to one thread at a time. */
#ifndef BASE_GUARD_H
#define BASE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct guard {
    int fd; /* -1: not open */
    bool held;
};

/* Opens or makes the file (0600; a symlink is refused). It is never removed:
 * another process may just be opening it. */
bool guard_open(struct guard *guard, const char *path, struct err *err)
    __attribute__((warn_unused_result));

/* Drops it if held. */
void guard_close(struct guard *guard);

/* Waits until it is ours or, with ERR_BUSY, until clock_ms() has reached
 * deadline_ms (to about a tenth of a second). A deadline in the past tries
 * once. While it waits, SIGURG, whose default is to be ignored, is delivered to
 * the calling thread, with a handler that does nothing. */
bool guard_take(struct guard *guard, int64_t deadline_ms, struct err *err)
    __attribute__((warn_unused_result));

void guard_drop(struct guard *guard);

#endif
