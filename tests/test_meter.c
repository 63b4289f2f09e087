#include "fetch/meter.h"

#include "tap.h"

static bool near(double got, double want, double share)
{
    return got >= want * (1 - share) && got <= want * (1 + share);
}

static void test_young(void)
{
    struct meter meter;

    meter_init(&meter, 1000);
    tap_ok(meter_rate(&meter, 1000) == 0, "nothing yet");
    meter_add(&meter, 1000);
    tap_ok(meter_rate(&meter, 1019) == 0, "too early to tell");
    tap_ok(near(meter_rate(&meter, 1100), 10000, 0.001),
           "the first stretch is the true rate, not a small part of it");
}

static void test_steady(void)
{
    struct meter meter;
    int64_t now_ms = 0;
    bool ok = true;

    meter_init(&meter, now_ms);
    for (int i = 0; i < 500; i++) {
        int64_t step_ms = 20 + i * 7 % 400;

        now_ms += step_ms;
        meter_add(&meter, (uint64_t)step_ms * 5);
        ok = ok && near(meter_rate(&meter, now_ms), 5000, 0.001);
    }
    tap_ok(ok, "uneven looks do not bend a steady rate");
}

static void test_change(void)
{
    struct meter meter;
    int64_t now_ms = 0;
    double rate = 0;
    double before;

    meter_init(&meter, now_ms);
    for (; now_ms < 10000; now_ms += 100) {
        meter_add(&meter, 100);
        meter_rate(&meter, now_ms + 100);
    }
    before = meter_rate(&meter, now_ms);
    for (int i = 0; i < METER_MS / 100; i++) {
        now_ms += 100;
        meter_add(&meter, 200);
        rate = meter_rate(&meter, now_ms);
    }
    tap_ok(near(before, 1000, 0.01) && rate > 1600 && rate < 1700,
           "after METER_MS two thirds of a change are seen");
    now_ms += 10 * METER_MS;
    tap_ok(meter_rate(&meter, now_ms) < 1, "a long silence is one");
}

static void test_pending(void)
{
    struct meter meter;

    meter_init(&meter, 0);
    meter_add(&meter, 10);
    meter_rate(&meter, 19);
    meter_add(&meter, 10);
    tap_ok(near(meter_rate(&meter, 20), 1000, 0.001),
           "what was counted between two looks is not lost");
    tap_ok(near(meter_rate(&meter, 5), 1000, 0.001),
           "an earlier time changes nothing");
}

int main(void)
{
    test_young();
    test_steady();
    test_change();
    test_pending();
    return tap_done();
}
