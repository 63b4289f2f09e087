#include "threads/threads.h"

#include <dirent.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "tap.h"

enum { PATIENCE_MS = 20000, ROWS = 64, PASSES = 1000 };

/* What the room takes for the time can be put forward. */
static _Atomic int64_t ahead_ns;

int64_t __real_clock_ns(void);
int64_t __wrap_clock_ns(void);

int64_t __wrap_clock_ns(void)
{
    return __real_clock_ns() + atomic_load(&ahead_ns);
}

static struct notify notify;

/* ---- the room ---- */

/* Asks for a pass and waits until one has been published. */
static void pass(struct threads *room)
{
    struct threads_totals before;
    struct threads_totals totals;

    threads_totals(room, &before);
    threads_sample(room);
    do {
        struct pollfd wait = {.fd = notify.fd, .events = POLLIN};

        if (poll(&wait, 1, PATIENCE_MS) <= 0) {
            tap_ok(false, "the room pings");
            exit(1);
        }
        notify_drain(&notify);
        threads_totals(room, &totals);
    } while (totals.passes == before.passes);
}

static bool find_row(struct threads *room, const char *name,
                     struct threads_row *row)
{
    struct threads_row *rows = mem_new(ROWS * sizeof(*rows));
    size_t count = threads_rows(room, 0, rows, ROWS);
    bool found = false;

    for (size_t i = 0; i < count && !found; i++) {
        found = strcmp(rows[i].name, name) == 0;
        if (found)
            *row = rows[i];
    }
    mem_free(rows);
    return found;
}

/* Looks until the thread is seen in the state. */
static bool see(struct threads *room, const char *name,
                enum threads_state state, struct threads_row *row)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    *row = (struct threads_row){.tid = 0};
    do {
        pass(room);
        if (find_row(room, name, row) && row->state == state)
            return tap_ok(true, "%s: %s", name, threads_state_word(state));
    } while (clock_ms() < end_ms);
    tap_ok(false, "%s: %s", name, threads_state_word(state));
    tap_note("got: %s", threads_state_word(row->state));
    return false;
}

/* ---- threads whose state is known ---- */

struct lab {
    struct lock lock;
    struct lock_cond cond;
    atomic_bool over;
    bool told GUARDED_BY(test_class);
    int quiet[2];      /* a pipe nobody writes to before the end */
    int second[2];     /* the same, for the library's */
    atomic_int holder; /* TID, once it holds */
    atomic_int slept;
    pthread_mutex_t mutex; /* not one of ours */
    struct thread *joined;
};

static void hold(void *arg)
{
    struct lab *lab = arg;
    struct pollfd wait = {.fd = lab->quiet[0], .events = POLLIN};

    lock_take(&lab->lock, &test_class);
    atomic_store(&lab->holder, thread_tid());
    thread_job("holds %s", "it");
    thread_mark(THREAD_POLL);
    while (!atomic_load(&lab->over))
        poll(&wait, 1, -1);
    lab->told = true;
    lock_cond_broadcast(&lab->cond);
    lock_drop(&lab->lock, &test_class);
}

static void want(void *arg)
{
    struct lab *lab = arg;

    lock_take(&lab->lock, &test_class);
    lock_drop(&lab->lock, &test_class);
}

static void wait_cond(void *arg)
{
    struct lab *lab = arg;

    lock_take(&lab->lock, &test_class);
    while (!lab->told)
        lock_wait(&lab->lock, &test_class, &lab->cond, -1);
    lock_drop(&lab->lock, &test_class);
}

static void sleep_long(void *arg)
{
    struct lab *lab = arg;

    while (!atomic_load(&lab->over)) {
        struct timespec nap = {.tv_nsec = 200000000};

        thread_mark(THREAD_SLEEP);
        nanosleep(&nap, NULL);
        atomic_fetch_add(&lab->slept, 1);
    }
}

static void spin(void *arg)
{
    struct lab *lab = arg;

    while (!atomic_load_explicit(&lab->over, memory_order_relaxed))
        ;
}

