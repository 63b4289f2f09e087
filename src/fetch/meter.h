/* A smoothed rate: an exponential average over about METER_MS, weighted by the
 * time that really passed, so that uneven updates do not bend it. Pure. */
#ifndef FETCH_METER_H
#define FETCH_METER_H

#include <stdint.h>

enum { METER_MS = 2000 };

struct meter {
    double rate;      /* per second */
    double weight;    /* 0..1: how much of the average has been seen */
    uint64_t pending; /* counted, not yet averaged */
    int64_t at_ms;
};

void meter_init(struct meter *meter, int64_t now_ms);
void meter_add(struct meter *meter, uint64_t amount);

/* Averages what has come since the last call and returns the rate now. Calls
 * less than 20 ms apart change nothing. */
double meter_rate(struct meter *meter, int64_t now_ms);

#endif
