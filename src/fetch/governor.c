#include "governor.h"

enum { WALL_MS = 60000 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned most(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

void governor_init(struct governor *governor, unsigned max)
{
    *governor = (struct governor){.target = 1, .max = max, .ceiling = max};
}

void governor_floor(struct governor *governor, unsigned floor)
{
    floor = least(floor, governor->ceiling);
    if (governor->target >= floor)
        return;
    governor->target = floor;
    governor->before = 0;
    governor->mark_ms = 0;
}

void governor_work(struct governor *governor, double work)
{
    governor->work += work;
}

static void measure_anew(struct governor *governor, int64_t now_ms)
{
    governor->work = 0;
    governor->mark_ms = now_ms;
}

/* The stretch is over: was the last step worth it, and is there another? */
static bool judge(struct governor *governor, double rate, int64_t now_ms)
{
    unsigned next;

    if (governor->before && rate < governor->rate * 1.1) {
        governor->target = governor->before;
        governor->before = 0;
        governor->hold_ms = now_ms + GOVERNOR_HOLD_MS;
        return false;
    }
    governor->before = 0; /* it has paid: judged once */
    next = least(governor->target * 2, governor->ceiling);
    if (next <= governor->target)
        return false;
    governor->before = governor->target;
    governor->rate = rate;
    governor->target = next;
    return true;
}

bool governor_tick(struct governor *governor, unsigned active, int64_t now_ms)
{
    int64_t passed_ms;
    double rate;
    bool risen = false;

    if (governor->ceiling < governor->max && now_ms >= governor->wall_ms)
        governor->ceiling = governor->max;
    /* A stretch counts only while about all that the target allows are at work:
     * new connections first have to be made. Between two short requests a
     * connection is idle for a moment, hence about. */
    if (active * 4 < governor->target * 3) {
        governor->mark_ms = 0;
        return false;
    }
    if (!governor->mark_ms) {
        measure_anew(governor, now_ms);
        return false;
    }
    passed_ms = now_ms - governor->mark_ms;
    if (passed_ms < GOVERNOR_STEP_MS)
        return false;
    rate = governor->work * 1000 / (double)passed_ms;
    if (now_ms >= governor->hold_ms)
        risen = judge(governor, rate, now_ms);
    measure_anew(governor, now_ms);
    if (risen)
        governor->mark_ms = 0;
    return risen;
}

void governor_refused(struct governor *governor, unsigned working,
                      int64_t now_ms)
{
    governor->ceiling = most(1, least(working, governor->ceiling));
    governor->target = least(governor->target, governor->ceiling);
    governor->before = 0;
    governor->mark_ms = 0;
    governor->wall_ms = now_ms + WALL_MS;
}
