/* The lock of CPython's interpreter, which its threads wait for in a condition.
 * Its state lies before that condition: how long a thread waits before it asks
 * for it, the state of the thread that had it last, whether it is taken
 * (struct _gil_runtime_state of CPython 3.7 to 3.13). */
#ifndef THREADS_GIL_H
#define THREADS_GIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "threads/task.h"

/* Whether a condition of the process is one of these; *holder is the thread
 * that holds it, or NULL if nobody does. What does not fit in every part is
 * not one: the last thread's state must name a thread that is alive by its
 * block. */
bool gil_read(pid_t pid, uint64_t cond, struct task *const *tasks, size_t count,
              const struct task **holder) __attribute__((warn_unused_result));

#endif
