/* Dates of HTTP, and how long a server asks to wait. Pure; any thread. */
#ifndef FETCH_RETRY_AFTER_H
#define FETCH_RETRY_AFTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No server makes a download wait for longer: a day. */
enum { RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1000 };

/* Reads the three forms of RFC 9110 5.6.7 (len bytes, blanks around are fine,
 * names in any case) into seconds since 1970. now_s, the wall clock, decides
 * the century of a two-digit year: never more than 50 years ahead. The day of
 * the week must be one, but may be the wrong one. False for anything else;
 * unix_s is touched on success only. */
bool http_date(const char *value, size_t len, int64_t now_s, int64_t *unix_s)
    __attribute__((warn_unused_result));

/* Retry-After, RFC 9110 10.2.3: seconds or a date, as the time from now on,
 * between 0 (also for a date that has passed) and RETRY_AFTER_MAX_MS. False,
 * and wait_ms is untouched, where the value is neither. */
bool retry_after_ms(const char *value, size_t len, int64_t now_wall_s,
                    int64_t *wait_ms) __attribute__((warn_unused_result));

#endif