static void read_pipe(void *arg)
{
    struct lab *lab = arg;
    char byte;

    while (!atomic_load(&lab->over))
        if (read(lab->quiet[0], &byte, 1) == 0)
            return;
}

static void *read_unknown(void *arg)
{
    struct lab *lab = arg;
    char byte;

    pthread_setname_np(pthread_self(), "MHD-\x1b[31m");
    while (!atomic_load(&lab->over))
        if (read(lab->second[0], &byte, 1) == 0)
            break;
    return NULL;
}

static void take_mutex(void *arg)
{
    struct lab *lab = arg;

    pthread_mutex_lock(&lab->mutex);
    pthread_mutex_unlock(&lab->mutex);
}

static void join(void *arg)
{
    struct lab *lab = arg;

    thread_join(lab->joined);
}

static struct thread *start(const char *name, void (*body)(void *arg),
                            struct lab *lab)
{
    struct err err;
    struct thread *thread = thread_start(name, "a role", body, lab, &err);

    if (!thread) {
        tap_note("%s", err.text);
        exit(1);
    }
    return thread;
}

static struct lab *lab_new(void)
{
    struct lab *lab = mem_new(sizeof(*lab));

    lock_init(&lab->lock, &test_class);
    lock_cond_init(&lab->cond);
    pthread_mutex_init(&lab->mutex, NULL);
    if (pipe(lab->quiet) != 0 || pipe(lab->second) != 0)
        exit(1);
    return lab;
}

/* Everything that reads or polls sees the end of its pipe. */
static void lab_stop(struct lab *lab)
{
    atomic_store(&lab->over, true);
    close(lab->quiet[1]);
    close(lab->second[1]);
}

static void lab_free(struct lab *lab)
{
    close(lab->quiet[0]);
    close(lab->second[0]);
    pthread_mutex_destroy(&lab->mutex);
    lock_cond_fini(&lab->cond);
    lock_fini(&lab->lock);
    mem_free(lab);
}

static void await_holder(struct lab *lab)
{
    while (atomic_load(&lab->holder) == 0)
        poll(NULL, 0, 1);
}

/* ---- states ---- */

static void check_lock_rows(struct threads *room, int holder)
{
    struct threads_lock rows[32];
    size_t count = threads_locks(room, 0, rows, 32);
    const struct threads_lock *lock = NULL;

    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            tap_ok(strcmp(rows[i - 1].class, rows[i].class) < 0, "%s, %s",
                   rows[i - 1].class, rows[i].class);
        if (strcmp(rows[i].class, "test") == 0)
            lock = &rows[i];
    }
    if (!tap_ok(lock != NULL, "the class is in the list"))
        return;
    tap_int(lock->holder, holder, "who holds the lock");
    tap_is(lock->holder_name, "lab-hold", "by name");
    tap_int((long long)lock->waiters, 1, "one waits for it");
    tap_ok(lock->locks == 2 && lock->takes >= 2, "its counts");
    tap_int((long long)threads_locks(room, 0, rows, 1), 1, "a window");
    tap_int((long long)threads_locks(room, count, rows, 1), 0, "behind it");
}

