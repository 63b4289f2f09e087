#include "trail.h"

void trail_add(struct trail *trail, const struct threads_change *change)
{
    struct threads_change *place =
        &trail->changes[trail->seq++ % THREADS_CHANGES];

    *place = *change;
    place->seq = trail->seq;
}

size_t trail_copy(const struct trail *trail, uint64_t after,
                  struct threads_change *changes, size_t max)
{
    size_t count = 0;

    if (trail->seq > THREADS_CHANGES && after < trail->seq - THREADS_CHANGES)
        after = trail->seq - THREADS_CHANGES;
    for (; after < trail->seq && count < max; after++)
        changes[count++] = trail->changes[after % THREADS_CHANGES];
    return count;
}
