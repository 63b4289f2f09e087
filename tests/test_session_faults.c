/* The session room on a disk that is slow, full or broken. The program is
 * linked with --wrap for what its thread calls. */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/store.h"
#include "base/thread.h"
#include "scratch.h"
#include "session/session.h"
#include "session_rows.h"
#include "tap.h"

enum { PATIENCE_MS = 20000 };

bool __real_lock_wait(struct lock *lock, struct lock_class *class,
                      struct lock_cond *cond, int64_t deadline_ms);
bool __wrap_lock_wait(struct lock *lock, struct lock_class *class,
                      struct lock_cond *cond, int64_t deadline_ms);
bool __real_store_begin(struct store *store, struct err *err);
bool __wrap_store_begin(struct store *store, struct err *err);
bool __real_store_commit(struct store *store, struct err *err);
bool __wrap_store_commit(struct store *store, struct err *err);

static struct {
    _Atomic int code;      /* of what store_begin fails with; 0: it works */
    atomic_bool slow;      /* commits wait until this is false */
    atomic_bool in_commit; /* one does */
    atomic_int begins;
    atomic_int commits;
    _Atomic int64_t wait_ms; /* the thread's last wait for work; -1: no end */
    atomic_int waits;
} faults;

static struct err err;
static struct notify notify;

static bool is_session_thread(void)
{
    return strcmp(thread_name(), "session") == 0;
}

bool __wrap_lock_wait(struct lock *lock, struct lock_class *class,
                      struct lock_cond *cond, int64_t deadline_ms) NO_ANALYSIS
{
    if (is_session_thread()) {
        faults.wait_ms = deadline_ms < 0 ? -1 : deadline_ms - clock_ms();
        faults.waits++;
    }
    return __real_lock_wait(lock, class, cond, deadline_ms);
}

bool __wrap_store_begin(struct store *store, struct err *failure)
{
    faults.begins++;
    if (faults.code)
        return err_set(failure, (enum err_code)faults.code, "as the test says");
    return __real_store_begin(store, failure);
}

bool __wrap_store_commit(struct store *store, struct err *failure)
{
    faults.commits++;
    while (faults.slow) {
        faults.in_commit = true;
        sched_yield();
    }
    faults.in_commit = false;
    return __real_store_commit(store, failure);
}

/* Waits for a state; false if it does not come. */
#define WAIT_FOR(state)                            \
    do {                                           \
        int64_t end_ms = clock_ms() + PATIENCE_MS; \
                                                   \
        while (!(state) && clock_ms() < end_ms)    \
            poll(NULL, 0, 1);                      \
    } while (0)

static struct session *open_noted(const char *name, int64_t gather_ms)
{
    const struct session_options options = {.path = scratch(name),
                                            .gather_ms = gather_ms};
    struct session *session = session_open(&options, &notify, &err);

    if (!session) {
        printf("Bail out! %s\n", err.text);
        exit(99);
    }
    faults.begins = 0;
    faults.commits = 0;
    return session;
}

static bool pinged(void)
{
    struct pollfd watch = {.fd = notify.fd, .events = POLLIN};

    if (poll(&watch, 1, PATIENCE_MS) != 1)
        return false;
    notify_drain(&notify);
    return true;
}

static void test_gather(void)
{
    struct session *session = open_noted("gather", 3600 * 1000);
    struct session_memory memory;

    for (int i = 1; i <= 100; i++)
        put_row(session, 0, i, 1);
    session_set(session, "sort", "size");
    session_remember(session, "quit");
    tap_int((long long)session_waiting(session), 102, "102 changes wait");
    tap_int(faults.commits, 0, "for company");
    tap_ok(session_flush(session, -1, &err), "until somebody wants them saved");
    tap_int(faults.commits, 1, "one commit for all");
    tap_int((long long)session_waiting(session), 0, "none waits");
    WAIT_FOR(faults.wait_ms == -1);
    tap_ok(faults.wait_ms == -1, "the thread sleeps without an end");
    put_row(session, 1, 1, 2);
    WAIT_FOR(faults.wait_ms > 3000 * 1000);
    tap_ok(faults.wait_ms > 3000 * 1000, "or until what is new is due");
    session_close(session);
    tap_int(faults.commits, 2, "the end saves it at once");
    session = open_noted("gather", 1);
    memory = take(session);
    tap_ok(memory.record_count == 100 && row_version(memory.records[0]) == 2 &&
               memory.setting_count == 1 && memory.line_count == 1,
           "all is there");
    session_memory_fini(&memory);
    put_row(session, 1, 1, 3);
    WAIT_FOR(session_waiting(session) == 0);
    tap_ok(session_waiting(session) == 0, "what is due is saved unasked");
    session_close(session);
}

static void test_slow(void)
{
    struct session *session = open_noted("slow", 1);
    struct session_memory memory;
    int64_t start_ms;

    faults.slow = true;
    put_row(session, 0, 1, 1);
    WAIT_FOR(faults.in_commit);
    start_ms = clock_ms();
    for (int i = 2; i <= 20000; i++)
        put_row(session, 1, 1, i);
    tap_note("20,000 requests while the disk is busy took %d ms",
             (int)(clock_ms() - start_ms));
    tap_int((long long)session_waiting(session), 2,
            "one is being written, one waits");
    tap_ok(!session_flush(session, clock_ms() + 20, &err) &&
               err.code == ERR_BUSY,
           "no flush in time: %s", err.text);
    faults.slow = false;
    tap_ok(session_flush(session, clock_ms() + PATIENCE_MS, &err),
           "one that has time");
    tap_int(faults.commits, 2, "two commits");
    session = again(session, "slow", &memory);
    tap_int(row_version(memory.records[0]), 20000, "the last is there");
    session_memory_fini(&memory);
    session_close(session);
}

