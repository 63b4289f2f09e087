#include "backoff.h"

int64_t backoff_ceiling_ms(unsigned tries)
{
    int64_t ms = BACKOFF_BASE_MS;

    while (tries-- > 0 && ms < BACKOFF_MAX_MS)
        ms *= 2;
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

int64_t backoff_ms(unsigned tries, uint32_t random)
{
    return (int64_t)((uint64_t)backoff_ceiling_ms(tries) * random >> 32);
}
