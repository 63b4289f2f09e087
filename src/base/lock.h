/* Locks: named, counted, and leaves.
 *
 * The rules of the house. They stand here and nowhere else.
 * 1. One mutex per room, private to its .c files, never exported. Every lock
 *    belongs to a named class in lock_classes.h and keeps its owner, waits and
 *    hold time: the threads pane shows them.
 * 2. Every lock is a leaf: a thread holds at most one. Checked at run time in
 *    debug builds (configure --enable-debug). Where a room cannot do with that,
 *    its class declares a rank above 0: a lock of a higher rank may be taken
 *    while one of a lower rank above 0 is held, never the other way.
 * 3. Under a lock: copy, link, count. No blocking call, callback, logging,
 *    curses, no other room.
 * 4. Each struct has up to three marked parts: constant after _new; guarded by
 *    the lock; owned by one named thread.
 * 5. No pointer to guarded data leaves the lock: copies, or immutable counted
 *    objects.
 * 6. A wait is a loop on a predicate, never a sleep.
 * 7. A lone atomic only for a counter or state that one thread writes and
 *    others show.
 * 8. Only the UI thread calls curses; only the main thread takes signals (all
 *    are blocked before the first thread starts).
 *
 * Clang's thread-safety analysis wants a capability it can name: that is the
 * class. Members say GUARDED_BY(room_class), helpers REQUIRES(room_class). */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define LOCK_ATTR(x) __attribute__((x))
#else
#define LOCK_ATTR(x)
#endif
#define CAPABILITY(name) LOCK_ATTR(capability(name))
#define GUARDED_BY(class) LOCK_ATTR(guarded_by(class))
#define PT_GUARDED_BY(class) LOCK_ATTR(pt_guarded_by(class))
#define ACQUIRE(class) LOCK_ATTR(acquire_capability(class))
#define RELEASE(class) LOCK_ATTR(release_capability(class))
#define REQUIRES(class) LOCK_ATTR(requires_capability(class))
#define EXCLUDES(class) LOCK_ATTR(locks_excluded(class))
#define NO_ANALYSIS LOCK_ATTR(no_thread_safety_analysis)

struct CAPABILITY("lock") lock_class {
    const char *name;
    int rank; /* 0: leaf */
};

/* One object per class; lock_classes.h lists them all. */
#define LOCK_CLASS(name, rank) extern struct lock_class name##_class;
#include "lock_classes.h"
#undef LOCK_CLASS

/* An embedded lock. The counters are written by the holder only and read by
 * lock_stats. */
struct lock {
    pthread_mutex_t mutex;
    struct lock_class *class;
    struct lock *next; /* list of all live locks, for lock_stats */
    struct lock *prev;
    _Atomic int owner; /* TID of the holder, 0 if free */
    _Atomic uint64_t takes;
    _Atomic uint64_t waits;   /* takes that found it held */
    _Atomic uint64_t wait_ns; /* all waits together */
    _Atomic uint64_t wait_max_ns;
    _Atomic uint64_t hold_max_ns; /* longest hold that followed a wait or was
                                     waited for (counted from that wait's
                                     start), or any hold in a debug build */
    int64_t taken_ns;             /* owner only; 0 if the clock was not read */
};

/* A condition variable on the monotonic clock. */
struct lock_cond {
    pthread_cond_t cond;
};

void lock_init(struct lock *lock, struct lock_class *class);
void lock_fini(struct lock *lock);

/* The class is named at each call because clang's analysis needs it; a debug
 * build checks that it is the lock's own. While it waits, a thread's roster
 * entry says for which lock and who holds it (thread.h). An uncontended take
 * makes no system call and reads no clock. */
void lock_take(struct lock *lock, struct lock_class *class) ACQUIRE(class);
void lock_drop(struct lock *lock, struct lock_class *class) RELEASE(class);

void lock_cond_init(struct lock_cond *cond);
void lock_cond_fini(struct lock_cond *cond);
void lock_cond_signal(struct lock_cond *cond);
void lock_cond_broadcast(struct lock_cond *cond);

/* Waits until signalled or, if deadline_ms >= 0, until clock_ms() reaches it.
 * May wake for nothing: loop on the predicate. false: the deadline passed. */
bool lock_wait(struct lock *lock, struct lock_class *class,
               struct lock_cond *cond, int64_t deadline_ms) REQUIRES(class);

struct lock_stats {
    const char *class;
    uintptr_t id; /* tells one live lock from another, and is no more */
    int owner;
    uint64_t takes;
    uint64_t waits;
    uint64_t wait_ns;
    uint64_t wait_max_ns;
    uint64_t hold_max_ns;
};

/* Copies up to max rows, one per live lock; returns how many there are. */
size_t lock_stats(struct lock_stats *rows, size_t max);

#endif
