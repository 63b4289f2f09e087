/* The system calls a thread waits in: their names, what kind of wait they are
 * and which descriptor they are about. Numbers are those of this processor.
 * Pure. */
#ifndef THREADS_SYSCALLS_H
#define THREADS_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

#include "threads/state.h"
#include "threads/syscall_line.h"

enum { SYSCALLS_NAME = 24 };

/* "pread64"; "syscall 999" for one that is not in the table. */
const char *syscalls_name(int64_t number, char out[SYSCALLS_NAME]);

/* The state of a thread inside the call. A futex(2) as glibc makes it: LOCK and
 * JOIN are sure, COND may also be a semaphore or a latch. */
enum threads_state syscalls_state(const struct syscall_line *line);

/* The descriptor the call is about; -1 if there is none. */
int syscalls_fd(const struct syscall_line *line);

/* The thread that a pthread_join waits for; 0 if it is not one. */
int syscalls_joined(const struct syscall_line *line);

#endif
