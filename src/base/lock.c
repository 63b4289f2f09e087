#include "lock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "thread.h"

#define LOCK_CLASS(name, rank) struct lock_class name##_class = {#name, rank};
#include "lock_classes.h"
#undef LOCK_CLASS

/* All live locks. The lock of the list is itself the first of them. */
static struct {
    pthread_once_t once;
    struct lock lock;
    struct lock *first GUARDED_BY(locks_class);
} list = {.once = PTHREAD_ONCE_INIT};

/* A lock used in a wrong way has no safe way on. */
enum { SPINS = 60 };

__attribute__((format(printf, 1, 2))) _Noreturn static void
die(const char *format, ...)
{
    va_list args;

    fputs("threadlab: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\n", stderr);
    abort();
}

static void must(int result, const char *what, const struct lock *lock)
{
    if (result != 0)
        die("cannot %s the lock %s (error %d)", what, lock->class->name,
            result);
}

/* The rules of lock.h, checked in debug builds: what the thread holds, oldest
 * first. */
#ifdef LOCK_DEBUG
enum { HELD_MAX = 8 };
static _Thread_local struct lock *held[HELD_MAX];
static _Thread_local size_t held_count;

static void check_class(const struct lock *lock, const struct lock_class *class)
{
    if (lock->class != class)
        die("the lock %s was named %s by its caller", lock->class->name,
            class->name);
}

static void check_take(const struct lock *lock, const struct lock_class *class)
{
    check_class(lock, class);
    for (size_t i = 0; i < held_count; i++) {
        const struct lock_class *other = held[i]->class;

        if (held[i] == lock)
            die("the lock %s was taken twice by one thread", class->name);
        if (other->rank == 0 || class->rank <= other->rank)
            die("the lock %s (rank %d) was taken while %s (rank %d) is held",
                class->name, class->rank, other->name, other->rank);
    }
    if (held_count == HELD_MAX)
        die("the lock %s is one too many for its thread", class->name);
}

static void check_drop(const struct lock *lock, const struct lock_class *class,
                       const char *what)
{
    int owner = atomic_load_explicit(&lock->owner, memory_order_relaxed);

    check_class(lock, class);
    if (owner != thread_tid())
        die("the lock %s was %s by a thread that does not hold it", class->name,
            what);
}

static void note_take(struct lock *lock)
{
    held[held_count++] = lock;
}

static void note_drop(const struct lock *lock)
{
    size_t i = held_count - 1;

    while (held[i] != lock)
        i--;
    for (held_count--; i < held_count; i++)
        held[i] = held[i + 1];
}
#endif

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Counters have one writer at a time, the holder: no need of a locked add. */
static void add(_Atomic uint64_t *counter, uint64_t value)
{
    atomic_store_explicit(counter, get(counter) + value, memory_order_relaxed);
}

static void raise_to(_Atomic uint64_t *counter, uint64_t value)
{
    if (get(counter) < value)
        atomic_store_explicit(counter, value, memory_order_relaxed);
}

static void link_lock(struct lock *lock) REQUIRES(locks_class)
{
    lock->prev = NULL;
    lock->next = list.first;
    if (lock->next)
        lock->next->prev = lock;
    list.first = lock;
}

/* An error-checking mutex tells a thread that takes it twice or drops what it
 * does not hold, at the price of one comparison. */
static void prepare(struct lock *lock, struct lock_class *class)
{
    pthread_mutexattr_t attr;

    *lock = (struct lock){.class = class};
    must(pthread_mutexattr_init(&attr), "make", lock);
    must(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK), "make",
         lock);
    must(pthread_mutex_init(&lock->mutex, &attr), "make", lock);
    pthread_mutexattr_destroy(&attr);
}

/* Nobody else can see the list yet. */
NO_ANALYSIS static void start_list(void)
{
    prepare(&list.lock, &locks_class);
    link_lock(&list.lock);
}

static void take_list(void) ACQUIRE(locks_class)
{
    pthread_once(&list.once, start_list);
    lock_take(&list.lock, &locks_class);
}

void lock_init(struct lock *lock, struct lock_class *class)
{
    prepare(lock, class);
    take_list();
    link_lock(lock);
    lock_drop(&list.lock, &locks_class);
}

void lock_fini(struct lock *lock)
{
    take_list();
    if (lock->next)
        lock->next->prev = lock->prev;
    if (lock->prev)
        lock->prev->next = lock->next;
    else
        list.first = lock->next;
    lock_drop(&list.lock, &locks_class);
    must(pthread_mutex_destroy(&lock->mutex), "end", lock);
}

/* The mutex has just become ours. */
static void taken(struct lock *lock, int64_t now_ns)
{
    atomic_store_explicit(&lock->owner, thread_tid(), memory_order_relaxed);
    add(&lock->takes, 1);
    lock->taken_ns = now_ns;
#ifdef LOCK_DEBUG
    if (now_ns == 0)
        lock->taken_ns = clock_ns();
    note_take(lock);
#endif
}