static void check_waiting(struct threads *room, struct lab *lab)
{
    struct threads_row row;
    int holder = atomic_load(&lab->holder);
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    int64_t since_ms;

    see(room, "lab-hold", THREADS_POLL, &row);
    tap_is(row.job, "holds it", "its job");
    tap_is(row.role, "a role", "its role");
    tap_ok(row.own && strcmp(row.room, "lab") == 0, "its room");
    tap_ok(strcmp(row.call, "poll") == 0 || strcmp(row.call, "ppoll") == 0,
           "its call");
    /* Which lock it is may be known a pass later only. */
    do
        see(room, "lab-want", THREADS_LOCK, &row);
    while (row.holder == 0 && clock_ms() < end_ms);
    tap_is(row.what, "test", "which lock");
    tap_int(row.holder, holder, "who has it");
    tap_is(row.holder_name, "lab-hold", "by name");
    since_ms = row.since_ms;
    see(room, "lab-want", THREADS_LOCK, &row);
    tap_ok(row.since_ms == since_ms && row.since_ms <= clock_ms(),
           "since when");
    tap_int(row.cycle, 0, "no cycle");
    check_lock_rows(room, holder);
    see(room, "lab-mutex", THREADS_LOCK, &row);
    tap_ok(row.holder == 0 && row.what[0] == '\0',
           "a mutex that is not ours tells no holder");
    see(room, "lab-sleep", THREADS_SLEEP, &row);
    see(room, "lab-read", THREADS_IO, &row);
    tap_is(row.what, "pipe", "what it reads");
    tap_is(row.call, "read", "by which call");
    see(room, "lab-join", THREADS_JOIN, &row);
    tap_is(row.holder_name, "lab-read", "whom it waits for");
    see(room, "MHD-?[31m", THREADS_IO, &row);
    tap_ok(!row.own && strcmp(row.room, "library") == 0, "a library's thread");
    tap_is(row.what, "pipe", "reads a pipe too");
}

static void check_cond(struct threads *room)
{
    struct threads_row row;

    see(room, "lab-cond", THREADS_COND, &row);
    tap_is(row.call, "futex", "its call");
}

static void check_cpu(struct threads *room)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct threads_row busy = {.cpu = -1};
    struct threads_row idle = {.cpu = -1};
    struct threads_totals totals;

    do {
        pass(room);
        find_row(room, "lab-busy", &busy);
        find_row(room, "lab-sleep", &idle);
    } while ((busy.cpu < 200 || idle.cpu < 0 || idle.cpu > 50 ||
              busy.run < 100 || busy.strip[STRIP_CELLS - 2].run_percent < 10) &&
             clock_ms() < end_ms);
    tap_ok(busy.cpu >= 200 && idle.cpu >= 0 && idle.cpu <= 50,
           "busy %d, asleep %d thousandths", busy.cpu, idle.cpu);
    tap_ok(busy.run >= 100 && busy.run + busy.ready + busy.blocked == 1000,
           "its shares");
    tap_ok(busy.strip[STRIP_CELLS - 2].run_percent >= 10, "its strip");
    tap_ok(idle.strip[STRIP_CELLS - 2].class == STRIP_WAIT &&
               idle.strip[STRIP_CELLS - 2].run_percent <= 10,
           "the other's strip");
    tap_ok(busy.state == THREADS_RUN || busy.state == THREADS_READY,
           "it runs or would like to");
    tap_ok(busy.run_ns > idle.run_ns, "its time");
    threads_totals(room, &totals);
    tap_ok(totals.moving && totals.cpu >= busy.cpu && totals.pass_ns > 0,
           "totals");
}

static void check_end(struct threads *room, int tid)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct threads_change changes[THREADS_CHANGES];
    struct threads_row row;
    size_t count;

    see(room, "lab-busy", THREADS_GONE, &row);
    tap_ok(row.tid == tid && row.cpu == -1, "the row of one that is gone");
    count = threads_changes(room, tid, 0, changes, THREADS_CHANGES);
    tap_ok(count >= 2 && changes[count - 1].state == THREADS_GONE &&
               changes[count - 1].ms >= changes[0].ms,
           "its history");
    tap_int((long long)threads_changes(room, tid, changes[count - 1].seq,
                                       changes, THREADS_CHANGES),
            0, "nothing after that");
    atomic_fetch_add(&ahead_ns, INT64_C(6000000000));
    pass(room);
    tap_ok(!find_row(room, "lab-busy", &row) && !threads_row(room, tid, &row),
           "then it is no longer shown");
    tap_int((long long)threads_changes(room, tid, 0, changes, 1), 0,
            "nor has a history");
    do {
        struct threads_totals totals;

        atomic_fetch_add(&ahead_ns, INT64_C(10000000000));
        pass(room);
        threads_totals(room, &totals);
        if (!totals.moving) {
            tap_ok(true, "nothing moves any more");
            return;
        }
    } while (clock_ms() < end_ms);
    tap_ok(false, "nothing moves any more");
}

