#include "threads/syscalls.h"

#include <sys/syscall.h>

#include "tap.h"

static struct syscall_line futex(uint64_t operation, uint64_t value)
{
    return (struct syscall_line){.kind = SYSCALL_INSIDE,
                                 .number = SYS_futex,
                                 .args = {0x1000, operation, value}};
}

/* The operations and values are those that glibc 2.36 was seen to use. */
static void test_futex(void)
{
    static const struct {
        uint64_t operation;
        uint64_t value;
        enum threads_state state;
        const char *what;
    } cases[] = {
        {0x80, 2, THREADS_LOCK, "a mutex"},
        {0x0, 2, THREADS_LOCK, "a shared mutex"},
        {0x189, 2, THREADS_LOCK, "a mutex with a timeout"},
        {0x86, 0, THREADS_LOCK, "a mutex with priority inheritance"},
        {0x189, 0, THREADS_COND, "a condition or a semaphore"},
        {0x109, 4711, THREADS_JOIN, "a join"},
        {0x80, 7, THREADS_COND, "a barrier"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct syscall_line line = futex(cases[i].operation, cases[i].value);

        tap_ok(syscalls_state(&line) == cases[i].state, "%s", cases[i].what);
        tap_int(syscalls_joined(&line),
                cases[i].state == THREADS_JOIN ? (long long)cases[i].value : 0,
                "whom it joins");
    }
}

static void test_names(void)
{
    char name[SYSCALLS_NAME];

    tap_is(syscalls_name(SYS_futex, name), "futex", "a name");
    tap_is(syscalls_name(SYS_epoll_pwait, name), "epoll_pwait", "another");
    tap_is(syscalls_name(4242, name), "syscall 4242", "one without a name");
    syscalls_name(INT64_MIN, name);
    tap_ok(strlen(name) < sizeof(name), "the longest number is cut");
}

static void test_descriptors(void)
{
    struct syscall_line line = {
        .kind = SYSCALL_INSIDE, .number = SYS_sendfile, .args = {3, 4}};

    tap_int(syscalls_fd(&line), 4, "what is read from");
    line.number = SYS_read;
    tap_int(syscalls_fd(&line), 3, "the first argument");
    tap_ok(syscalls_state(&line) == THREADS_IO, "a read is I/O");
    line.args[0] = UINT64_MAX;
    tap_int(syscalls_fd(&line), -1, "not a descriptor");
    line.number = SYS_clock_nanosleep;
    tap_int(syscalls_fd(&line), -1, "a sleep has none");
    tap_ok(syscalls_state(&line) == THREADS_SLEEP, "and is a sleep");
    line.number = 4242;
    tap_ok(syscalls_state(&line) == THREADS_SYSCALL && syscalls_fd(&line) == -1,
           "an unknown call");
    line.kind = SYSCALL_RUNNING;
    tap_ok(syscalls_state(&line) == THREADS_UNKNOWN && syscalls_fd(&line) == -1,
           "no call");
}

int main(void)
{
    test_futex();
    test_names();
    test_descriptors();
    return tap_done();
}
