#include "object.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include "base/mem.h"
#include "threads/syscalls.h"

enum {
    /* glibc's pthreadP.h: bits of a mutex's __kind */
    TYPE = 3,
    ROBUST = 16,
    INHERIT = 32,
    PROTECT = 64,
    SHARED = 128,
    KNOWN_BITS = TYPE | ROBUST | INHERIT | PROTECT | SHARED | 256 | 512,
    CEILING_SHIFT = 19, /* and above: the ceiling of PROTECT */

    LOCKED_AND_WAITED_FOR = 2,
    READER_SHIFT = 3,    /* of an rwlock's __readers */
    REFERENCE_SHIFT = 3, /* of a condition's __wrefs */

    /* places of members */
    MUTEX_LOCK = 0,
    MUTEX_OWNER = 8,
    MUTEX_USERS = 12,
    MUTEX_KIND = 16,
    RWLOCK_READERS = 0,
    RWLOCK_PHASE = 8,
    RWLOCK_WRITERS = 12,
    RWLOCK_WRITER = 24,
    RWLOCK_SHARED = 28,
    COND_REFERENCES = 36,
    COND_SIGNALS = 40,
    SEM_WAITERS = 4,   /* struct new_sem of nptl/internaltypes.h */
    BARRIER_ROUND = 4, /* struct pthread_barrier, the same */
    BARRIER_COUNT = 8
};