static void test_states(struct threads *room)
{
    enum { THREADS_STARTED = 7 };
    struct lab *lab = lab_new();
    struct lab *busy = lab_new();
    struct thread *threads[THREADS_STARTED];
    struct threads_row row;
    struct thread *spinner;
    pthread_t unknown;

    pthread_mutex_lock(&lab->mutex);
    threads[0] = start("lab-cond", wait_cond, lab);
    check_cond(room);
    threads[1] = start("lab-hold", hold, lab);
    await_holder(lab);
    threads[2] = start("lab-want", want, lab);
    threads[3] = start("lab-mutex", take_mutex, lab);
    threads[4] = start("lab-sleep", sleep_long, lab);
    lab->joined = start("lab-read", read_pipe, lab);
    threads[5] = start("lab-join", join, lab);
    threads[6] = NULL;
    pthread_create(&unknown, NULL, read_unknown, lab);
    check_waiting(room, lab);
    spinner = start("lab-busy", spin, busy);
    check_cpu(room);
    find_row(room, "lab-busy", &row);
    lab_stop(busy);
    thread_join(spinner);
    lab_free(busy);
    pthread_mutex_unlock(&lab->mutex);
    lab_stop(lab);
    for (int i = 0; i < THREADS_STARTED; i++)
        thread_join(threads[i]);
    pthread_join(unknown, NULL);
    lab_free(lab);
    check_end(room, row.tid);
}

/* ---- order and windows ---- */

static void test_order(struct threads *room)
{
    static const char *const names[] = {"zoo-10", "ant-2", "zoo-9", "ant-1"};
    static const char *const want_order[] = {"main",    "ant-1", "ant-2",
                                             "threads", "zoo-9", "zoo-10"};
    enum { COUNT = sizeof(want_order) / sizeof(want_order[0]) };
    struct lab *lab = lab_new();
    struct thread *threads[4];
    struct threads_row *rows = mem_new(ROWS * sizeof(*rows));
    struct threads_row row;
    size_t next = 0;
    size_t count;

    for (size_t i = 0; i < 4; i++)
        threads[i] = start(names[i], read_pipe, lab);
    for (size_t i = 0; i < 4; i++)
        see(room, names[i], THREADS_IO, &row);
    count = threads_rows(room, 0, rows, ROWS);
    for (size_t i = 0; i < count && next < COUNT; i++)
        if (strcmp(rows[i].name, want_order[next]) == 0)
            next++;
    tap_int((long long)next, COUNT, "by room, then by name and number");
    tap_int((long long)threads_rows(room, 1, &row, 1), 1, "a window");
    tap_is(row.name, rows[1].name, "has the second row");
    tap_int((long long)threads_rows(room, count, &row, 1), 0, "behind the end");
    tap_int((long long)threads_rows(room, count - 1, rows, ROWS), 1,
            "over the end");
    tap_ok(threads_row(room, thread_tid(), &row) &&
               strcmp(row.name, "main") == 0,
           "one row");
    lab_stop(lab);
    for (size_t i = 0; i < 4; i++)
        thread_join(threads[i]);
    lab_free(lab);
    mem_free(rows);
}

/* ---- cycles ---- */

struct knot {
    struct lock lock;
    atomic_bool held;
    _Atomic uint32_t alive; /* TID of who wants the lock; 0: untied */
};

static void want_knot(void *arg)
{
    struct knot *knot = arg;

    atomic_store(&knot->alive, (uint32_t)thread_tid());
    while (!atomic_load(&knot->held))
        poll(NULL, 0, 1);
    lock_take(&knot->lock, &test_class);
    lock_drop(&knot->lock, &test_class);
}

/* Holds the lock and waits for the end of who wants it: with the system call of
 * a pthread_join, which could not be called off. */
