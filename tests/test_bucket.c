/* The token bucket, at times of the test's own. */
#include "fetch/bucket.h"

#include "tap.h"

static void test_unlimited(void)
{
    struct bucket bucket;

    bucket_init(&bucket, 0, 1, 1000);
    bucket_spend(&bucket, 1e12, 1000);
    tap_int(bucket_wait_ms(&bucket, 1000), 0, "without a rate nobody waits");
    bucket_set(&bucket, 10, 1, 1000);
    tap_int(bucket_wait_ms(&bucket, 1000), 0,
            "nor for what was taken before there was one");
    bucket_spend(&bucket, 11, 1000);
    bucket_set(&bucket, 0, 1, 1000);
    tap_int(bucket_wait_ms(&bucket, 1000), 0, "nor when it is taken away");
}

static void test_debt(void)
{
    struct bucket bucket;

    bucket_init(&bucket, 1000, 100, 5000);
    bucket_spend(&bucket, 99, 5000);
    tap_int(bucket_wait_ms(&bucket, 5000), 0, "the burst may come at once");
    bucket_spend(&bucket, 501, 5000);
    tap_int(bucket_wait_ms(&bucket, 5000), 502, "a debt is waited off");
    tap_int(bucket_wait_ms(&bucket, 5300), 202, "step by step");
    tap_int(bucket_wait_ms(&bucket, 5502), 0, "as long as was said");
    bucket_spend(&bucket, 2, 5502);
    tap_ok(bucket_wait_ms(&bucket, 5502) > 0, "and no longer");
}

static void test_burst(void)
{
    struct bucket bucket;
    int64_t now_ms = 1000;
    int at_once = 0;

    bucket_init(&bucket, 10, 5, now_ms);
    now_ms += 3600 * 1000;
    while (bucket_wait_ms(&bucket, now_ms) == 0 && at_once < 100) {
        bucket_spend(&bucket, 1, now_ms);
        at_once++;
    }
    tap_int(at_once, 5, "a quiet hour gives one burst");
}

/* Over ten seconds, asking as the worker does: again when the wait is over. */
static int requests(double rate, int64_t until_ms)
{
    struct bucket bucket;
    int64_t now_ms = 0;
    int count = 0;

    bucket_init(&bucket, rate, 1 + rate / 100, now_ms);
    while (now_ms < until_ms) {
        int64_t wait_ms = bucket_wait_ms(&bucket, now_ms);

        if (wait_ms == 0) {
            bucket_spend(&bucket, 1, now_ms);
            count++;
        }
        now_ms += wait_ms;
    }
    return count;
}

static void test_rate(void)
{
    struct bucket bucket;
    int count = requests(50, 10000);

    tap_ok(count >= 499 && count <= 501, "50 a second for 10 s: %d", count);
    count = requests(700, 10000);
    tap_ok(count >= 6990 && count <= 7008, "700 a second for 10 s: %d", count);
    tap_int(requests(2, 9900), 20, "2 a second, one at a time");
    tap_int(requests(0.1, 29000), 3, "one in ten seconds");
    bucket_init(&bucket, 2, 1, 0);
    bucket_spend(&bucket, 1, 0);
    tap_int(bucket_wait_ms(&bucket, 0), 501,
            "the second request does not follow on the first's heels");
}

static void test_set(void)
{
    struct bucket bucket;

    bucket_init(&bucket, 100, 1000, 1000);
    bucket_set(&bucket, 100, 10, 1000);
    bucket_spend(&bucket, 10, 1000);
    tap_int(bucket_wait_ms(&bucket, 1000), 11,
            "a smaller burst holds for what is in it already");
    bucket_spend(&bucket, 99, 1000);
    tap_int(bucket_wait_ms(&bucket, 1000), 1001, "a debt at the old rate");
    bucket_set(&bucket, 1000, 10, 1000);
    tap_int(bucket_wait_ms(&bucket, 1000), 101, "is paid at the new one");
}

static void test_clock(void)
{
    struct bucket bucket;

    bucket_init(&bucket, 1000, 1, 10000);
    bucket_spend(&bucket, 100, 10000);
    tap_int(bucket_wait_ms(&bucket, 9000), 101,
            "a time before the last changes nothing");
    tap_int(bucket_wait_ms(&bucket, 10050), 51, "and nothing is given twice");
}

int main(void)
{
    test_unlimited();
    test_debt();
    test_burst();
    test_rate();
    test_set();
    test_clock();
    return tap_done();
}
