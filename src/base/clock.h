/* Time. Speeds, timeouts and retries use the monotonic clock only: a jump of
 * the wall clock or a suspend must not end a transfer. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC. */
int64_t clock_ms(void);
int64_t clock_ns(void);

/* CLOCK_REALTIME, milliseconds since 1970. */
int64_t clock_wall_ms(void);

#endif
