#include "base/lock.h"

#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "death.h"
#include "tap.h"

#ifdef LOCK_DEBUG
enum { DEBUG = 1 };
#else
enum { DEBUG = 0 };
#endif
enum { PATIENCE_MS = 20000, ADDERS = 4, ADDS = 20000 };

/* Misuse: each body runs in a child and must not come back. */

static struct lock one;
static struct lock two;

static void make_two(struct lock_class *first, struct lock_class *second)
{
    lock_init(&one, first);
    lock_init(&two, second);
}

NO_ANALYSIS static void take_twice(void)
{
    make_two(&test_class, &test_class);
    lock_take(&one, &test_class);
    lock_take(&one, &test_class);
}

NO_ANALYSIS static void drop_free(void)
{
    make_two(&test_class, &test_class);
    lock_drop(&one, &test_class);
}

NO_ANALYSIS static void take_here(void *arg)
{
    lock_take(arg, &test_class);
}

NO_ANALYSIS static void drop_foreign(void)
{
    make_two(&test_class, &test_class);
    thread_join(thread_start("other", "holds", take_here, &one, NULL));
    lock_drop(&one, &test_class);
}

NO_ANALYSIS static void end_held(void)
{
    make_two(&test_class, &test_class);
    lock_take(&one, &test_class);
    lock_fini(&one);
}

NO_ANALYSIS static void two_leaves(void)
{
    make_two(&fetch_class, &test_class);
    lock_take(&one, &fetch_class);
    lock_take(&two, &test_class);
}

NO_ANALYSIS static void leaf_below(void)
{
    make_two(&test_class, &fetch_class);
    lock_take(&one, &test_class);
    lock_take(&two, &fetch_class);
}

/* Dropped in the middle, and then taken in the wrong order. */
NO_ANALYSIS static void rank_down(void)
{
    make_two(&test_class, &roster_class);
    lock_take(&one, &test_class);
    lock_take(&two, &roster_class);
    lock_drop(&one, &test_class);
    lock_take(&one, &test_class);
}

NO_ANALYSIS static void rank_same(void)
{
    make_two(&test_class, &test_class);
    lock_take(&one, &test_class);
    lock_take(&two, &test_class);
}

NO_ANALYSIS static void wrong_class(void)
{
    make_two(&test_class, &test_class);
    lock_take(&one, &fetch_class);
}

NO_ANALYSIS static void wait_free(void)
{
    struct lock_cond cond;

    make_two(&test_class, &test_class);
    lock_cond_init(&cond);
    lock_wait(&one, &test_class, &cond, 0);
}