static void tie_knot(void *arg)
{
    struct knot *knot = arg;
    uint32_t alive;

    while (atomic_load(&knot->alive) == 0)
        poll(NULL, 0, 1);
    lock_take(&knot->lock, &test_class);
    atomic_store(&knot->held, true);
    while ((alive = atomic_load(&knot->alive)) != 0)
        syscall(SYS_futex, &knot->alive,
                FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, alive, NULL, NULL,
                FUTEX_BITSET_MATCH_ANY);
    lock_drop(&knot->lock, &test_class);
}

static void untie(struct knot *knot)
{
    atomic_store(&knot->alive, 0);
    syscall(SYS_futex, &knot->alive, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void test_cycle(struct threads *room)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct knot *knot = mem_new(sizeof(*knot));
    struct threads_totals totals;
    struct threads_row wanter;
    struct threads_row holder;
    struct thread *threads[2];

    lock_init(&knot->lock, &test_class);
    threads[0] = thread_start("knot-want", "", want_knot, knot, NULL);
    threads[1] = thread_start("knot-hold", "", tie_knot, knot, NULL);
    do {
        pass(room);
        threads_totals(room, &totals);
    } while (totals.cycles == 0 && clock_ms() < end_ms);
    tap_int(totals.cycles, 1, "a cycle");
    find_row(room, "knot-want", &wanter);
    find_row(room, "knot-hold", &holder);
    tap_ok(wanter.cycle == 1 && holder.cycle == 1, "of these two");
    tap_ok(wanter.holder == holder.tid && holder.holder == wanter.tid,
           "each waits for the other");
    tap_ok(wanter.state == THREADS_LOCK && holder.state == THREADS_JOIN,
           "one for a lock, one for an end");
    untie(knot);
    thread_join(threads[0]);
    thread_join(threads[1]);
    pass(room);
    threads_totals(room, &totals);
    tap_int(totals.cycles, 0, "untied");
    lock_fini(&knot->lock);
    mem_free(knot);
}

struct crowd {
    struct lock locks[2];
    atomic_bool over;
    uint64_t turns[2] GUARDED_BY(test_class);
};

/* Takes both locks in turn, never one within the other. */
static void crowd_in(void *arg)
{
    struct crowd *crowd = arg;

    for (unsigned i = 0; !atomic_load(&crowd->over); i++) {
        lock_take(&crowd->locks[i % 2], &test_class);
        for (int k = 0; k < 2000; k++)
            atomic_signal_fence(memory_order_seq_cst);
        crowd->turns[i % 2]++;
        lock_drop(&crowd->locks[i % 2], &test_class);
    }
}

static void test_no_cycle(struct threads *room)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct crowd *crowd = mem_new(sizeof(*crowd));
    struct threads_lock lock = {.contended = 0};
    struct thread *threads[4];
    unsigned cycles = 0;

    for (int i = 0; i < 2; i++)
        lock_init(&crowd->locks[i], &test_class);
    for (int i = 0; i < 4; i++)
        threads[i] = thread_start("crowd", "", crowd_in, crowd, NULL);
    for (int i = 0; i < PASSES || (lock.contended == 0 && clock_ms() < end_ms);
         i++) {
        struct threads_totals totals;
        struct threads_lock rows[32];
        size_t count;

        pass(room);
        threads_totals(room, &totals);
        cycles += totals.cycles;
        count = threads_locks(room, 0, rows, 32);
        for (size_t k = 0; k < count; k++)
            if (strcmp(rows[k].class, "test") == 0)
                lock = rows[k];
    }
    tap_int(cycles, 0, "who only crowds is not in a cycle");
    tap_ok(lock.contended > 0 && lock.wait_ns >= lock.wait_max_ns &&
               lock.locks == 2 && lock.takes > lock.contended,
           "the locks' counts: %llu of %llu takes waited",
           (unsigned long long)lock.contended, (unsigned long long)lock.takes);
    atomic_fetch_add(&ahead_ns, INT64_C(2000000000));
    pass(room);
    {
        struct threads_lock rows[32];
        size_t count = threads_locks(room, 0, rows, 32);

        for (size_t k = 0; k < count; k++)
            if (strcmp(rows[k].class, "test") == 0)
                lock = rows[k];
    }
    tap_ok(lock.contended_per_s >= 0, "and their rate: %.1f/s",
           lock.contended_per_s);
    atomic_store(&crowd->over, true);
    for (int i = 0; i < 4; i++)
        thread_join(threads[i]);
    for (int i = 0; i < 2; i++)
        lock_fini(&crowd->locks[i]);
    mem_free(crowd);
}

