#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "tap.h"

enum { PATIENCE_MS = 20000, JOBS = 200000 };

static bool find_row(const char *name, struct thread_row *row)
{
    struct thread_row rows[16];
    size_t count = thread_roster(rows, 16);

    *row = (struct thread_row){0};
    for (size_t i = 0; i < count && i < 16; i++)
        if (strcmp(rows[i].name, name) == 0) {
            *row = rows[i];
            return true;
        }
    return false;
}

/* What a thread of the tests does, step by step, when step is raised. */
struct worker {
    atomic_int step; /* raised by the test */
    atomic_int done; /* the step it has done */
    sigset_t mask;
    int tid;
    char kernel_name[32];
    char name[16];
    enum thread_state before;
    enum thread_state last;
};

static void await(atomic_int *place, int value)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (atomic_load(place) < value && clock_ms() < end_ms)
        sched_yield();
}

static void work(void *arg)
{
    struct worker *worker = arg;

    pthread_sigmask(SIG_SETMASK, NULL, &worker->mask);
    worker->tid = thread_tid();
    pthread_getname_np(pthread_self(), worker->kernel_name,
                       sizeof(worker->kernel_name));
    strcpy(worker->name, thread_name());
    worker->before = thread_mark(THREAD_POLL);
    worker->last = thread_mark(THREAD_IO);
    thread_job("a\x1b[31m%d", 7);
    atomic_store(&worker->done, 1);
    await(&worker->step, 2);
    thread_job("%0200d", 1);
    atomic_store(&worker->done, 2);
    await(&worker->step, 3);
}

static void test_row(void)
{
    struct worker worker = {0};
    struct thread_row row;
    int64_t start_ms = clock_ms();
    struct thread *thread =
        thread_start("fetch-1", "carries transfers", work, &worker, NULL);

    await(&worker.done, 1);
    tap_ok(find_row("fetch-1", &row), "it is in the roster");
    tap_is(row.role, "carries transfers", "its role");
    tap_ok(row.tid == worker.tid && row.tid != thread_tid(), "its id");
    tap_ok(row.since_ms >= start_ms && row.since_ms <= clock_ms(), "since");
    tap_ok(row.state == THREAD_IO && !row.lock_class, "its state");
    tap_ok(row.cpu_ns > 0, "its processor time");
    tap_is(row.job, "a?[31m7", "its job, cleaned");
    tap_ok(worker.before == THREAD_RUN && worker.last == THREAD_POLL,
           "thread_mark tells the state before");
    tap_is(worker.kernel_name, "fetch-1", "the kernel knows its name");
    tap_is(worker.name, "fetch-1", "it knows its name");
    atomic_store(&worker.step, 2);
    await(&worker.done, 2);
    find_row("fetch-1", &row);
    tap_ok(strlen(row.job) == sizeof(row.job) - 1 &&
               strcmp(row.job + sizeof(row.job) - 4, "...") == 0,
           "a long job is cut");
    atomic_store(&worker.step, 3);
    thread_join(thread);
    tap_ok(!find_row("fetch-1", &row), "gone after its end");
}

static void test_signals(void)
{
    struct worker worker = {.step = 3};
    sigset_t mask;

    thread_join(thread_start("signals", "", work, &worker, NULL));
    tap_ok(sigismember(&worker.mask, SIGINT) == 1 &&
               sigismember(&worker.mask, SIGTERM) == 1 &&
               sigismember(&worker.mask, SIGPIPE) == 1 &&
               sigismember(&worker.mask, SIGWINCH) == 1,
           "signals are blocked in a thread");
    tap_ok(sigismember(&worker.mask, SIGSEGV) == 0, "those of faults are not");
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    tap_ok(sigismember(&mask, SIGINT) == 0, "nor any in its starter");
    thread_block_signals();
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    tap_ok(sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGUSR1) == 1,
           "thread_block_signals");
}

static void test_names(void)
{
    struct worker worker = {.step = 3};

    thread_join(
        thread_start("a-very-long-thread-name", "", work, &worker, NULL));
    tap_is(worker.name, "a-very-long-thr", "a long name is cut");
    tap_is(worker.kernel_name, "a-very-long-thr", "for the kernel too");
    thread_join(NULL);
}

static void test_order(void)
{
    struct worker workers[3] = {0};
    struct thread *threads[3];
    static const char *const names[3] = {"x", "a", "m"};
    struct thread_row rows[4];
    size_t before = thread_roster(NULL, 0);
    size_t count;

    for (int i = 0; i < 3; i++)
        threads[i] = thread_start(names[i], "", work, &workers[i], NULL);
    count = thread_roster(rows, 4);
    tap_ok(count == before + 3 && count <= 4, "three more");
    for (size_t i = 0; i < 3; i++)
        tap_is(rows[count - 3 + i].name, names[i], "in start order");
    memset(rows, 0, sizeof(rows));
    tap_ok(thread_roster(rows, 1) == count && rows[1].name[0] == '\0',
           "no more rows than asked for");
    /* The one in the middle ends first. */
    for (int i = 0; i < 3; i++) {
        atomic_store(&workers[(i + 1) % 3].step, 3);
        thread_join(threads[(i + 1) % 3]);
    }
    tap_ok(thread_roster(NULL, 0) == before, "all gone");
}

static void test_adopt(void)
{
    struct thread_row row;

    thread_job("nothing");
    tap_ok(thread_mark(THREAD_POLL) == THREAD_RUN, "a mark without an entry");
    tap_is(thread_name(), "-", "no name");
    thread_adopt("main", "draws the screen");
    tap_is(thread_name(), "main", "adopted");
    thread_adopt("again", "");
    tap_ok(find_row("main", &row) && !find_row("again", &row), "once");
    find_row("main", &row);
    tap_ok(row.tid == thread_tid() && row.state == THREAD_RUN, "its row");
    tap_is(row.job, "", "no job yet");
}

static void test_words(void)
{
    bool good = true;

    for (int a = 0; a < THREAD_STATES; a++)
        for (int b = 0; b < a; b++)
            good = good && strcmp(thread_state_word((enum thread_state)a),
                                  thread_state_word((enum thread_state)b)) != 0;
    tap_ok(good, "every state has a word of its own");
    tap_is(thread_state_word(THREAD_LOCK), "lock", "a word");
}

/* One writes two texts in turn; a copy must be one of them whole. */
static void write_jobs(void *arg)
{
    atomic_int *done = arg;
    char texts[2][80];

    for (int i = 0; i < 2; i++) {
        memset(texts[i], "ab"[i], sizeof(texts[i]) - 1);
        texts[i][sizeof(texts[i]) - 1] = '\0';
    }
    for (int i = 0; i < JOBS; i++)
        thread_job("%s", texts[i % 2]);
    atomic_store(done, 1);
}

static void test_torn(void)
{
    atomic_int done = 0;
    struct thread *thread = thread_start("jobs", "", write_jobs, &done, NULL);
    bool whole = true;
    int copies = 0;

    while (whole && !atomic_load(&done)) {
        struct thread_row row;

        if (!find_row("jobs", &row) || row.job[0] == '\0')
            continue;
        whole = strspn(row.job, (char[]){row.job[0], '\0'}) == 79;
        copies++;
    }
    thread_join(thread);
    tap_ok(whole && copies > 0, "a job is copied whole while it changes");
}

int main(void)
{
    test_adopt();
    test_row();
    test_signals();
    test_names();
    test_order();
    test_words();
    test_torn();
    return tap_done();
}
