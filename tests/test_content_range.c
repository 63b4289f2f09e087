/* Content-Range and Content-Length. */
#include "fetch/content_range.h"

#include "tap.h"

static void test_range(const char *value, bool want, int64_t start, int64_t end,
                       int64_t total)
{
    struct content_range range = {.total = -7};
    bool got = content_range(value, strlen(value), &range);

    if (!want)
        tap_ok(!got && range.total == -7, "refused: '%s'", value);
    else if (end < 0)
        tap_ok(got && !range.satisfied && range.total == total, "read: '%s'",
               value);
    else
        tap_ok(got && range.satisfied && range.span.start == (uint64_t)start &&
                   range.span.end == (uint64_t)end && range.total == total,
               "read: '%s'", value);
}

static void test_ranges(void)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "bytes",
                                      "bytes ",
                                      "bytes 0-99",
                                      "bytes 0-99/",
                                      "bytes 0-/100",
                                      "bytes -99/100",
                                      "bytes 0-100/100",
                                      "bytes 5-4/100",
                                      "bytes */*",
                                      "bytes *",
                                      "bytes 0-0/0",
                                      "bytes=0-99/100",
                                      "bytes: 0-99/100",
                                      "bytes0-99/100",
                                      "byte 0-99/100",
                                      "octets 0-99/100",
                                      "0-99/100",
                                      "bytes +0-99/100",
                                      "bytes 0--99/100",
                                      "bytes 0x0-99/100",
                                      "bytes 0 - 99/100",
                                      "bytes 0-99 / 100",
                                      "bytes 0-99/100x",
                                      "bytes 0-99/100, bytes 0-99/100",
                                      "bytes 0-99,200-299/1000",
                                      "bytes 0-9223372036854775807/*",
                                      "bytes 0-99/9223372036854775808",
                                      "bytes 18446744073709551616-1/2",
                                      "bytes */99999999999999999999"};

    test_range("bytes 0-99/1234", true, 0, 100, 1234);
    test_range("bytes 0-0/1", true, 0, 1, 1);
    test_range("bytes 5-5/*", true, 5, 6, -1);
    test_range("BYTES  7-8/9", true, 7, 9, 9);
    test_range("\t bytes\t100-199/200 ", true, 100, 200, 200);
    test_range("bytes */1234", true, 0, -1, 1234);
    test_range("bytes */0", true, 0, -1, 0);
    test_range("bytes 00-009/010", true, 0, 10, 10);
    test_range("bytes 0-9223372036854775806/9223372036854775807", true, 0,
               INT64_MAX, INT64_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        test_range(bad[i], false, 0, 0, 0);
}

static void test_length(const char *value, int64_t want)
{
    int64_t bytes = -7;
    bool got = content_length(value, strlen(value), &bytes);

    tap_ok(got == (want >= 0) && bytes == (got ? want : -7), "length '%s'",
           value);
}

static void test_lengths(void)
{
    static const char *const bad[] = {
        "",     " ",    "-5",     "+5",    "5 6",  "5;",
        "5,",   ",5",   "5, 6",   "5,5,6", "0x10", "1e3",
        "5.0",  "five", "5, -5",  "5,,5",  "NaN",  "9223372036854775808",
        "5 \n", "\xb2", "5, 5, x"};

    test_length("0", 0);
    test_length("1234", 1234);
    test_length(" 42\t", 42);
    test_length("0042", 42);
    test_length("5, 5", 5);
    test_length("5,5 ,\t5", 5);
    test_length("9223372036854775807", INT64_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        test_length(bad[i], -1);
}

int main(void)
{
    int64_t bytes;

    test_ranges();
    test_lengths();
    tap_ok(!content_length("12\0", 3, &bytes), "a NUL is no digit");
    tap_ok(content_length("123", 2, &bytes) && bytes == 12,
           "no byte past len is read");
    return tap_done();
}
