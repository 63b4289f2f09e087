#include "meter.h"

#include <math.h>

void meter_init(struct meter *meter, int64_t now_ms)
{
    *meter = (struct meter){.at_ms = now_ms};
}

void meter_add(struct meter *meter, uint64_t amount)
{
    meter->pending += amount;
}

double meter_rate(struct meter *meter, int64_t now_ms)
{
    double passed_ms = (double)(now_ms - meter->at_ms);
    double share;

    if (passed_ms >= 20) {
        share = 1 - exp(-passed_ms / METER_MS);
        meter->rate +=
            share * ((double)meter->pending * 1000 / passed_ms - meter->rate);
        meter->weight += share * (1 - meter->weight);
        meter->pending = 0;
        meter->at_ms = now_ms;
    }
    /* The average starts at nothing; without the division a young meter would
     * show a small part of the true rate. */
    return meter->weight > 0 ? meter->rate / meter->weight : 0;
}
