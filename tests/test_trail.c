#include "threads/trail.h"

#include "tap.h"

static void add(struct trail *trail, int count)
{
    for (int i = 0; i < count; i++)
        trail_add(trail,
                  &(struct threads_change){.ms = 10 * (int64_t)(trail->seq + 1),
                                           .state = THREADS_RUN});
}

int main(void)
{
    struct trail trail = {0};
    struct threads_change changes[THREADS_CHANGES + 1];

    tap_int((long long)trail_copy(&trail, 0, changes, 4), 0, "nothing yet");
    add(&trail, 3);
    tap_int((long long)trail_copy(&trail, 0, changes, 4), 3, "all");
    tap_ok(changes[0].seq == 1 && changes[0].ms == 10 && changes[2].seq == 3,
           "oldest first");
    tap_int((long long)trail_copy(&trail, 2, changes, 4), 1, "the new one");
    tap_int((long long)changes[0].seq, 3, "which it is");
    tap_int((long long)trail_copy(&trail, 3, changes, 4), 0, "no new one");
    tap_int((long long)trail_copy(&trail, 9, changes, 4), 0, "nor later");
    tap_int((long long)trail_copy(&trail, 0, changes, 2), 2,
            "no more than asked for");
    add(&trail, 2 * THREADS_CHANGES);
    tap_int((long long)trail_copy(&trail, 0, changes, THREADS_CHANGES + 1),
            THREADS_CHANGES, "the oldest are dropped");
    tap_ok(changes[0].seq == THREADS_CHANGES + 4 &&
               changes[THREADS_CHANGES - 1].seq == 2 * THREADS_CHANGES + 3 &&
               changes[0].ms == 10 * (int64_t)changes[0].seq,
           "the newest stay");
    return tap_done();
}
