/* What a task waits in: /proc/PID/task/TID/syscall (proc(5)), "running",
 * "-1 SP PC" (blocked outside a system call) or "NUMBER ARG0..ARG5 SP PC".
 * Pure. */
#ifndef THREADS_SYSCALL_LINE_H
#define THREADS_SYSCALL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum syscall_kind {
    SYSCALL_UNKNOWN, /* not read, or not understood */
    SYSCALL_RUNNING, /* on a processor, or runnable */
    SYSCALL_OUTSIDE, /* blocked by a page fault, a stop, ... */
    SYSCALL_INSIDE
};

enum { SYSCALL_ARGS = 6 };

struct syscall_line {
    enum syscall_kind kind;
    int64_t number;              /* INSIDE */
    uint64_t args[SYSCALL_ARGS]; /* INSIDE */
    uint64_t stack;              /* INSIDE and OUTSIDE */
    uint64_t code;
};

/* False for any other text; *line is then SYSCALL_UNKNOWN. */
bool syscall_line_read(const char *text, size_t len, struct syscall_line *line)
    __attribute__((warn_unused_result));

#endif
