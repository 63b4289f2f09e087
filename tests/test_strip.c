#include "threads/strip.h"

#include "tap.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

static struct strip_cell cell(const struct strip *strip, int64_t now_ms, int at)
{
    struct strip_cell cells[STRIP_CELLS];

    strip_copy(strip, now_ms * MS, cells);
    return cells[at];
}

static void test_one(void)
{
    struct strip strip = {0};
    struct strip_cell newest;

    tap_int(cell(&strip, 5000, 59).class, STRIP_NONE, "nothing yet");
    for (int i = 0; i < 20; i++)
        strip_add(&strip, 100 * SECOND + 50 * i * MS,
                  100 * SECOND + 50 * (i + 1) * MS, 10 * MS, 5 * MS,
                  STRIP_WAIT);
    newest = cell(&strip, 100999, 59);
    tap_int(newest.class, STRIP_WAIT, "it waits most of the time");
    tap_int(newest.percent, 70, "for so much of it");
    tap_int(newest.run_percent, 20, "and runs for so much");
    tap_int(cell(&strip, 100999, 58).class, STRIP_NONE, "nothing before");
    tap_int(cell(&strip, 110000, 49).class, STRIP_WAIT, "it moves on");
    tap_int(cell(&strip, 110000, 59).class, STRIP_NONE, "nobody has looked");
    tap_int(cell(&strip, 159000, 0).class, STRIP_WAIT, "to the end");
    tap_int(cell(&strip, 160000, 0).class, STRIP_NONE, "and out");
}

static void test_over_cells(void)
{
    struct strip strip = {0};

    strip_add(&strip, 9500 * MS, 11000 * MS, 1500 * MS, 0, STRIP_WAIT);
    strip_add(&strip, 11000 * MS, 11400 * MS, 0, 0, STRIP_LOCK);
    tap_int(cell(&strip, 11400, 57).class, STRIP_RUN, "half a cell");
    tap_int(cell(&strip, 11400, 58).run_percent, 100, "a whole one");
    tap_int(cell(&strip, 11400, 59).class, STRIP_LOCK, "the newest");
    tap_int(cell(&strip, 11400, 59).percent, 100,
            "what is not known yet of a cell does not count");
}

static void test_gaps(void)
{
    struct strip strip = {0};

    strip_add(&strip, 1000 * MS, 21000 * MS, 100 * MS, 0, STRIP_WAIT);
    tap_int(cell(&strip, 20999, 45).class, STRIP_WAIT,
            "hardly ran meanwhile: it waited");
    strip_add(&strip, 21000 * MS, 31000 * MS, 600 * MS, 0, STRIP_WAIT);
    tap_int(cell(&strip, 30999, 55).class, STRIP_UNKNOWN,
            "ran, but who knows when");
    tap_int(cell(&strip, 30999, 49).class, STRIP_WAIT, "the cell before");
    strip_add(&strip, 31000 * MS, 32900 * MS, 1900 * MS, 0, STRIP_WAIT);
    tap_int(cell(&strip, 32900, 59).class, STRIP_RUN, "a short gap is known");
    strip_add(&strip, 32900 * MS, 500000 * MS, 0, 0, STRIP_WAIT);
    for (int i = 0; i < STRIP_CELLS - 1; i++)
        if (cell(&strip, 499999, i).class != STRIP_WAIT)
            tap_ok(false, "cell %d after a long gap", i);
    tap_int(cell(&strip, 499999, 59).class, STRIP_WAIT, "after a long gap");
}

static void test_odd(void)
{
    struct strip strip = {0};

    strip_add(&strip, 1000 * MS, 2000 * MS, UINT64_MAX, UINT64_MAX, STRIP_IO);
    tap_int(cell(&strip, 1999, 59).run_percent, 100,
            "no more than the time there was");
    strip_add(&strip, 2000 * MS, 3000 * MS, 0, UINT64_MAX, STRIP_IO);
    tap_int(cell(&strip, 2999, 59).class, STRIP_READY,
            "a wait that began earlier");
    strip_add(&strip, 3000 * MS, 3000 * MS, 1, 1, STRIP_IO);
    strip_add(&strip, 3000 * MS, 2000 * MS, 1, 1, STRIP_IO);
    strip_add(&strip, -1, 2000 * MS, 1, 1, STRIP_IO);
    tap_int(cell(&strip, 3000, 59).class, STRIP_NONE, "no time, no cell");
    for (int i = 0; i < 200000; i++)
        strip_add(&strip, 4000 * MS, 4000 * MS + 20000, 20000, 0, STRIP_WAIT);
    tap_int(cell(&strip, 4000, 59).class, STRIP_RUN, "a full cell stays full");
}

int main(void)
{
    test_one();
    test_over_cells();
    test_gaps();
    test_odd();
    return tap_done();
}
