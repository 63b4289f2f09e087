/* How long to wait before another try: exponential, with full jitter (each wait
 * is drawn evenly from 0 to the ceiling), so that many clients of a server that
 * failed do not come back together. Pure. */
#ifndef FETCH_BACKOFF_H
#define FETCH_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_BASE_MS = 500, BACKOFF_MAX_MS = 60000 };

/* The ceiling for the given try (0 is the first): base * 2^tries, at most
 * BACKOFF_MAX_MS. */
int64_t backoff_ceiling_ms(unsigned tries);

/* random: 32 even bits. */
int64_t backoff_ms(unsigned tries, uint32_t random);

#endif
