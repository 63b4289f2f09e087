#include "state.h"

#include "base/mem.h"
#include "threads/syscalls.h"

const char *threads_state_word(enum threads_state state)
{
    static const char *const words[] = {
        [THREADS_UNKNOWN] = "?",       [THREADS_RUN] = "RUN",
        [THREADS_READY] = "READY",     [THREADS_LOCK] = "LOCK",
        [THREADS_COND] = "COND",       [THREADS_JOIN] = "JOIN",
        [THREADS_SLEEP] = "SLEEP",     [THREADS_POLL] = "POLL",
        [THREADS_IO] = "IO",           [THREADS_SYSCALL] = "SYSCALL",
        [THREADS_STOPPED] = "STOPPED", [THREADS_ZOMBIE] = "ZOMBIE",
        [THREADS_GONE] = "GONE",       [THREADS_RWLOCK] = "RWLOCK",
        [THREADS_SEM] = "SEM",         [THREADS_BARRIER] = "BARRIER",
        [THREADS_FUTEX] = "FUTEX",     [THREADS_GIL] = "GIL",
    };

    return (unsigned)state < ARRAY_LEN(words) ? words[state] : "?";
}

enum strip_class threads_state_class(enum threads_state state)
{
    static const enum strip_class classes[] = {
        [THREADS_UNKNOWN] = STRIP_UNKNOWN, [THREADS_RUN] = STRIP_RUN,
        [THREADS_READY] = STRIP_READY,     [THREADS_LOCK] = STRIP_LOCK,
        [THREADS_COND] = STRIP_WAIT,       [THREADS_JOIN] = STRIP_WAIT,
        [THREADS_SLEEP] = STRIP_WAIT,      [THREADS_POLL] = STRIP_WAIT,
        [THREADS_IO] = STRIP_IO,           [THREADS_SYSCALL] = STRIP_WAIT,
        [THREADS_STOPPED] = STRIP_WAIT,    [THREADS_ZOMBIE] = STRIP_GONE,
        [THREADS_GONE] = STRIP_GONE,       [THREADS_RWLOCK] = STRIP_LOCK,
        [THREADS_SEM] = STRIP_WAIT,        [THREADS_BARRIER] = STRIP_WAIT,
        [THREADS_FUTEX] = STRIP_WAIT,      [THREADS_GIL] = STRIP_LOCK,
    };

    return (unsigned)state < ARRAY_LEN(classes) ? classes[state]
                                                : STRIP_UNKNOWN;
}

static bool waits_on_futex(enum threads_state mark)
{
    return mark == THREADS_LOCK || mark == THREADS_COND || mark == THREADS_JOIN;
}

static enum threads_state judge_call(const struct state_signs *signs)
{
    enum threads_state state = syscalls_state(&signs->call);

    /* A lock or a join is recognised for sure; the rest of a futex is a guess
     * that the thread's own word stands above. */
    if (state == THREADS_COND && waits_on_futex(signs->mark))
        return signs->mark;
    return state;
}

static enum threads_state judge_letter(char letter)
{
    switch (letter) {
    case 'R':
        return THREADS_READY;
    case 'D':
        return THREADS_IO;
    case 'T':
    case 't':
        return THREADS_STOPPED;
    case 'Z':
    case 'X':
        return THREADS_ZOMBIE;
    default:
        return THREADS_UNKNOWN;
    }
}

enum threads_state state_judge(const struct state_signs *signs)
{
    enum threads_state state = judge_letter(signs->stat);

    if (state == THREADS_STOPPED || state == THREADS_ZOMBIE)
        return state;
    if (signs->call.kind == SYSCALL_INSIDE)
        return judge_call(signs);
    if (signs->call.kind == SYSCALL_OUTSIDE)
        return THREADS_IO;
    if (signs->call.kind == SYSCALL_RUNNING || state == THREADS_READY)
        return signs->starved ? THREADS_READY : THREADS_RUN;
    /* Only the letter, or nothing, is known: the mark may know better. */
    if (signs->mark != THREADS_UNKNOWN && signs->mark != THREADS_RUN)
        return signs->mark;
    if (signs->stat == 'S')
        return THREADS_SYSCALL;
    return state != THREADS_UNKNOWN ? state : signs->mark;
}
