/* The locks of this process, summed up by class. Belongs to the room's thread.
 */
#ifndef THREADS_LOCKS_H
#define THREADS_LOCKS_H

#include "base/lock.h"
#include "threads/threads.h"

struct locks_mark; /* a class's count at an earlier time, for its rate */

struct locks {
    struct lock_stats *stats; /* of all live locks, by the last pass */
    size_t stats_count;
    size_t stats_room;
    struct locks_mark *marks; /* one for each class seen so far */
    size_t marks_count;
};

void locks_fini(struct locks *locks);

/* Reads all of them. */
void locks_look(struct locks *locks);

/* Who holds the lock with this id now; otherwise if there is no such lock. */
int locks_holder(const struct locks *locks, uintptr_t id, int otherwise);

/* One row for each class, sorted; waiters and holder_name are 0 and "". *rows
 * is the caller's. Returns how many. */
size_t locks_rows(struct locks *locks, int64_t now_ns,
                  struct threads_lock **rows);

#endif