/* The mutex is about to be given away. */
static void dropping(struct lock *lock)
{
#ifdef LOCK_DEBUG
    note_drop(lock);
#endif
    if (lock->taken_ns != 0)
        raise_to(&lock->hold_max_ns, (uint64_t)(clock_ns() - lock->taken_ns));
    atomic_store_explicit(&lock->owner, 0, memory_order_relaxed);
}

/* The holder read no clock when it took the lock, so its hold is known only as
 * long as somebody waited for it, and only if nobody else came in between. */
NO_ANALYSIS static int64_t wait_for(struct lock *lock)
{
    int64_t start_ns = clock_ns();
    uint64_t takes = get(&lock->takes);
    int64_t now_ns;
    uint64_t wait_ns;

    thread_lock_wait(lock->class->name, (uintptr_t)lock,
                     atomic_load_explicit(&lock->owner, memory_order_relaxed));
    must(pthread_mutex_lock(&lock->mutex), "take", lock);
    thread_lock_done();
    now_ns = clock_ns();
    wait_ns = (uint64_t)(now_ns - start_ns);
    add(&lock->waits, 1);
    add(&lock->wait_ns, wait_ns);
    raise_to(&lock->wait_max_ns, wait_ns);
    if (get(&lock->takes) == takes)
        raise_to(&lock->hold_max_ns, wait_ns);
    return now_ns;
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

NO_ANALYSIS void lock_take(struct lock *lock, struct lock_class *class)
{
    int64_t now_ns = 0;
    int result;

#ifdef LOCK_DEBUG
    check_take(lock, class);
#endif
    (void)class;
    result = pthread_mutex_trylock(&lock->mutex);
    /* What is done under a lock is short (rule 3): a holder on another
     * processor is gone before a sleep would have begun. */
    for (int i = 0; result == EBUSY && i < SPINS; i++) {
        relax();
        result = pthread_mutex_trylock(&lock->mutex);
    }
    if (result == EBUSY)
        now_ns = wait_for(lock);
    else
        must(result, "take", lock);
    taken(lock, now_ns);
}

NO_ANALYSIS void lock_drop(struct lock *lock, struct lock_class *class)
{
#ifdef LOCK_DEBUG
    check_drop(lock, class, "dropped");
#endif
    (void)class;
    dropping(lock);
    must(pthread_mutex_unlock(&lock->mutex), "drop", lock);
}

void lock_cond_init(struct lock_cond *cond)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&cond->cond, &attr) != 0)
        die("cannot make a condition variable");
    pthread_condattr_destroy(&attr);
}

void lock_cond_fini(struct lock_cond *cond)
{
    if (pthread_cond_destroy(&cond->cond) != 0)
        die("cannot end a condition variable");
}

void lock_cond_signal(struct lock_cond *cond)
{
    if (pthread_cond_signal(&cond->cond) != 0)
        die("cannot signal a condition variable");
}

void lock_cond_broadcast(struct lock_cond *cond)
{
    if (pthread_cond_broadcast(&cond->cond) != 0)
        die("cannot signal a condition variable");
}

NO_ANALYSIS bool lock_wait(struct lock *lock, struct lock_class *class,
                           struct lock_cond *cond, int64_t deadline_ms)
{
    enum thread_state before;
    int result;

#ifdef LOCK_DEBUG
    check_drop(lock, class, "waited with");
#endif
    (void)class;
    dropping(lock);
    before = thread_mark(THREAD_COND);
    if (deadline_ms < 0) {
        result = pthread_cond_wait(&cond->cond, &lock->mutex);
    } else {
        struct timespec end = {.tv_sec = (time_t)(deadline_ms / 1000),
                               .tv_nsec = deadline_ms % 1000 * 1000000};

        result = pthread_cond_timedwait(&cond->cond, &lock->mutex, &end);
    }
    thread_mark(before);
    if (result != ETIMEDOUT)
        must(result, "wait with", lock);
    taken(lock, 0);
    return result == 0;
}

size_t lock_stats(struct lock_stats *rows, size_t max)
{
    size_t count = 0;

    take_list();
    for (struct lock *lock = list.first; lock; lock = lock->next, count++)
        if (count < max)
            rows[count] = (struct lock_stats){
                .class = lock->class->name,
                .id = (uintptr_t)lock,
                .owner =
                    atomic_load_explicit(&lock->owner, memory_order_relaxed),
                .takes = get(&lock->takes),
                .waits = get(&lock->waits),
                .wait_ns = get(&lock->wait_ns),
                .wait_max_ns = get(&lock->wait_max_ns),
                .hold_max_ns = get(&lock->hold_max_ns),
            };
    lock_drop(&list.lock, &locks_class);
    return count;
}
