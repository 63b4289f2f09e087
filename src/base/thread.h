/* Threads of our own: named, joined, and in a roster anyone can look at.
 * Every thread starts with all signals blocked. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum thread_state {
    THREAD_FREE, /* the slot is empty */
    THREAD_RUN,
    THREAD_LOCK, /* waits for a lock */
    THREAD_COND, /* waits for work or an answer */
    THREAD_POLL, /* waits for descriptors */
    THREAD_SLEEP,
    THREAD_IO, /* in a file or database call */
    THREAD_JOIN,
    THREAD_STATES
};

struct thread; /* a started thread; owned by who started it until joined */

/* Starts body(arg) on a thread called name (at most 15 bytes, e.g. "fetch-1")
 * whose role is a short phrase for the thread list. NULL and err if the system
 * refuses. */
struct thread *thread_start(const char *name, const char *role,
                            void (*body)(void *arg), void *arg, struct err *err)
    __attribute__((warn_unused_result));

/* Waits for the end of thread and frees it; NULL does nothing. */
void thread_join(struct thread *thread);

/* Enters the calling thread, which thread_start did not make (main), in the
 * roster, for the life of the process. */
void thread_adopt(const char *name, const char *role);

/* Blocks all signals in the calling thread, except those that tell of a fault
 * of its own (SIGSEGV, SIGABRT, ...), which do no harm unblocked; main does it
 * before the first thread_start and unblocks what it takes only inside
 * ppoll(2). */
void thread_block_signals(void);

/* What the calling thread does now: a lone atomic in its roster slot. Returns
 * the state before, so that a wait can put it back. Cheap: one store. */
enum thread_state thread_mark(enum thread_state state);

/* What the calling thread works on ("ubuntu.iso", "host example.org"); cleaned
 * (fmt_clean) and cut to fit. Shown, never parsed. Takes no lock. */
void thread_job(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The state word as shown: "run", "lock", "wait", "poll", "sleep", "io", ... */
const char *thread_state_word(enum thread_state state);

struct thread_row {
    int tid; /* 0: started, but has not run yet */
    char name[16];
    char role[48];
    char job[96];
    enum thread_state state;
    const char *lock_class; /* while THREAD_LOCK, else NULL */
    uintptr_t lock_id;      /* the same as lock_stats' */
    int lock_owner;         /* when the wait began: TID or 0 */
    int64_t since_ms;       /* clock_ms() of the start */
    uint64_t cpu_ns;        /* used so far; 0 where it cannot be told */
};

/* Copies up to max rows of live threads in start order; returns how many live
 * threads there are. */
size_t thread_roster(struct thread_row *rows, size_t max);

/* The roster's own part in lock.c: marks the caller as waiting for a lock held
 * by owner, and back. */
void thread_lock_wait(const char *lock_class, uintptr_t id, int owner);
void thread_lock_done(void);

/* The caller's kernel thread id, cached. */
int thread_tid(void);

/* The caller's name in the roster; "-" if it is not there. */
const char *thread_name(void);

#endif
