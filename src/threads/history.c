#include "history.h"

void history_add(struct history *history, const struct threads_change *change)
{
    struct threads_change *place =
        &history->changes[history->seq++ % THREADS_CHANGES];

    *place = *change;
    place->seq = history->seq;
}

size_t history_copy(const struct history *history, uint64_t after,
                    struct threads_change *changes, size_t max)
{
    size_t count = 0;

    if (history->seq > THREADS_CHANGES &&
        after < history->seq - THREADS_CHANGES)
        after = history->seq - THREADS_CHANGES;
    for (; after < history->seq && count < max; after++)
        changes[count++] = history->changes[after % THREADS_CHANGES];
    return count;
}
