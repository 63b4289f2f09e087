/* What a thread does, and how that is told from what the kernel and the thread
 * itself say. Pure. */
#ifndef THREADS_STATE_H
#define THREADS_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "threads/strip.h"
#include "threads/syscall_line.h"

enum threads_state {
    THREADS_UNKNOWN,
    THREADS_RUN,
    THREADS_READY, /* runnable, waits for a processor */
    THREADS_LOCK,
    THREADS_COND,
    THREADS_JOIN,
    THREADS_SLEEP,
    THREADS_POLL,
    THREADS_IO,
    THREADS_SYSCALL, /* another system call */
    THREADS_STOPPED,
    THREADS_ZOMBIE,
    THREADS_GONE,
    THREADS_RWLOCK, /* these of another process only */
    THREADS_SEM,
    THREADS_BARRIER,
    THREADS_GIL,   /* the lock of a Python interpreter */
    THREADS_FUTEX, /* something of its own making */
    THREADS_STATES
};

/* "RUN", "LOCK", ...: the word a screen shows, never translated. */
const char *threads_state_word(enum threads_state state);

/* The colour of a state in the strip. */
enum strip_class threads_state_class(enum threads_state state);

/* What is known of a thread at one moment. */
struct state_signs {
    struct syscall_line call;
    char stat;               /* state letter of stat_line; 0: not read */
    enum threads_state mark; /* what it says of itself; UNKNOWN: nothing */
    bool starved; /* since the pass before it waited for a processor longer than
                     it ran */
};

/* The kernel tells whether and in which call a thread waits. Of a futex(2),
 * which is all of lock, condition, join and more, the thread's own mark says
 * which; without one, glibc's ways of calling it do. */
enum threads_state state_judge(const struct state_signs *signs);

#endif