static void test_misuse(void)
{
    static const struct {
        void (*body)(void);
        const char *what;
        const char *words;
        bool debug; /* seen in debug builds only */
    } rows[] = {
        {take_twice, "taken twice", "the lock test", false},
        {drop_free, "dropped while free", "the lock test", false},
        {drop_foreign, "dropped by another", "the lock test", false},
        {end_held, "ended while held", "the lock test", false},
        {two_leaves, "a lock taken under a leaf",
         "the lock test (rank 5) was taken while fetch (rank 0) is held", true},
        {leaf_below, "a leaf taken under a lock",
         "the lock fetch (rank 0) was taken while test (rank 5) is held", true},
        {rank_down, "a lower rank",
         "the lock test (rank 5) was taken while roster (rank 90) is held",
         true},
        {rank_same, "the same rank",
         "the lock test (rank 5) was taken while test (rank 5) is held", true},
        {wrong_class, "another class", "the lock test was named fetch", true},
        {wait_free, "waited with while free", "the lock test was waited with",
         true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *words;

        if (rows[i].debug && !DEBUG) {
            tap_ok(true, "%s aborts # SKIP not a debug build", rows[i].what);
            continue;
        }
        words = death_words(rows[i].body);
        tap_ok(words && strstr(words, rows[i].words), "%s aborts",
               rows[i].what);
        if (!words || !strstr(words, rows[i].words))
            tap_note("it said: %s", words ? words : "(it lived)");
    }
}

/* Use. The class of the tests has a rank here, so that the roster and the stats
 * can be looked at under its lock. */

static void test_order(void)
{
    make_two(&test_class, &roster_class);
    lock_take(&one, &test_class);
    lock_take(&two, &roster_class);
    lock_drop(&one, &test_class);
    lock_drop(&two, &roster_class);
    lock_take(&one, &test_class);
    lock_drop(&one, &test_class);
    tap_ok(true, "up in rank, dropped in any order");
    lock_fini(&one);
    lock_fini(&two);
}

/* The stats of the only lock of class test. */
static bool find_stats(struct lock_stats *stats)
{
    struct lock_stats rows[16];
    size_t count = lock_stats(rows, 16);

    *stats = (struct lock_stats){0};
    for (size_t i = 0; i < count && i < 16; i++)
        if (strcmp(rows[i].class, "test") == 0) {
            *stats = rows[i];
            return true;
        }
    return false;
}

static void test_stats(void)
{
    struct lock_stats stats;
    struct lock_stats row[1];
    struct lock lock;
    size_t before = lock_stats(NULL, 0);

    tap_ok(before >= 1, "the list's own lock is in it");
    lock_init(&lock, &test_class);
    tap_ok(lock_stats(row, 1) == before + 1, "one more, also without room");
    lock_take(&lock, &test_class);
    tap_ok(find_stats(&stats) && stats.owner == thread_tid(), "the owner");
    lock_drop(&lock, &test_class);
    tap_ok(find_stats(&stats) && stats.owner == 0, "no owner");
    tap_ok(stats.takes == 1 && stats.waits == 0 && stats.wait_ns == 0 &&
               stats.wait_max_ns == 0,
           "one take, no wait");
    tap_ok(DEBUG ? stats.hold_max_ns > 0 : stats.hold_max_ns == 0,
           "a hold nobody waits for is measured in debug builds only");
    lock_fini(&lock);
    tap_ok(!find_stats(&stats), "gone after lock_fini");
}

struct shared {
    struct lock lock;
    struct lock_cond cond;
    int sum GUARDED_BY(test_class);
    enum thread_state before GUARDED_BY(test_class); /* of a wait's end */
};

/* Nobody else has it yet. */
NO_ANALYSIS static void open_shared(struct shared *shared)
{
    lock_init(&shared->lock, &test_class);
    lock_cond_init(&shared->cond);
    shared->sum = 0;
}

static void close_shared(struct shared *shared)
{
    lock_cond_fini(&shared->cond);
    lock_fini(&shared->lock);
}

static int get_sum(struct shared *shared)
{
    int sum;

    lock_take(&shared->lock, &test_class);
    sum = shared->sum;
    lock_drop(&shared->lock, &test_class);
    return sum;
}

static void add_many(void *arg)
{
    struct shared *shared = arg;

    for (int i = 0; i < ADDS; i++) {
        lock_take(&shared->lock, &test_class);
        shared->sum++;
        lock_drop(&shared->lock, &test_class);
    }
}

static void test_exclusion(void)
{
    struct shared shared;
    struct thread *threads[ADDERS];
    struct lock_stats stats;

    open_shared(&shared);
    for (int i = 0; i < ADDERS; i++)
        threads[i] = thread_start("add", "adds", add_many, &shared, NULL);
    for (int i = 0; i < ADDERS; i++)
        thread_join(threads[i]);
    tap_int(get_sum(&shared), ADDERS * ADDS, "no addition is lost");
    tap_ok(find_stats(&stats) && stats.takes == ADDERS * ADDS + 1,
           "every take is counted");
    tap_ok(stats.waits <= stats.takes && stats.wait_max_ns <= stats.wait_ns,
           "the counters fit together");
    close_shared(&shared);
}

/* Waits until the thread called name is in state; copies its row. */
static bool wait_state(const char *name, enum thread_state state,
                       struct thread_row *row)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    do {
        struct thread_row rows[16];
        size_t count = thread_roster(rows, 16);

        for (size_t i = 0; i < count && i < 16; i++)
            if (strcmp(rows[i].name, name) == 0 && rows[i].state == state) {
                *row = rows[i];
                return true;
            }
        sched_yield();
    } while (clock_ms() < end_ms);
    return false;
}

