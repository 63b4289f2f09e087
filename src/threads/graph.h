/* Who waits for whom, and who therefore waits for ever. Pure; no recursion, so
 * that a chain may be as long as there are threads. */
#ifndef THREADS_GRAPH_H
#define THREADS_GRAPH_H

#include <stddef.h>

/* waiter cannot go on before holder does. A thread may wait for several at
 * once (all readers of a lock). Edges that cannot be a deadlock are the
 * caller's to leave out: a semaphore whose last taker waits for it itself. */
struct graph_edge {
    int waiter;
    int holder;
};

struct graph_cycles {
    int *members;   /* thread ids, cycle after cycle, each in waiting order: a
                       member waits for the next, the last for the first */
    size_t *starts; /* count + 1 places in members */
    size_t count;
};

/* Of threads that all wait for each other one shortest ring is told, beginning
 * at the lowest id; rings in order of their first members. The result is the
 * caller's, who ends it. O(n log n) in the edges, whose order does not matter.
 */
void graph_cycles(const struct graph_edge *edges, size_t count,
                  struct graph_cycles *cycles);
void graph_cycles_fini(struct graph_cycles *cycles);

#endif
