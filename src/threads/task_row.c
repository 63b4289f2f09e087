/* A task as it is shown. */
#include <string.h>

#include "threads/syscalls.h"
#include "threads/task.h"

#define MS_NS INT64_C(1000000)

enum { SHARE_MS = (SHARE_POINTS - 1) * SHARE_STEP_MS };

static void row_shares(const struct task *task, struct threads_row *row)
{
    struct share_parts parts;

    row->cpu = row->run = row->ready = row->blocked = -1;
    if (task->state == THREADS_GONE)
        return;
    if (share_parts(&task->share, TASK_CPU_MS, &parts))
        row->cpu = parts.run;
    if (share_parts(&task->share, SHARE_MS, &parts)) {
        row->run = parts.run;
        row->ready = parts.ready;
        row->blocked = parts.blocked;
    }
}

void task_row(const struct task *task, int64_t now_ns, struct threads_row *row)
{
    *row = (struct threads_row){.tid = task->tid,
                                .own = task->own,
                                .start_ms = task->start_ms,
                                .pass_ms = task->look_ns / MS_NS,
                                .state = task->state,
                                .since_ms = task->since_ms,
                                .holder = task->holder,
                                .cycle = task->cycle,
                                .run_ns = task->sched.run_ns,
                                .ready_ns = task->sched.ready_ns,
                                .inner = task->inner,
                                .object = task->object.kind,
                                .address = task->object.address,
                                .timed = task->object.timed,
                                .claim = task->claim,
                                .ring = task->ring};
    memcpy(row->room, task->room, sizeof(row->room));
    memcpy(row->name, task->name, sizeof(row->name));
    memcpy(row->role, task->role, sizeof(row->role));
    memcpy(row->job, task->job, sizeof(row->job));
    memcpy(row->what, task->what, sizeof(row->what));
    memcpy(row->start, task->start, sizeof(row->start));
    memcpy(row->note, task->note, sizeof(row->note));
    if (task->call.kind == SYSCALL_INSIDE)
        syscalls_name(task->call.number, row->call);
    row_shares(task, row);
    strip_copy(&task->strip, now_ns, row->strip);
}

/* 0 for "main", 2 for "library". */
static int rank(const struct task *task)
{
    if (strcmp(task->room, "main") == 0)
        return 0;
    return task->own ? 1 : 2;
}

/* strverscmp(3) would sort "01" before "1"; here only a number's size counts.
 */
static int compare_names(const char *left, const char *right)
{
    while (*left && *right) {
        size_t a = strspn(left, "0123456789");
        size_t b = strspn(right, "0123456789");

        if (a > 0 && b > 0) {
            int order = a != b ? (a > b) - (a < b) : memcmp(left, right, a);

            if (order != 0)
                return order;
            left += a;
            right += b;
            continue;
        }
        if (*left != *right)
            return (unsigned char)*left - (unsigned char)*right;
        left++;
        right++;
    }
    return (unsigned char)*left - (unsigned char)*right;
}

int task_compare(const struct task *left, const struct task *right)
{
    int order = rank(left) - rank(right);

    if (order == 0)
        order = strcmp(left->room, right->room);
    if (order == 0)
        order = compare_names(left->name, right->name);
    return order ? order : (left->tid > right->tid) - (left->tid < right->tid);
}
