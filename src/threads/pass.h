/* One look at all threads after the other. Belongs to the room's thread, but
 * for the tasks' trails. */
#ifndef THREADS_PASS_H
#define THREADS_PASS_H

#include "base/thread.h"
#include "threads/locks.h"
#include "threads/process.h"
#include "threads/target.h"
#include "threads/task.h"
#include "threads/threads.h"

struct pass {
    struct process process;
    struct target *target; /* NULL: our own process */
    int64_t last_ns;       /* when the last pass ended */
    bool stacks;           /* are wanted, set by its thread */
    struct locks locks;
    int self;  /* set by its thread: whose running does not count as moving, */
    int asker; /* nor this one's */
    uint64_t passes;

    struct task **tasks; /* alive, by tid */
    size_t count;
    struct task **gone;
    size_t gone_count;
    struct task **order; /* all of them, as shown */
    size_t order_count;
    struct task **buried; /* no longer shown, to be freed */
    size_t buried_count;

    int *tids;
    size_t tids_room;
    struct thread_row *roster; /* by tid */
    size_t roster_count;
    size_t roster_room;
};

/* What a pass has found: never changed, freed as a whole. */
struct picture {
    struct threads_row *rows;
    struct trail **trails; /* of each row; guarded by the room's lock */
    char **stacks;         /* of each row; NULL: not known */
    size_t count;
    struct threads_lock *locks;
    size_t locks_count;
    struct threads_totals totals;
    struct threads_target target;
};

void pass_init(struct pass *pass);

/* Passes over another process; fails as threads_attach does. */
bool pass_attach(struct pass *pass, pid_t pid, struct err *err)
    __attribute__((warn_unused_result));
void pass_fini(struct pass *pass);

/* One pass. The picture is the caller's. */
void pass_run(struct pass *pass, struct picture *picture);

/* Enters what has changed in the trails; the room's lock is held. */
void pass_note(struct pass *pass);

/* Frees the tasks that the newest picture no longer has: call it once that is
 * the only one. */
void pass_bury(struct pass *pass);

void picture_fini(struct picture *picture);

#endif
