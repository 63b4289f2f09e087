#include "threads/schedstat.h"

#include "tap.h"

static bool parse(const char *text, struct schedstat *stat)
{
    return schedstat_read(text, strlen(text), stat);
}

static void test_read(void)
{
    struct schedstat stat;

    tap_ok(parse("5037442 13102 27\n", &stat) && stat.run_ns == 5037442 &&
               stat.ready_ns == 13102 && stat.times == 27,
           "a line of the kernel");
    tap_ok(parse("0 0 0\n", &stat) && stat.run_ns == 0, "a new thread");
    tap_ok(schedstat_read("1 2 34", 5, &stat) && stat.times == 3,
           "no byte behind the end is read");
}

static void test_refused(void)
{
    static const char *const bad[] = {
        "",         "\n",      "1 2\n",     "1 2 3 4\n",
        "1 2 -3\n", "a 2 3\n", "1 2 0x3\n", "1 2 18446744073709551616\n"};
    struct schedstat stat = {.run_ns = 9};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        tap_ok(!parse(bad[i], &stat) && stat.run_ns == 9, "refused: '%s'",
               bad[i]);
}

int main(void)
{
    test_read();
    test_refused();
    return tap_done();
}