static void add_one(void *arg)
{
    struct shared *shared = arg;

    thread_mark(THREAD_IO);
    lock_take(&shared->lock, &test_class);
    shared->sum++;
    shared->before = thread_mark(THREAD_RUN);
    lock_drop(&shared->lock, &test_class);
    lock_take(&shared->lock, &test_class);
    while (shared->sum == 1)
        lock_wait(&shared->lock, &test_class, &shared->cond, -1);
    shared->sum = thread_mark(THREAD_RUN) == THREAD_RUN ? 3 : 0;
    lock_drop(&shared->lock, &test_class);
}

static void test_contention(void)
{
    struct shared shared;
    struct thread_row row = {0};
    struct lock_stats stats;
    struct thread *thread;
    uint64_t held_ns;

    open_shared(&shared);
    lock_take(&shared.lock, &test_class);
    thread = thread_start("waiter", "waits", add_one, &shared, NULL);
    tap_ok(wait_state("waiter", THREAD_LOCK, &row), "the waiter is seen");
    tap_is(row.lock_class, "test", "what it waits for");
    tap_int(row.lock_owner, thread_tid(), "and who holds that");
    held_ns = (uint64_t)clock_ns();
    while ((uint64_t)clock_ns() - held_ns < 1000000)
        sched_yield();
    lock_drop(&shared.lock, &test_class);
    tap_ok(wait_state("waiter", THREAD_COND, &row),
           "then it waits for a condition");
    tap_ok(!row.lock_class && row.lock_owner == 0, "and for no lock");
    tap_ok(find_stats(&stats) && stats.waits == 1, "one wait is counted");
    tap_ok(stats.wait_ns >= 1000000 && stats.wait_max_ns == stats.wait_ns,
           "with its time");
    tap_ok(stats.hold_max_ns >= 1000000, "and the hold behind it");
    lock_take(&shared.lock, &test_class);
    tap_ok(shared.before == THREAD_IO, "its state was put back");
    shared.sum++;
    lock_cond_signal(&shared.cond);
    lock_drop(&shared.lock, &test_class);
    thread_join(thread);
    tap_int(get_sum(&shared), 3, "also after the condition");
    close_shared(&shared);
}

static void wait_two(void *arg)
{
    struct shared *shared = arg;

    lock_take(&shared->lock, &test_class);
    while (shared->sum == 0)
        lock_wait(&shared->lock, &test_class, &shared->cond,
                  clock_ms() + PATIENCE_MS);
    shared->sum++;
    lock_drop(&shared->lock, &test_class);
}

static void test_cond(void)
{
    struct shared shared;
    struct thread *threads[2];
    struct thread_row row;
    int64_t end_ms;
    bool woken = true;

    open_shared(&shared);
    end_ms = clock_ms() + 5;
    lock_take(&shared.lock, &test_class);
    tap_ok(!lock_wait(&shared.lock, &test_class, &shared.cond, 0),
           "a deadline in the past");
    while (woken)
        woken = lock_wait(&shared.lock, &test_class, &shared.cond, end_ms);
    tap_ok(clock_ms() >= end_ms, "a deadline has passed when it says so");
    lock_drop(&shared.lock, &test_class);

    threads[0] = thread_start("a", "waits", wait_two, &shared, NULL);
    threads[1] = thread_start("b", "waits", wait_two, &shared, NULL);
    tap_ok(wait_state("a", THREAD_COND, &row) &&
               wait_state("b", THREAD_COND, &row),
           "two wait");
    lock_take(&shared.lock, &test_class);
    shared.sum = 1;
    lock_cond_broadcast(&shared.cond);
    lock_drop(&shared.lock, &test_class);
    thread_join(threads[0]);
    thread_join(threads[1]);
    tap_int(get_sum(&shared), 3, "a broadcast wakes both");
    close_shared(&shared);
}

int main(void)
{
    test_class.rank = 5;
    test_misuse();
    test_order();
    test_stats();
    test_exclusion();
    test_contention();
    test_cond();
    return tap_done();
}
