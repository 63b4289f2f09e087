#include "share.h"

#include <stddef.h>

#define MS_NS INT64_C(1000000)

static const struct share_point *newest(const struct share *share)
{
    return &share->points[(share->next + SHARE_POINTS - 1) % SHARE_POINTS];
}

void share_add(struct share *share, const struct share_point *point)
{
    share->last = *point;
    if (share->count > 0 &&
        point->ns - newest(share)->ns < SHARE_STEP_MS * MS_NS)
        return;
    share->points[share->next] = *point;
    share->next = (share->next + 1) % SHARE_POINTS;
    if (share->count < SHARE_POINTS)
        share->count++;
}

static const struct share_point *point_before(const struct share *share,
                                              int64_t ns)
{
    const struct share_point *found = NULL;

    for (unsigned i = 1; i <= share->count; i++) {
        found = &share->points[(share->next + SHARE_POINTS - i) % SHARE_POINTS];
        if (found->ns <= ns)
            break;
    }
    return found;
}

static int part(uint64_t now, uint64_t before, double all)
{
    double ratio = now > before ? (double)(now - before) / all : 0;

    return ratio < 1 ? (int)(ratio * SHARE_ALL + 0.5) : SHARE_ALL;
}

bool share_parts(const struct share *share, int64_t over_ms,
                 struct share_parts *parts)
{
    const struct share_point *last = &share->last;
    const struct share_point *from =
        point_before(share, last->ns - over_ms * MS_NS);
    double all;

    if (!from || from->ns >= last->ns)
        return false;
    all = (double)(last->ns - from->ns);
    parts->run = part(last->run_ns, from->run_ns, all);
    parts->ready = part(last->ready_ns, from->ready_ns, all);
    /* A wait for a processor is told when it is over, as a whole. */
    if (parts->ready > SHARE_ALL - parts->run)
        parts->ready = SHARE_ALL - parts->run;
    parts->blocked = SHARE_ALL - parts->run - parts->ready;
    return true;
}
