#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fmt.h"
#include "lock.h"
#include "mem.h"

enum { JOB_SIZE = sizeof(((struct thread_row *)NULL)->job) };
enum { JOB_WORDS = JOB_SIZE / sizeof(uint64_t) };

/* A text one thread writes and others copy without a lock. Version v stands in
 * half v % 2, so that a reader never waits for a writer: while it copies one
 * half, the next text goes to the other. The words are atomics of their own,
 * ordered by release and acquire, so a torn copy is seen and never undefined.
 */
struct job {
    _Atomic unsigned version;
    _Atomic uint64_t words[2][JOB_WORDS];
};

struct thread {
    /* constant once it is in the roster */
    char name[16];
    char role[48];
    int64_t since_ms;
    void (*body)(void *arg);
    void *arg;

    /* guarded by the roster's lock */
    struct thread *next GUARDED_BY(roster_class);
    struct thread *prev GUARDED_BY(roster_class);

    /* written by the thread itself, shown by others */
    _Atomic int tid;
    _Atomic clockid_t cpu_clock; /* 0 (no such clock): not known */
    _Atomic enum thread_state state;
    _Atomic(const char *) lock_class;
    _Atomic uintptr_t lock_id;
    _Atomic int lock_owner;
    struct job job;

    /* the thread's own */
    enum thread_state before_lock;

    /* the starter's own */
    pthread_t id;
};

static struct {
    pthread_once_t once;
    struct lock lock;
    struct thread *first GUARDED_BY(roster_class);
    struct thread *last GUARDED_BY(roster_class);
} roster = {.once = PTHREAD_ONCE_INIT};

static _Thread_local struct thread *self;
static _Thread_local int self_tid;

static void start_roster(void)
{
    lock_init(&roster.lock, &roster_class);
}

static void take_roster(void) ACQUIRE(roster_class)
{
    pthread_once(&roster.once, start_roster);
    lock_take(&roster.lock, &roster_class);
}

static void enter(struct thread *thread)
{
    take_roster();
    thread->prev = roster.last;
    if (roster.last)
        roster.last->next = thread;
    else
        roster.first = thread;
    roster.last = thread;
    lock_drop(&roster.lock, &roster_class);
}

static void leave(struct thread *thread)
{
    take_roster();
    if (thread->prev)
        thread->prev->next = thread->next;
    else
        roster.first = thread->next;
    if (thread->next)
        thread->next->prev = thread->prev;
    else
        roster.last = thread->prev;
    lock_drop(&roster.lock, &roster_class);
}

static struct thread *make(const char *name, const char *role)
{
    struct thread *thread = mem_new(sizeof(*thread));

    snprintf(thread->name, sizeof(thread->name), "%s", name);
    snprintf(thread->role, sizeof(thread->role), "%s", role);
    thread->since_ms = clock_ms();
    atomic_init(&thread->state, THREAD_RUN);
    return thread;
}

/* Makes thread the caller's own entry. */
static void become(struct thread *thread)
{
    clockid_t clock;

    self = thread;
    if (pthread_getcpuclockid(pthread_self(), &clock) == 0)
        atomic_store(&thread->cpu_clock, clock);
    atomic_store(&thread->tid, thread_tid());
}

static void *run(void *arg)
{
    struct thread *thread = arg;

    become(thread);
    pthread_setname_np(pthread_self(), thread->name);
    thread->body(thread->arg);
    leave(thread);
    return NULL;
}

/* Everything but the signals of a fault in the thread itself: blocked, they
 * would kill without a word from a sanitizer or a core handler. */
static void fill_set(sigset_t *set)
{
    static const int faults[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                                 SIGTRAP, SIGABRT, SIGSYS};

    sigfillset(set);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        sigdelset(set, faults[i]);
}

