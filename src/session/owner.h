/* Who has a queue: a lock file beside the database, held for the life of the
 * room, with the PID of its holder in it. Belongs to one thread at a time. */
#ifndef SESSION_OWNER_H
#define SESSION_OWNER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/guard.h"

struct owner {
    struct guard guard;
};

/* Takes PATH.owner or fails at once: ERR_BUSY, and the sentence has the PID of
 * who has it. On failure nothing is open. */
bool owner_take(struct owner *owner, const char *path, struct err *err)
    __attribute__((warn_unused_result));

/* Fine on one that was not taken, but with guard.fd = -1. */
void owner_drop(struct owner *owner);

#endif
