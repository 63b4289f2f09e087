#include "threads/share.h"

#include "tap.h"

#define MS INT64_C(1000000)

static void add(struct share *share, int64_t ms, uint64_t run_ms,
                uint64_t ready_ms)
{
    share_add(share, &(struct share_point){.ns = ms * MS,
                                           .run_ns = run_ms * MS,
                                           .ready_ns = ready_ms * MS});
}

static void test_first(void)
{
    struct share share = {0};
    struct share_parts parts;

    tap_ok(!share_parts(&share, 200, &parts), "nothing");
    add(&share, 1000, 500, 0);
    tap_ok(!share_parts(&share, 200, &parts), "one point");
    add(&share, 1010, 505, 1);
    tap_ok(share_parts(&share, 200, &parts) && parts.run == 500 &&
               parts.ready == 100 && parts.blocked == 400,
           "two points, however close");
}

static void test_windows(void)
{
    struct share share = {0};
    struct share_parts parts;

    /* Busy for 10 s, then quiet for 1 s. */
    for (int i = 0; i <= 100; i++)
        add(&share, 100 * i, 100 * (uint64_t)i, 0);
    for (int i = 1; i <= 10; i++)
        add(&share, 10000 + 100 * i, 10000, 0);
    tap_ok(share_parts(&share, 200, &parts) && parts.run == 0,
           "quiet just now");
    tap_ok(share_parts(&share, 2000, &parts) && parts.run > 450 &&
               parts.run < 600,
           "busy half of the last two seconds");
    tap_ok(share_parts(&share, 3600000, &parts) && parts.run > 500 &&
               parts.run < 900,
           "as far back as it goes");
    add(&share, 1000000, 10000 + 98900, 0);
    tap_ok(share_parts(&share, 200, &parts) && parts.run == 100,
           "a long gap counts as a whole");
}

static void test_odd(void)
{
    struct share share = {0};
    struct share_parts parts;

    add(&share, 0, 0, 0);
    add(&share, 1000, 600, 900);
    tap_ok(share_parts(&share, 200, &parts) && parts.run == 600 &&
               parts.ready == 400 && parts.blocked == 0,
           "a wait that began before does not exceed the whole");
    add(&share, 2000, 100, 0);
    tap_ok(share_parts(&share, 200, &parts) && parts.run == 0,
           "counters that go back are none");
}

int main(void)
{
    test_first();
    test_windows();
    test_odd();
    return tap_done();
}