/* ---- descriptors ---- */

static int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static void nothing(void *arg)
{
    (void)arg;
}

static void test_leaks(void)
{
    int before = descriptors();
    struct err err;
    struct threads *room = threads_new(&notify, &err);
    struct lab *lab = lab_new();
    struct thread *threads[8];
    struct threads_totals totals;
    int early;

    for (int i = 0; i < 8; i++)
        threads[i] = start("leak", i % 2 ? read_pipe : sleep_long, lab);
    for (int i = 0; i < 10; i++)
        pass(room);
    early = descriptors();
    for (int i = 0; i < PASSES; i++) {
        struct thread *brief = start("brief", nothing, lab);

        pass(room);
        thread_join(brief);
    }
    pass(room);
    tap_int(descriptors(), early, "1,000 passes and threads leave none open");
    lab_stop(lab);
    for (int i = 0; i < 8; i++)
        thread_join(threads[i]);
    lab_free(lab);
    threads_totals(room, &totals);
    tap_ok(totals.passes >= PASSES, "passes are counted");
    threads_free(room);
    tap_int(descriptors(), before, "nor does the room");
}

/* A room that was made while no descriptor above these was to be had. */
static struct threads *room_with(rlim_t most)
{
    struct rlimit before;
    struct rlimit few;
    struct threads *room;
    struct err err;

    getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = most;
    setrlimit(RLIMIT_NOFILE, &few);
    room = threads_new(&notify, &err);
    setrlimit(RLIMIT_NOFILE, &before);
    return room;
}

/* A limit that leaves two. */
static rlim_t room_for_two(void)
{
    int first = dup(STDIN_FILENO);
    int second = dup(STDIN_FILENO);
    int most = (first > second ? first : second) + 1;

    close(first);
    close(second);
    return (rlim_t)most;
}

/* With hardly a descriptor to spare the files are opened for each read; with
 * none at all what the threads say of themselves is still shown. */
static void test_few_descriptors(rlim_t most)
{
    struct threads *room = room_with(most);
    struct lab *lab = lab_new();
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct threads_row row;
    struct thread *threads[3];

    tap_note("at most %d descriptors", (int)most);
    threads[0] = start("lab-hold", hold, lab);
    await_holder(lab);
    threads[1] = start("lab-want", want, lab);
    threads[2] = start("lab-sleep", sleep_long, lab);
    see(room, "lab-hold", THREADS_POLL, &row);
    do
        see(room, "lab-want", THREADS_LOCK, &row);
    while (row.holder == 0 && clock_ms() < end_ms);
    tap_int(row.holder, atomic_load(&lab->holder), "whoever has it");
    see(room, "lab-sleep", THREADS_SLEEP, &row);
    lab_stop(lab);
    for (int i = 0; i < 3; i++)
        thread_join(threads[i]);
    see(room, "lab-sleep", THREADS_GONE, &row);
    threads_free(room);
    lab_free(lab);
}

int main(void)
{
    struct threads *room;
    struct threads_totals totals;
    struct threads_row row;
    struct err err;

    if (!notify_init(&notify, &err))
        return 1;
    thread_adopt("main", "tests");
    room = threads_new(&notify, &err);
    threads_totals(room, &totals);
    tap_ok(totals.passes == 0 && threads_rows(room, 0, &row, 1) == 0,
           "nothing before it is asked for");
    test_states(room);
    test_order(room);
    test_cycle(room);
    test_no_cycle(room);
    threads_free(room);
    test_leaks();
    test_few_descriptors(room_for_two());
    test_few_descriptors(0);
    notify_fini(&notify);
    return tap_done();
}
