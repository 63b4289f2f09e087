#include "clock.h"

#include <time.h>

static struct timespec read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return now;
}

int64_t clock_ms(void)
{
    return clock_ns() / 1000000;
}

int64_t clock_ns(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);

    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_wall_ms(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);

    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
