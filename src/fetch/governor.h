/* How many connections a host gets: as many as pay for themselves.
 *
 * It starts at the floor its owner asks for (a few when many files wait, one
 * for a single file) and doubles while each doubling raises the total
 * throughput by a tenth or more; a step that brought less is taken back and not
 * tried again for GOVERNOR_HOLD_MS. When the server refuses a connection (429,
 * 503, a reset) the target falls to what works and stays there. Pure: the owner
 * brings the time and counts. */
#ifndef FETCH_GOVERNOR_H
#define FETCH_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

enum { GOVERNOR_STEP_MS = 120, GOVERNOR_HOLD_MS = 10000 };

struct governor {
    unsigned target;
    unsigned max;     /* the user's ceiling */
    unsigned ceiling; /* what the server was seen to bear; <= max */
    unsigned before;  /* the target before the step on trial; 0: none */
    double rate;      /* work per second at the target before the step */
    double work;      /* done since mark_ms */
    int64_t mark_ms;  /* start of the measured stretch; 0: not started */
    int64_t hold_ms;  /* no step before */
    int64_t wall_ms;  /* the ceiling is believed until */
};

void governor_init(struct governor *governor, unsigned max);

/* Never fewer than floor connections (bounded by the ceiling): the owner has
 * that many separate files to fetch. */
void governor_floor(struct governor *governor, unsigned floor);

/* Counts finished work (bytes, and something for each request). */
void governor_work(struct governor *governor, double work);

/* Looks at what has happened; active: connections in use that have delivered
 * something. True if the target has risen. */
bool governor_tick(struct governor *governor, unsigned active, int64_t now_ms);

/* The server refused a connection while working others went on. */
void governor_refused(struct governor *governor, unsigned working,
                      int64_t now_ms);

#endif
