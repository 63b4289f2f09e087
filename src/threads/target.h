/* Another process: what may be read of it, its C library, and what its threads
 * wait on. Nothing of it is ever stopped, signalled or written. Belongs to the
 * room's thread. */
#ifndef THREADS_TARGET_H
#define THREADS_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "threads/calibrate.h"
#include "threads/modules.h"
#include "threads/stack.h"
#include "threads/task.h"
#include "threads/threads.h"

enum { TARGET_AUXV = 1024 };

/* Where a thread's own block (struct pthread) keeps what is asked of it, as
 * the library itself tells debuggers (_thread_db_*). */
struct target_block {
    bool known;
    uint32_t tid;
    uint32_t start;
};

struct target {
    pid_t pid;
    pid_t eye; /* one of its threads, through which it is read */
    struct calibrate calibrate;
    struct threads_target told; /* all but ended */
    bool ended;

    /* of the program it runs now: an exec makes all of it anew */
    unsigned programs; /* so many have been seen */
    unsigned char auxv[TARGET_AUXV];
    size_t auxv_len;
    bool readable; /* its memory is */
    struct modules modules;
    struct stack_rules rules;
    int64_t modules_ns; /* when they were read; 0: not yet */
    uint64_t library;   /* where its C library is; 0: it has no glibc */
    bool same_library;  /* as ours, for which calibrate holds */
    struct target_block block;
    bool python; /* it has an interpreter in it */
    bool inner;  /* it numbers its threads otherwise than we do */
};

/* ERR_REFUSED for a thread of the kernel, or one that is no process. */
struct target *target_new(pid_t pid, struct err *err)
    __attribute__((warn_unused_result));
void target_free(struct target *target); /* NULL does nothing */

pid_t target_pid(const struct target *target); /* NULL: 0 */

/* Sees whether it is another program by now, and gets to know that. */
void target_renew(struct target *target, int64_t now_ns);

/* Reads its regions again if that is long ago. */
void target_refresh(struct target *target, int64_t now_ns);

/* target_meet.c: finds out who the thread is, once for each program. */
void target_meet(struct target *target, const struct task_pass *pass,
                 struct task *task);

/* target_look.c: after the tasks (ascending) have been looked at, what those
 * in futex(2) wait on, and who holds it. */
void target_look(struct target *target, const struct task_pass *pass,
                 struct task **tasks, size_t count);

/* What a face may know; NULL: our own process. */
void target_tell(const struct target *target, struct threads_target *told);

#endif
