/* The two headers that say which bytes a body holds. Strict: a value that is
 * not exactly as its RFC says is refused, since it decides where bytes land.
 * Pure; any thread. */
#ifndef FETCH_CONTENT_RANGE_H
#define FETCH_CONTENT_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

/* RFC 9110 14.4. */
struct content_range {
    bool satisfied;   /* false: the range asked for cannot be had (416) */
    struct span span; /* which bytes follow (half-open); if satisfied */
    int64_t total;    /* the whole length; -1: the server does not know */
};

/* Reads "bytes 0-99/1234", with a star for an unknown length or, before the
 * slash, for no range at all (len bytes; blanks around are fine, the unit may
 * be in any case). False for anything else: another unit, a number over
 * INT64_MAX, first > last, last >= total. range is touched on success only. */
bool content_range(const char *value, size_t len, struct content_range *range)
    __attribute__((warn_unused_result));

/* RFC 9110 8.6: decimal digits and no more. A list of the same value ("5, 5",
 * as two headers joined) is that value; differing values, signs, an empty value
 * and numbers over INT64_MAX are refused. bytes is touched on success only. */
bool content_length(const char *value, size_t len, int64_t *bytes)
    __attribute__((warn_unused_result));

#endif
