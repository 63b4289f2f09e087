/* A date that is read and written out again is the same date; a wait is within
 * its bounds. */
#include "fetch/retry_after.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_date(const char *text, size_t len, int64_t now)
{
    char again[64];
    int64_t first;
    int64_t second;
    time_t when;
    struct tm tm;

    if (!http_date(text, len, now, &first))
        return;
    when = first;
    check(gmtime_r(&when, &tm) != NULL);
    /* A leap second at the end of 9999 has no four-digit year. */
    if (tm.tm_year + 1900 > 9999)
        return;
    len = strftime(again, sizeof(again), "%a, %d %b ", &tm);
    len += (size_t)snprintf(again + len, sizeof(again) - len,
                            "%04d %02d:%02d:%02d GMT", tm.tm_year + 1900,
                            tm.tm_hour, tm.tm_min, tm.tm_sec);
    check(http_date(again, len, now, &second) && first == second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now = 0;
    int64_t wait_ms;

    if (size < sizeof(now))
        return 0;
    memcpy(&now, data, sizeof(now));
    data += sizeof(now);
    size -= sizeof(now);
    check_date((const char *)data, size, now);
    if (retry_after_ms((const char *)data, size, now, &wait_ms))
        check(wait_ms >= 0 && wait_ms <= RETRY_AFTER_MAX_MS);
    return 0;
}
