#include "fetch/backoff.h"

#include <limits.h>

#include "tap.h"

static void test_ceiling(void)
{
    static const struct {
        unsigned tries;
        int64_t ms;
    } rows[] = {{0, 500},   {1, 1000},   {2, 2000},        {6, 32000},
                {7, 60000}, {64, 60000}, {UINT_MAX, 60000}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char what[64];

        snprintf(what, sizeof(what), "the ceiling after %u tries",
                 rows[i].tries);
        tap_int(backoff_ceiling_ms(rows[i].tries), rows[i].ms, what);
    }
}

static void test_jitter(void)
{
    bool ok = true;
    int64_t sum = 0;

    for (unsigned tries = 0; tries < 12; tries++) {
        int64_t ceiling = backoff_ceiling_ms(tries);

        ok = ok && backoff_ms(tries, 0) == 0 &&
             backoff_ms(tries, UINT32_MAX) == ceiling - 1 &&
             backoff_ms(tries, UINT32_C(1) << 31) == ceiling / 2;
    }
    tap_ok(ok, "a wait is drawn from nothing up to the ceiling");
    for (uint32_t i = 0; i < 1000; i++)
        sum += backoff_ms(20, i * (UINT32_MAX / 1000));
    tap_ok(sum / 1000 > 29000 && sum / 1000 < 31000,
           "evenly: the mean is half of it");
}

int main(void)
{
    test_ceiling();
    test_jitter();
    return tap_done();
}