static void test_failing(void)
{
    struct session *session = open_noted("failing", 1);
    struct session_memory memory;
    uint64_t key;

    faults.code = ERR_SPACE;
    key = put_row(session, 0, 1, 1);
    session_set(session, "sort", "name");
    session_remember(session, "first");
    tap_ok(pinged(), "a ping");
    tap_ok(!session_status(session, &err) && err.code == ERR_SPACE,
           "with a sentence: %s", err.text);
    tap_ok(session_status(session, &err), "told once");
    tap_ok(!session_flush(session, -1, &err) && err.code == ERR_SPACE,
           "a flush does not wait for better times");
    tap_ok(session_status(session, &err), "the same is not told again");
    put_row(session, key, 1, 2);
    put_row(session, 0, 2, 1);
    put_row(session, 0, 3, 1);
    session_move(session, 2, key);
    session_set(session, "sort", "size");
    session_remember(session, "second");
    faults.code = ERR_DENIED;
    tap_ok(!session_flush(session, -1, &err) && err.code == ERR_DENIED,
           "something else");
    tap_ok(!session_status(session, &err) && err.code == ERR_DENIED, "is told");
    session_remove(session, 3);
    faults.code = 0;
    tap_ok(session_flush(session, -1, &err), "it works again");
    tap_ok(session_status(session, &err), "nothing to tell");
    faults.code = ERR_DENIED;
    session_remember(session, "first");
    tap_ok(!session_flush(session, -1, &err) &&
               !session_status(session, &err) && err.code == ERR_DENIED,
           "a new trouble is told");
    faults.code = 0;
    session = again(session, "failing", &memory);
    tap_is(numbers(&memory), "2 1", "nothing is lost");
    tap_ok(memory.record_count == 2 && row_version(memory.records[1]) == 2,
           "the newest of all");
    tap_ok(memory.setting_count == 1 &&
               strcmp(memory.settings[0].value, "size") == 0,
           "settings");
    tap_ok(memory.line_count == 2 && strcmp(memory.lines[0], "second") == 0 &&
               strcmp(memory.lines[1], "first") == 0,
           "and lines");
    session_memory_fini(&memory);
    session_close(session);
}

/* The length of the wait that follows one more failure. */
static int64_t wait_after(struct session *session, int64_t longer_ms)
{
    if (session_flush(session, -1, &err))
        return 0;
    WAIT_FOR(faults.wait_ms > longer_ms);
    return faults.wait_ms;
}

static void test_delay(void)
{
    struct session *session = open_noted("delay", 1);
    bool ok = true;
    int begins;

    faults.code = ERR_IO;
    put_row(session, 0, 1, 1);
    WAIT_FOR(faults.begins > 0 && faults.wait_ms > 500);
    tap_ok(faults.wait_ms > 500 && faults.wait_ms <= 1000,
           "tried again after a second: %d ms", (int)faults.wait_ms);
    for (int64_t delay_ms = 2000; delay_ms < 60000; delay_ms *= 2)
        ok = ok && wait_after(session, delay_ms / 2) <= delay_ms &&
             faults.wait_ms > delay_ms / 2;
    tap_ok(ok, "then after 2, 4, ... s");
    tap_ok(wait_after(session, 59000) <= 60000, "never more than a minute");
    tap_ok(wait_after(session, 59000) <= 60000, "also later");
    begins = faults.begins;
    session_close(session);
    tap_int(faults.begins, begins + 1, "the end tries once");
    faults.code = 0;
    session = open_noted("delay", 1);
    put_row(session, 0, 1, 1);
    faults.code = ERR_IO;
    tap_ok(!session_flush(session, -1, &err), "it fails");
    faults.code = 0;
    WAIT_FOR(session_waiting(session) == 0);
    tap_ok(session_waiting(session) == 0, "the next try comes by itself");
    session_close(session);
}

static rlim_t size_of(const char *name)
{
    struct stat status;

    return stat(scratch(name), &status) == 0 ? (rlim_t)status.st_size : 0;
}

/* A file that may not grow: sqlite meets it in the middle of its writing. */
static void test_full(void)
{
    struct session *session = open_noted("full", 1);
    struct session_memory memory;
    struct rlimit before;
    struct rlimit small;
    bool ok = true;

    if (getrlimit(RLIMIT_FSIZE, &before) != 0)
        return;
    signal(SIGXFSZ, SIG_IGN);
    put_row(session, 0, 1, 1);
    tap_ok(session_flush(session, -1, &err), "a first row");
    small = before;
    small.rlim_cur = size_of("full-wal") + 10000;
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 2; i <= 2000; i++)
        put_row(session, 0, i, 1);
    ok = !session_flush(session, -1, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    tap_ok(ok, "no space: %s", err.text);
    session_move(session, 1, 0);
    put_row(session, 2, 2, 2);
    setrlimit(RLIMIT_FSIZE, &small);
    ok = !session_flush(session, -1, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    tap_ok(ok, "still none");
    tap_ok(session_flush(session, -1, &err), "space again");
    session = again(session, "full", &memory);
    ok = memory.record_count == 2000 && row_version(memory.records[0]) == 2 &&
         memory.records[1999]->priority == 1;
    for (size_t i = 1; ok && i < 2000; i++)
        ok = row_version(memory.records[i]) == 1;
    tap_ok(ok, "all 2,000 are there");
    session_memory_fini(&memory);
    session_close(session);
}

int main(void)
{
    scratch_open();
    if (!notify_init(&notify, &err))
        return 99;
    test_gather();
    test_slow();
    test_failing();
    test_delay();
    test_full();
    notify_fini(&notify);
    scratch_close();
    return tap_done();
}