#if defined __GLIBC__ && defined __x86_64__
#define SAME(place, type, member) \
    _Static_assert((place) == offsetof(type, member), #member)
SAME(MUTEX_LOCK, struct __pthread_mutex_s, __lock);
SAME(MUTEX_OWNER, struct __pthread_mutex_s, __owner);
SAME(MUTEX_USERS, struct __pthread_mutex_s, __nusers);
SAME(MUTEX_KIND, struct __pthread_mutex_s, __kind);
SAME(RWLOCK_READERS, struct __pthread_rwlock_arch_t, __readers);
SAME(RWLOCK_PHASE, struct __pthread_rwlock_arch_t, __wrphase_futex);
SAME(RWLOCK_WRITERS, struct __pthread_rwlock_arch_t, __writers_futex);
SAME(RWLOCK_WRITER, struct __pthread_rwlock_arch_t, __cur_writer);
SAME(RWLOCK_SHARED, struct __pthread_rwlock_arch_t, __shared);
SAME(COND_REFERENCES, struct __pthread_cond_s, __wrefs);
SAME(COND_SIGNALS, struct __pthread_cond_s, __g_signals);
#endif

static uint32_t word(const struct object_signs *signs, long at)
{
    uint32_t value;

    memcpy(&value, signs->bytes + OBJECT_BEFORE + at, sizeof(value));
    return value;
}

/* ---- one after the other; false: it is not one of these ---- */

static bool known_type(uint32_t type)
{
    uint32_t bits = (UINT32_C(1) << CEILING_SHIFT) - 1;

    return ((type & bits) & ~(uint32_t)KNOWN_BITS) == 0;
}

static bool judge_mutex(const struct object_signs *signs, struct object *object)
{
    uint32_t lock = word(signs, MUTEX_LOCK);
    uint32_t owner = word(signs, MUTEX_OWNER);
    uint32_t type = word(signs, MUTEX_KIND);

    if (!known_type(type) || owner > INT_MAX)
        return false;
    object->kind = OBJECT_MUTEX;
    object->type = type;
    if (type & (ROBUST | INHERIT))
        object->holder = lock & FUTEX_TID_MASK;
    else if (lock == LOCKED_AND_WAITED_FOR)
        object->holder = owner;
    return true;
}

/* Both futexes of an rwlock lie in one pair of words, so where the word lies
 * tells which it is. */
static bool judge_rwlock(const struct object_signs *signs,
                         struct object *object)
{
    bool writers = object->address % 8 != 0;
    long at = writers ? RWLOCK_WRITERS : RWLOCK_PHASE;
    uint32_t readers = word(signs, RWLOCK_READERS - at);
    uint32_t writer = word(signs, RWLOCK_WRITER - at);
    uint32_t shared = word(signs, RWLOCK_SHARED - at);

    if (writer > INT_MAX || (shared & ~UINT32_C(0xff)) > 0xffff)
        return false;
    object->kind = OBJECT_RWLOCK;
    object->address -= (uint64_t)at;
    object->holder = writer;
    object->count = readers >> READER_SHIFT;
    object->write = writers || signs->path == PATH_RWLOCK_WRITE;
    return true;
}

static bool judge_cond(const struct object_signs *signs, struct object *object)
{
    long at = COND_SIGNALS + (object->address % 8 != 0 ? 4 : 0);
    uint32_t references = word(signs, COND_REFERENCES - at);

    object->address -= (uint64_t)at;
    object->kind = OBJECT_COND;
    object->count = references >> REFERENCE_SHIFT;
    return object->count > 0;
}

static bool judge_sem(const struct object_signs *signs, struct object *object)
{
    object->kind = OBJECT_SEM;
    object->count = word(signs, SEM_WAITERS);
    return object->count > 0 && object->count < UINT16_MAX;
}

static bool judge_barrier(const struct object_signs *signs,
                          struct object *object)
{
    uint32_t round = word(signs, 0);
    uint32_t in = word(signs, -BARRIER_ROUND);

    object->kind = OBJECT_BARRIER;
    object->address -= BARRIER_ROUND;
    object->count = in - round;
    object->of = word(signs, BARRIER_COUNT - BARRIER_ROUND);
    return object->count <= object->of;
}

/* ---- which of them it is ---- */

static uint32_t operation(const struct syscall_line *call)
{
    return (uint32_t)call->args[1];
}

static bool waits(const struct syscall_line *call)
{
    uint32_t command = operation(call) & (uint32_t)FUTEX_CMD_MASK;

    return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET ||
           command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2;
}

static bool locks_pi(const struct syscall_line *call)
{
    uint32_t command = operation(call) & (uint32_t)FUTEX_CMD_MASK;

    return command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2;
}

static bool judge_path(const struct object_signs *signs, struct object *object)
{
    switch (signs->path) {
    case PATH_MUTEX:
        return judge_mutex(signs, object);
    case PATH_RWLOCK_READ:
    case PATH_RWLOCK_WRITE:
        return judge_rwlock(signs, object);
    case PATH_COND:
        return judge_cond(signs, object);
    case PATH_SEM:
        return judge_sem(signs, object);
    case PATH_BARRIER:
        return judge_barrier(signs, object);
    case PATH_UNKNOWN:
    case PATH_OTHER:
    case PATH_DIRECT:
    case PATH_JOIN:
        break;
    }
    return false;
}

/* A mutex that is waited for in ways that only mutexes are. */
static bool judge_marked(const struct object_signs *signs,
                         struct object *object)
{
    uint32_t value = (uint32_t)signs->call->args[2];
    uint32_t want = locks_pi(signs->call) ? INHERIT : ROBUST;

    if (!locks_pi(signs->call) && !(value & FUTEX_WAITERS))
        return false;
    return judge_mutex(signs, object) && (object->type & want);
}

static bool plausible_mutex(const struct object_signs *signs,
                            struct object *object)
{
    return (uint32_t)signs->call->args[2] == LOCKED_AND_WAITED_FOR &&
           judge_mutex(signs, object) && object->holder > 0 &&
           word(signs, MUTEX_USERS) > 0;
}

/* By the bytes alone: the most telling first. */
static void guess(const struct object_signs *signs, struct object *object)
{
    const struct object blank = *object;
    uint32_t value = (uint32_t)signs->call->args[2];
    struct object sem = blank;
    bool timed_wait = (operation(signs->call) & (uint32_t)FUTEX_CMD_MASK) ==
                      FUTEX_WAIT_BITSET;

    if (plausible_mutex(signs, object))
        return;
    *object = blank;
    if (!timed_wait || value != 0)
        return;
    if (judge_cond(signs, object)) {
        if (judge_sem(signs, &sem)) {
            *object = blank;
            object->kind = OBJECT_COND_OR_SEM;
        }
        return;
    }
    *object = blank;
    if (judge_sem(signs, object))
        return;
    *object = blank;
}

static void judge_bytes(const struct object_signs *signs, struct object *object)
{
    const struct object blank = *object;

    if (judge_path(signs, object))
        return;
    *object = blank;
    if (judge_marked(signs, object))
        return;
    *object = blank;
    if (signs->path == PATH_UNKNOWN)
        guess(signs, object);
    else if (signs->path == PATH_OTHER &&
             (uint32_t)signs->call->args[2] == LOCKED_AND_WAITED_FOR)
        object->kind = OBJECT_INTERNAL;
}

static bool joins(const struct object_signs *signs)
{
    if (signs->path == PATH_UNKNOWN)
        return syscalls_joined(signs->call) != 0;
    return signs->path == PATH_JOIN && signs->call->args[2] <= INT_MAX;
}

void object_judge(const struct object_signs *signs, struct object *object)
{
    const struct syscall_line *call = signs->call;

    *object = (struct object){.kind = OBJECT_NONE};
    if (call->kind != SYSCALL_INSIDE || call->number != SYS_futex ||
        !waits(call))
        return;
    object->kind = OBJECT_FUTEX;
    object->address = call->args[0];
    object->timed = call->args[3] != 0;
    if (joins(signs)) {
        object->kind = OBJECT_THREAD;
        object->holder = (uint32_t)call->args[2];
        return;
    }
    if (signs->bytes && object->address % 4 == 0)
        judge_bytes(signs, object);
}

/* ---- in words ---- */

static void mutex_text(uint32_t type, char *out, size_t size)
{
    static const char *const types[] = {"", "recursive ", "error-checking ",
                                        "adaptive "};

    /* A robust one has the mark of a shared one, too, whether it is or not. */
    snprintf(out, size, "%s%s%s%s%smutex",
             (type & (SHARED | ROBUST)) == SHARED ? "shared " : "",
             type & ROBUST ? "robust " : "", type & INHERIT ? "PI " : "",
             type & PROTECT ? "PP " : "", types[type & TYPE]);
}

void object_text(const struct object *object, char *out, size_t size)
{
    static const char *const words[OBJECT_KINDS] = {
        [OBJECT_NONE] = "",
        [OBJECT_FUTEX] = "futex",
        [OBJECT_INTERNAL] = "lock of the C library",
        [OBJECT_COND] = "condition",
        [OBJECT_SEM] = "semaphore",
        [OBJECT_COND_OR_SEM] = "condition or semaphore",
        [OBJECT_BARRIER] = "barrier",
        [OBJECT_THREAD] = "the end of thread",
        [OBJECT_GIL] = "GIL",
    };

    if (object->kind == OBJECT_MUTEX)
        mutex_text(object->type, out, size);
    else if (object->kind == OBJECT_RWLOCK)
        snprintf(out, size, "rwlock to %s", object->write ? "write" : "read");
    else
        snprintf(out, size, "%s", words[object->kind]);
}
