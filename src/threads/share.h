/* How a thread's time was spent lately, from its scheduler counters at some
 * moments. Pure. */
#ifndef THREADS_SHARE_H
#define THREADS_SHARE_H

#include <stdbool.h>
#include <stdint.h>

enum { SHARE_POINTS = 16, SHARE_STEP_MS = 250, SHARE_ALL = 1000 };

struct share_point {
    int64_t ns; /* clock_ns() */
    uint64_t run_ns;
    uint64_t ready_ns;
};

struct share {
    struct share_point points[SHARE_POINTS]; /* a ring, SHARE_STEP_MS apart */
    unsigned count;
    unsigned next;
    struct share_point last;
};

/* Thousandths of the time; they sum up to SHARE_ALL. */
struct share_parts {
    int run;
    int ready;
    int blocked;
};

/* Points come in order of time. */
void share_add(struct share *share, const struct share_point *point);

/* Of the time from a point at least over_ms ago (else the oldest) to the last.
 * False: there is one point only. */
bool share_parts(const struct share *share, int64_t over_ms,
                 struct share_parts *parts) __attribute__((warn_unused_result));

#endif
