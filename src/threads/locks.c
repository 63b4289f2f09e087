#include "locks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { RATE_NS = 1000000000 };

struct locks_mark {
    char class[THREADS_NAME];
    int64_t ns;
    uint64_t contended;
    double per_s; /* < 0: not known yet */
};

void locks_fini(struct locks *locks)
{
    mem_free(locks->stats);
    mem_free(locks->marks);
    *locks = (struct locks){.stats = NULL};
}

void locks_look(struct locks *locks)
{
    size_t count = lock_stats(locks->stats, locks->stats_room);

    while (count > locks->stats_room) {
        locks->stats_room = count + 16;
        locks->stats =
            mem_resize(locks->stats, locks->stats_room, sizeof(*locks->stats));
        count = lock_stats(locks->stats, locks->stats_room);
    }
    locks->stats_count = count;
}

int locks_holder(const struct locks *locks, uintptr_t id, int otherwise)
{
    for (size_t i = 0; i < locks->stats_count; i++)
        if (locks->stats[i].id == id)
            return locks->stats[i].owner;
    return otherwise;
}

static struct threads_lock *row_of(struct threads_lock *rows, size_t *count,
                                   const char *class)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(rows[i].class, class) == 0)
            return &rows[i];
    rows[*count] = (struct threads_lock){.locks = 0};
    snprintf(rows[*count].class, sizeof(rows->class), "%s", class);
    return &rows[(*count)++];
}

static void add(struct threads_lock *row, const struct lock_stats *stats)
{
    row->locks++;
    if (row->holder == 0)
        row->holder = stats->owner;
    row->takes += stats->takes;
    row->contended += stats->waits;
    row->wait_ns += stats->wait_ns;
    if (stats->wait_max_ns > row->wait_max_ns)
        row->wait_max_ns = stats->wait_max_ns;
    if (stats->hold_max_ns > row->hold_max_ns)
        row->hold_max_ns = stats->hold_max_ns;
}

static struct locks_mark *
mark_of(struct locks *locks, const struct threads_lock *row, int64_t now_ns)
{
    struct locks_mark *mark;

    for (size_t i = 0; i < locks->marks_count; i++)
        if (strcmp(locks->marks[i].class, row->class) == 0)
            return &locks->marks[i];
    locks->marks =
        mem_resize(locks->marks, locks->marks_count + 1, sizeof(*locks->marks));
    mark = &locks->marks[locks->marks_count++];
    *mark = (struct locks_mark){
        .ns = now_ns, .contended = row->contended, .per_s = -1};
    memcpy(mark->class, row->class, sizeof(mark->class));
    return mark;
}

/* A lock that ended takes its count with it. */
static double rate(struct locks_mark *mark, uint64_t contended, int64_t now_ns)
{
    if (now_ns - mark->ns >= RATE_NS) {
        uint64_t more =
            contended > mark->contended ? contended - mark->contended : 0;

        mark->per_s = (double)more * 1e9 / (double)(now_ns - mark->ns);
        mark->ns = now_ns;
        mark->contended = contended;
    }
    return mark->per_s;
}

static int compare(const void *a, const void *b)
{
    const struct threads_lock *left = a;
    const struct threads_lock *right = b;

    return strcmp(left->class, right->class);
}

size_t locks_rows(struct locks *locks, int64_t now_ns,
                  struct threads_lock **rows)
{
    size_t count = 0;

    *rows = mem_new(locks->stats_count * sizeof(**rows));
    for (size_t i = 0; i < locks->stats_count; i++)
        add(row_of(*rows, &count, locks->stats[i].class), &locks->stats[i]);
    for (size_t i = 0; i < count; i++) {
        struct threads_lock *row = &(*rows)[i];

        row->contended_per_s =
            rate(mark_of(locks, row, now_ns), row->contended, now_ns);
    }
    qsort(*rows, count, sizeof(**rows), compare);
    return count;
}
