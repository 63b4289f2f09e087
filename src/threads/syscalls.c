#include "syscalls.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "base/mem.h"

struct call {
    const char *name;
    int number;
    enum threads_state state;
    int fd_arg; /* which argument is the descriptor; -1: none */
};

#define CALL(name, state, fd_arg)                  \
    {                                              \
#name, SYS_##name, THREADS_##state, fd_arg \
    }

/* The older calls that newer processors' tables leave out stand at the end. */
static const struct call calls[] = {
    CALL(futex, COND, -1),
    CALL(epoll_pwait, POLL, 0),
    CALL(ppoll, POLL, -1),
    CALL(pselect6, POLL, -1),
    CALL(nanosleep, SLEEP, -1),
    CALL(clock_nanosleep, SLEEP, -1),
    CALL(read, IO, 0),
    CALL(write, IO, 0),
    CALL(readv, IO, 0),
    CALL(writev, IO, 0),
    CALL(pread64, IO, 0),
    CALL(pwrite64, IO, 0),
    CALL(preadv, IO, 0),
    CALL(pwritev, IO, 0),
    CALL(preadv2, IO, 0),
    CALL(pwritev2, IO, 0),
    CALL(sendfile, IO, 1),
    CALL(splice, IO, 0),
    CALL(copy_file_range, IO, 0),
    CALL(recvfrom, IO, 0),
    CALL(recvmsg, IO, 0),
    CALL(recvmmsg, IO, 0),
    CALL(sendto, IO, 0),
    CALL(sendmsg, IO, 0),
    CALL(sendmmsg, IO, 0),
    CALL(accept, IO, 0),
    CALL(accept4, IO, 0),
    CALL(connect, IO, 0),
    CALL(openat, IO, -1),
    CALL(openat2, IO, -1),
    CALL(close, IO, 0),
    CALL(fsync, IO, 0),
    CALL(fdatasync, IO, 0),
    CALL(sync_file_range, IO, 0),
    CALL(syncfs, IO, 0),
    CALL(sync, IO, -1),
    CALL(msync, IO, -1),
    CALL(fallocate, IO, 0),
    CALL(ftruncate, IO, 0),
    CALL(getdents64, IO, 0),
    CALL(fstat, IO, 0),
    CALL(statx, IO, -1),
    CALL(renameat2, IO, -1),
    CALL(unlinkat, IO, -1),
    CALL(mkdirat, IO, -1),
    CALL(flock, SYSCALL, 0),
    CALL(fcntl, SYSCALL, 0),
    CALL(ioctl, SYSCALL, 0),
    CALL(io_uring_enter, SYSCALL, 0),
    CALL(io_getevents, SYSCALL, -1),
    CALL(wait4, SYSCALL, -1),
    CALL(waitid, SYSCALL, -1),
    CALL(rt_sigtimedwait, SYSCALL, -1),
    CALL(rt_sigsuspend, SYSCALL, -1),
    CALL(semtimedop, SYSCALL, -1),
    CALL(semop, SYSCALL, -1),
    CALL(msgrcv, SYSCALL, -1),
    CALL(msgsnd, SYSCALL, -1),
    CALL(mq_timedreceive, SYSCALL, 0),
    CALL(mq_timedsend, SYSCALL, 0),
    CALL(restart_syscall, SYSCALL, -1),
    CALL(ptrace, SYSCALL, -1),
    CALL(clone, SYSCALL, -1),
    CALL(mmap, SYSCALL, -1),
    CALL(munmap, SYSCALL, -1),
    CALL(madvise, SYSCALL, -1),
    CALL(exit, SYSCALL, -1),
    CALL(exit_group, SYSCALL, -1),
#ifdef SYS_epoll_pwait2
    CALL(epoll_pwait2, POLL, 0),
#endif
#ifdef SYS_futex_waitv
    CALL(futex_waitv, SYSCALL, -1),
#endif
#ifdef SYS_epoll_wait
    CALL(epoll_wait, POLL, 0),
#endif
#ifdef SYS_poll
    CALL(poll, POLL, -1),
#endif
#ifdef SYS_select
    CALL(select, POLL, -1),
#endif
#ifdef SYS_open
    CALL(open, IO, -1),
#endif
#ifdef SYS_stat
    CALL(stat, IO, -1),
#endif
#ifdef SYS_unlink
    CALL(unlink, IO, -1),
#endif
#ifdef SYS_rename
    CALL(rename, IO, -1),
#endif
#ifdef SYS_pause
    CALL(pause, SYSCALL, -1),
#endif
};

static const struct call *find(int64_t number)
{
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        if (calls[i].number == number)
            return &calls[i];
    return NULL;
}

const char *syscalls_name(int64_t number, char out[SYSCALLS_NAME])
{
    const struct call *call = find(number);

    if (call)
        snprintf(out, SYSCALLS_NAME, "%s", call->name);
    else
        snprintf(out, SYSCALLS_NAME, "syscall %lld", (long long)number);
    return out;
}

/* glibc 2.36 (nptl): a mutex, and any low-level lock, waits while the word is
 * 2; one with priority inheritance by an operation of its own; a join waits,
 * shared, while the word is the joined thread's id, which the kernel clears. */
enum { LOCKED_AND_WAITED_FOR = 2 };

static uint32_t futex_command(const struct syscall_line *line)
{
    return (uint32_t)line->args[1] & (uint32_t)FUTEX_CMD_MASK;
}

int syscalls_joined(const struct syscall_line *line)
{
    if (line->kind != SYSCALL_INSIDE || line->number != SYS_futex ||
        (uint32_t)line->args[1] != (FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME) ||
        line->args[2] == 0 || line->args[2] > INT_MAX)
        return 0;
    return (int)line->args[2];
}

static enum threads_state futex_state(const struct syscall_line *line)
{
    uint32_t command = futex_command(line);

    if (syscalls_joined(line) != 0)
        return THREADS_JOIN;
    if (command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2)
        return THREADS_LOCK;
    if ((command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) &&
        (uint32_t)line->args[2] == LOCKED_AND_WAITED_FOR)
        return THREADS_LOCK;
    return THREADS_COND;
}

enum threads_state syscalls_state(const struct syscall_line *line)
{
    const struct call *call = find(line->number);

    if (line->kind != SYSCALL_INSIDE)
        return THREADS_UNKNOWN;
    if (line->number == SYS_futex)
        return futex_state(line);
    return call ? call->state : THREADS_SYSCALL;
}

int syscalls_fd(const struct syscall_line *line)
{
    const struct call *call = find(line->number);
    uint64_t fd;

    if (line->kind != SYSCALL_INSIDE || !call || call->fd_arg < 0)
        return -1;
    fd = line->args[call->fd_arg];
    return fd <= INT_MAX ? (int)fd : -1;
}