void thread_block_signals(void)
{
    sigset_t all;

    fill_set(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

struct thread *thread_start(const char *name, const char *role,
                            void (*body)(void *arg), void *arg, struct err *err)
{
    struct thread *thread = make(name, role);
    sigset_t all;
    sigset_t before;
    int result;

    thread->body = body;
    thread->arg = arg;
    enter(thread);
    /* A new thread has the mask of its starter from its first instruction. */
    fill_set(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&thread->id, NULL, run, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result != 0) {
        leave(thread);
        mem_free(thread);
        err_errno(err, result, "cannot start the thread %s", name);
        return NULL;
    }
    return thread;
}

void thread_join(struct thread *thread)
{
    enum thread_state before;

    if (!thread)
        return;
    before = thread_mark(THREAD_JOIN);
    if (pthread_join(thread->id, NULL) != 0) {
        fprintf(stderr, "threadlab: the thread %s cannot be joined\n",
                thread->name);
        abort();
    }
    thread_mark(before);
    mem_free(thread);
}

void thread_adopt(const char *name, const char *role)
{
    struct thread *thread;

    if (self)
        return;
    thread = make(name, role);
    become(thread);
    enter(thread);
}

enum thread_state thread_mark(enum thread_state state)
{
    enum thread_state before;

    if (!self)
        return THREAD_RUN;
    before = atomic_load_explicit(&self->state, memory_order_relaxed);
    atomic_store_explicit(&self->state, state, memory_order_relaxed);
    return before;
}

static void put_job(struct job *job, const char text[JOB_SIZE])
{
    unsigned version =
        atomic_load_explicit(&job->version, memory_order_relaxed) + 1;
    uint64_t words[JOB_WORDS];

    memcpy(words, text, sizeof(words));
    for (size_t i = 0; i < JOB_WORDS; i++)
        atomic_store_explicit(&job->words[version % 2][i], words[i],
                              memory_order_release);
    atomic_store_explicit(&job->version, version, memory_order_release);
}

/* A reader that met a word of version v + 2 also sees that v + 1 is out, and
 * takes that. */
static void get_job(struct job *job, char text[JOB_SIZE])
{
    uint64_t words[JOB_WORDS];
    unsigned version;

    do {
        version = atomic_load_explicit(&job->version, memory_order_acquire);
        for (size_t i = 0; i < JOB_WORDS; i++)
            words[i] = atomic_load_explicit(&job->words[version % 2][i],
                                            memory_order_acquire);
    } while (atomic_load_explicit(&job->version, memory_order_relaxed) !=
             version);
    memcpy(text, words, sizeof(words));
}

void thread_job(const char *format, ...)
{
    char raw[4 * JOB_SIZE];
    char text[JOB_SIZE] = "";
    va_list args;

    if (!self)
        return;
    va_start(args, format);
    vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    fmt_clean(text, sizeof(text), raw, strlen(raw), SIZE_MAX);
    put_job(&self->job, text);
}

const char *thread_state_word(enum thread_state state)
{
    static const char *const words[THREAD_STATES] = {
        [THREAD_FREE] = "free", [THREAD_RUN] = "run",
        [THREAD_LOCK] = "lock", [THREAD_COND] = "cond",
        [THREAD_POLL] = "poll", [THREAD_SLEEP] = "sleep",
        [THREAD_IO] = "io",     [THREAD_JOIN] = "join",
    };

    return (unsigned)state < THREAD_STATES ? words[state] : "unknown";
}

/* In the roster and so not ended: its clock is there. */
static uint64_t cpu_ns(clockid_t clock)
{
    struct timespec used;

    if (clock == 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static void copy_row(struct thread_row *row, struct thread *thread)
{
    *row = (struct thread_row){
        .tid = atomic_load(&thread->tid),
        .state = atomic_load_explicit(&thread->state, memory_order_acquire),
        .since_ms = thread->since_ms,
        .cpu_ns = cpu_ns(atomic_load(&thread->cpu_clock)),
    };
    memcpy(row->name, thread->name, sizeof(row->name));
    memcpy(row->role, thread->role, sizeof(row->role));
    get_job(&thread->job, row->job);
    if (row->state == THREAD_LOCK) {
        row->lock_class =
            atomic_load_explicit(&thread->lock_class, memory_order_relaxed);
        row->lock_id =
            atomic_load_explicit(&thread->lock_id, memory_order_relaxed);
        row->lock_owner =
            atomic_load_explicit(&thread->lock_owner, memory_order_relaxed);
    }
}

size_t thread_roster(struct thread_row *rows, size_t max)
{
    size_t count = 0;

    take_roster();
    for (struct thread *thread = roster.first; thread;
         thread = thread->next, count++)
        if (count < max)
            copy_row(&rows[count], thread);
    lock_drop(&roster.lock, &roster_class);
    return count;
}

void thread_lock_wait(const char *lock_class, uintptr_t id, int owner)
{
    if (!self)
        return;
    atomic_store_explicit(&self->lock_class, lock_class, memory_order_relaxed);
    atomic_store_explicit(&self->lock_id, id, memory_order_relaxed);
    atomic_store_explicit(&self->lock_owner, owner, memory_order_relaxed);
    self->before_lock =
        atomic_load_explicit(&self->state, memory_order_relaxed);
    atomic_store_explicit(&self->state, THREAD_LOCK, memory_order_release);
}

void thread_lock_done(void)
{
    if (self)
        atomic_store_explicit(&self->state, self->before_lock,
                              memory_order_relaxed);
}

int thread_tid(void)
{
    if (self_tid == 0)
        self_tid = gettid();
    return self_tid;
}

const char *thread_name(void)
{
    return self ? self->name : "-";
}
