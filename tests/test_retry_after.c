/* HTTP dates and Retry-After. */
#include "fetch/retry_after.h"

#include <time.h>

#include "tap.h"

enum { THEN = 784111777 }; /* the date of RFC 9110's examples */

static const int64_t now = 1767225600; /* 2026-01-01 00:00:00 */

static void date(const char *value, int64_t want)
{
    int64_t got = -7;
    bool ok = http_date(value, strlen(value), now, &got);

    tap_ok(ok, "date '%s'", value);
    tap_int(got, want, "is right");
}

static void no_date(const char *value)
{
    int64_t got = -7;

    tap_ok(!http_date(value, strlen(value), now, &got) && got == -7,
           "no date '%s'", value);
}

static void test_dates(void)
{
    date("Sun, 06 Nov 1994 08:49:37 GMT", THEN);
    date("Sunday, 06-Nov-94 08:49:37 GMT", THEN);
    date("Sun Nov  6 08:49:37 1994", THEN);
    date(" sun, 6 nov 1994 08:49:37 gmt\t", THEN);
    date("Mon, 06 Nov 1994 08:49:37 GMT", THEN);
    date("Thu, 01 Jan 1970 00:00:00 GMT", 0);
    date("Wed, 31 Dec 1969 23:59:59 GMT", -1);
    date("Thu, 29 Feb 2024 12:00:00 GMT", 1709208000);
    date("Tue, 29 Feb 2000 00:00:00 GMT", 951782400);
    date("Sat, 31 Dec 2016 23:59:60 GMT", 1483228800);
    date("Fri, 31 Dec 9999 23:59:59 GMT", INT64_C(253402300799));
    date("Mon, 01 Jan 0001 00:00:00 GMT", INT64_C(-62135596800));
    date("Friday, 01-Jan-76 00:00:00 GMT", INT64_C(3345062400));
    date("Saturday, 01-Jan-77 00:00:00 GMT", 220924800);
}

static void test_bad_dates(void)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "Sun",
                                      "Sun, ",
                                      "06 Nov 1994 08:49:37 GMT",
                                      "Xyz, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nov 1994 08:49:37 CET",
                                      "Sun, 06 Nov 1994 08:49:37 +0000",
                                      "Sun, 06 Nov 1994 08:49:37 GMT x",
                                      "Sun, 06 Nov 94 08:49:37 GMT",
                                      "Sun, 006 Nov 1994 08:49:37 GMT",
                                      "Sun, 00 Nov 1994 08:49:37 GMT",
                                      "Sun, 31 Nov 1994 08:49:37 GMT",
                                      "Sun, 29 Feb 2023 08:49:37 GMT",
                                      "Sun, 29 Feb 1900 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 24:00:00 GMT",
                                      "Sun, 06 Nov 1994 08:60:00 GMT",
                                      "Sun, 06 Nov 1994 08:49:61 GMT",
                                      "Sun, 06 Nov 1994 8:49:37 GMT",
                                      "Sun, 06 Nov 0000 08:49:37 GMT",
                                      "Sunday, 06-Nov-1994 08:49:37 GMT",
                                      "Sun Nov 6 08:49:37 94",
                                      "Sun Nov   6 08:49:37 1994",
                                      "1994-11-06T08:49:37Z"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        no_date(bad[i]);
}

/* Every 5,000 hours from 1600 to 2400, against the C library. */
static void test_calendar(void)
{
    int64_t first = INT64_C(-11676096000);
    int64_t last = INT64_C(13569465600);
    char text[64];
    bool ok = true;

    for (int64_t want = first; want < last; want += 5000 * 3600 + 1) {
        time_t when = want;
        struct tm tm;
        int64_t got;
        size_t len;

        gmtime_r(&when, &tm);
        len = strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        ok = ok && http_date(text, len, now, &got) && got == want;
    }
    tap_ok(ok, "the calendar agrees with the C library's");
}

static void wait_for(const char *value, int64_t want)
{
    int64_t got = -1;
    bool ok = retry_after_ms(value, strlen(value), now, &got);

    tap_ok(ok == (want >= 0) && got == want, "Retry-After '%s': %lld", value,
           (long long)got);
}

static void test_waits(void)
{
    wait_for("0", 0);
    wait_for("120", 120000);
    wait_for(" 7 ", 7000);
    wait_for("86399", 86399000);
    wait_for("86401", RETRY_AFTER_MAX_MS);
    wait_for("99999999999999999999999999", RETRY_AFTER_MAX_MS);
    wait_for("Thu, 01 Jan 2026 00:02:00 GMT", 120000);
    wait_for("Thursday, 01-Jan-26 00:02:00 GMT", 120000);
    wait_for("Thu Jan  1 00:02:00 2026", 120000);
    wait_for("Wed, 31 Dec 2025 23:00:00 GMT", 0);
    wait_for("Fri, 31 Dec 9999 23:59:59 GMT", RETRY_AFTER_MAX_MS);
    wait_for("", -1);
    wait_for("-5", -1);
    wait_for("+5", -1);
    wait_for("5s", -1);
    wait_for("1.5", -1);
    wait_for("5 6", -1);
    wait_for("soon", -1);
}

static void test_clocks(void)
{
    static const char late[] = "Fri, 31 Dec 9999 23:59:59 GMT";
    static const char short_year[] = "Monday, 01-Jan-70 00:00:00 GMT";
    int64_t got;

    tap_ok(retry_after_ms(late, sizeof(late) - 1, INT64_MIN, &got) && got == 0,
           "a clock that is far off makes no overflow");
    tap_ok(retry_after_ms(late, sizeof(late) - 1, INT64_MAX, &got) && got == 0,
           "nor one that is far ahead");
    tap_ok(http_date(short_year, sizeof(short_year) - 1, INT64_MAX, &got) &&
               http_date(short_year, sizeof(short_year) - 1, INT64_MIN, &got) &&
               got == 0,
           "nor does the century");
    tap_ok(http_date(short_year, sizeof(short_year) - 1, INT64_C(4070908800),
                     &got) &&
               got == INT64_C(3155760000),
           "in 2099 the year 70 is 2070");
}

int main(void)
{
    test_dates();
    test_bad_dates();
    test_calendar();
    test_waits();
    test_clocks();
    return tap_done();
}
