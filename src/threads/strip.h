/* The last minute of a thread as a row of cells, one for each second of
 * clock_ns(). It is kept by time, not by passes: what was not looked at is
 * filled with what is certain of it, else it is unknown. Pure. */
#ifndef THREADS_STRIP_H
#define THREADS_STRIP_H

#include <stdint.h>

enum strip_class {
    STRIP_NONE, /* not there yet, or nobody has looked since */
    STRIP_RUN,
    STRIP_READY, /* waits for a processor */
    STRIP_LOCK,
    STRIP_WAIT, /* for work, descriptors, time */
    STRIP_IO,
    STRIP_UNKNOWN, /* it did something, but when and what cannot be told */
    STRIP_GONE,
    STRIP_CLASSES
};

enum { STRIP_CELLS = 60 };

struct strip_cell {
    uint8_t class;       /* enum strip_class: what it did most */
    uint8_t percent;     /* how much of what is known of the cell that was */
    uint8_t run_percent; /* how much of it the thread ran */
};

struct strip {
    int64_t second;                             /* of the newest cell */
    uint16_t parts[STRIP_CELLS][STRIP_CLASSES]; /* 20 us each, by second */
};

/* What it did from..to, where it ran for run_ns and waited for a processor for
 * ready_ns; the rest it spent in the class rest. Calls come in order of time.
 * Where more than 2 s were not looked at and it ran for long enough to fill
 * half a cell, the time is unknown. */
void strip_add(struct strip *strip, int64_t from_ns, int64_t to_ns,
               uint64_t run_ns, uint64_t ready_ns, enum strip_class rest);

/* The cells up to now, oldest first. */
void strip_copy(const struct strip *strip, int64_t now_ns,
                struct strip_cell cells[STRIP_CELLS]);

#endif
