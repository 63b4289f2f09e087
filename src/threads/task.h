/* One thread as the passes see it. Belongs to the room's thread, but for its
 * history. */
#ifndef THREADS_TASK_H
#define THREADS_TASK_H

#include "base/thread.h"
#include "threads/locks.h"
#include "threads/process.h"
#include "threads/schedstat.h"
#include "threads/share.h"
#include "threads/syscall_line.h"
#include "threads/threads.h"
#include "threads/trail.h"

enum { TASK_CPU_MS = 200 }; /* the shortest time that is measured over */

struct task {
    int tid;
    int sched_fd; /* kept open; -1: opened for each read */
    int call_fd;

    /* who it is */
    bool own;
    char room[THREADS_NAME];
    char name[THREADS_NAME];
    char role[THREADS_ROLE];
    char job[THREADS_JOB];
    int64_t start_ms;

    /* what was read at the last pass */
    uint64_t looks;
    int64_t look_ns;
    struct schedstat sched;
    bool ran; /* the counters moved: else nothing about it has changed */
    struct syscall_line call;

    /* what that means */
    enum threads_state state;
    int64_t since_ms;
    int64_t moved_ns; /* when the counters were last seen to have moved */
    char what[THREADS_WHAT];
    int holder;
    unsigned cycle;
    bool stood;   /* waits for the same holder as at the pass before, and has
                     not run since */
    bool changed; /* at the last pass: for the history */
    enum strip_class rest; /* how it waits when it waits */
    struct share share;
    struct strip strip;

    struct trail *trail; /* guarded by the room's lock */

    /* of another process; written by target_look.c */
    bool other;
    bool same; /* no other state by the kernel's word since the pass before */
    enum threads_state judged; /* that state */
    int inner;
    unsigned ring;
    unsigned met; /* the program whose inner and start these are; 0: not yet */
    unsigned meetings; /* so often they were tried */
    uint64_t block;    /* its struct pthread; 0: not known */
    struct object object;
    enum threads_claim claim;
    char start[THREADS_START];
    char note[THREADS_NOTE];
    char *stack; /* as threads_stack tells it; NULL: not known */
};

/* What a pass gives each task. */
struct task_pass {
    struct process *process;
    const struct locks *locks;
    int64_t now_ns;
    int self;     /* the room's own thread */
    pid_t target; /* 0: our own process */
    bool stacks;  /* are to be read */
};

/* NULL: the thread has ended. own: its roster row, or NULL. */
struct task *task_new(const struct task_pass *pass, int tid,
                      const struct thread_row *own);

/* Nobody else knows the task any more. */
void task_free(struct task *task, struct process *process);

/* Looks at it. False: it has ended; the task stays as it was. */
bool task_look(struct task *task, const struct task_pass *pass,
               const struct thread_row *own)
    __attribute__((warn_unused_result));

/* Reads again what the last look read: true if the thread waits as it did then
 * and has not run since. */
bool task_stands(const struct task *task, const struct task_pass *pass)
    __attribute__((warn_unused_result));

/* It has ended: the descriptors go, the state is GONE. */
void task_end(struct task *task, const struct task_pass *pass);

/* task_row.c. Everything but holder_name. */
void task_row(const struct task *task, int64_t now_ns, struct threads_row *row);

/* By room, name and tid, as threads_rows says. */
int task_compare(const struct task *left, const struct task *right);

#endif
