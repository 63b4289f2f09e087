/* A contentless, coalesced wakeup: many threads ping, one waits in poll(2).
 * Any number of pings before a drain cost one write. The receiver drains first
 * and copies the snapshot after: the other order loses wakeups. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "err.h"

struct notify {
    int fd; /* eventfd(2), non-blocking, close-on-exec; poll it for POLLIN */
    atomic_bool pending;
};

bool notify_init(struct notify *notify, struct err *err)
    __attribute__((warn_unused_result));
void notify_fini(struct notify *notify);

/* Any thread, also with a room's lock held: never blocks. */
void notify_ping(struct notify *notify);

/* The receiver only: empties the descriptor, then clears the mark. */
void notify_drain(struct notify *notify);

#endif
