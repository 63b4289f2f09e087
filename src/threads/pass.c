#include "pass.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "threads/graph.h"

#define MS_NS INT64_C(1000000)

enum { GONE_MS = 5000 };

void pass_init(struct pass *pass)
{
    *pass = (struct pass){.self = 0};
    /* Without /proc the roster alone has to do. */
    if (!process_open(&pass->process, 0))
        process_close(&pass->process);
}

bool pass_attach(struct pass *pass, pid_t pid, struct err *err)
{
    *pass = (struct pass){.self = 0};
    if (!process_open(&pass->process, pid))
        return err_set(err, ERR_MISSING,
                       "there is no process %d; \"ps -e\" lists them",
                       (int)pid);
    pass->target = target_new(pid, err);
    if (pass->target)
        return true;
    process_close(&pass->process);
    return false;
}

static void free_tasks(struct pass *pass, struct task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        task_free(tasks[i], &pass->process);
}

void pass_fini(struct pass *pass)
{
    free_tasks(pass, pass->tasks, pass->count);
    free_tasks(pass, pass->gone, pass->gone_count);
    free_tasks(pass, pass->buried, pass->buried_count);
    mem_free(pass->tasks);
    mem_free(pass->gone);
    mem_free(pass->order);
    mem_free(pass->buried);
    mem_free(pass->tids);
    mem_free(pass->roster);
    locks_fini(&pass->locks);
    target_free(pass->target);
    process_close(&pass->process);
}

/* ---- who is there ---- */

static int compare_rows(const void *a, const void *b)
{
    const struct thread_row *left = a;
    const struct thread_row *right = b;

    return (left->tid > right->tid) - (left->tid < right->tid);
}

static void read_roster(struct pass *pass)
{
    size_t count = thread_roster(pass->roster, pass->roster_room);

    while (count > pass->roster_room) {
        pass->roster_room = 2 * count;
        pass->roster =
            mem_resize(pass->roster, pass->roster_room, sizeof(*pass->roster));
        count = thread_roster(pass->roster, pass->roster_room);
    }
    pass->roster_count = count;
    qsort(pass->roster, count, sizeof(*pass->roster), compare_rows);
}

static const struct thread_row *own_row(const struct pass *pass, int tid)
{
    const struct thread_row key = {.tid = tid};

    if (pass->roster_count == 0)
        return NULL;
    return bsearch(&key, pass->roster, pass->roster_count, sizeof(key),
                   compare_rows);
}

/* All thread ids, ascending: the kernel's, or the roster's where that cannot be
 * asked. Those that have not begun yet (0) come with the next pass. */
static size_t read_tids(struct pass *pass)
{
    size_t count = 0;

    if (pass->process.tasks)
        return process_tids(&pass->process, &pass->tids, &pass->tids_room);
    if (pass->tids_room < pass->roster_count) {
        pass->tids_room = pass->roster_room;
        pass->tids =
            mem_resize(pass->tids, pass->tids_room, sizeof(*pass->tids));
    }
    for (size_t i = 0; i < pass->roster_count; i++)
        if (pass->roster[i].tid > 0)
            pass->tids[count++] = pass->roster[i].tid;
    return count;
}

static void add_task(struct task ***tasks, size_t *count, struct task *task)
{
    *tasks = mem_resize(*tasks, *count + 1, sizeof(struct task *));
    (*tasks)[(*count)++] = task;
}

/* Of those that have ended, the ones that are no longer shown. */
static void let_go(struct pass *pass, int64_t now_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < pass->gone_count; i++) {
        struct task *task = pass->gone[i];

        task->changed = false;
        if (now_ms - task->since_ms < GONE_MS)
            pass->gone[kept++] = task;
        else
            add_task(&pass->buried, &pass->buried_count, task);
    }
    pass->gone_count = kept;
}

static void end_task(struct pass *pass, const struct task_pass *now,
                     struct task *task)
{
    /* Nobody has seen it yet. */
    if (task->looks == 0) {
        task_free(task, &pass->process);
        return;
    }
    task_end(task, now);
    add_task(&pass->gone, &pass->gone_count, task);
}

/* Looks at every thread. The tasks of the pass before and the ids of this one
 * are both in order: one walk finds who has come and who has gone. */
static void look_at_all(struct pass *pass, const struct task_pass *now)
{
    size_t tids = read_tids(pass);
    struct task **tasks = mem_new((tids + 1) * sizeof(struct task *));
    size_t count = 0;
    size_t old = 0;

    for (size_t i = 0; i < tids; i++) {
        const struct thread_row *own = own_row(pass, pass->tids[i]);
        struct task *task;

        while (old < pass->count && pass->tasks[old]->tid < pass->tids[i])
            end_task(pass, now, pass->tasks[old++]);
        if (old < pass->count && pass->tasks[old]->tid == pass->tids[i])
            task = pass->tasks[old++];
        else
            task = task_new(now, pass->tids[i], own);
        if (task && task_look(task, now, own))
            tasks[count++] = task;
        else if (task)
            end_task(pass, now, task);
    }
    while (old < pass->count)
        end_task(pass, now, pass->tasks[old++]);
    mem_free(pass->tasks);
    pass->tasks = tasks;
    pass->count = count;
}

static int compare_tasks(const void *a, const void *b)
{
    return task_compare(*(struct task *const *)a, *(struct task *const *)b);
}

static void sort(struct pass *pass)
{
    size_t count = pass->count + pass->gone_count;

    pass->order = mem_resize(pass->order, count, sizeof(struct task *));
    for (size_t i = 0; i < pass->count; i++)
        pass->order[i] = pass->tasks[i];
    for (size_t i = 0; i < pass->gone_count; i++)
        pass->order[pass->count + i] = pass->gone[i];
    pass->order_count = count;
    qsort(pass->order, count, sizeof(struct task *), compare_tasks);
}

/* ---- who waits for whom ---- */

static struct task *find(const struct pass *pass, int tid)
{
    size_t low = 0;
    size_t high = pass->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (pass->tasks[middle]->tid < tid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pass->count && pass->tasks[low]->tid == tid ? pass->tasks[low]
                                                             : NULL;
}

/* Reads of different threads are of different moments: a ring is one only if
 * none of it has moved since the pass before. That one has read all lines
 * before this one began; when the counters are the same and the lines still
 * are, there was a moment at which they all waited. */
static bool stands(const struct pass *pass, const struct task_pass *now,
                   const int *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct task *task = find(pass, members[i]);

        if (!task->stood || (pass->target && !task_stands(task, now)))
            return false;
    }
    return true;
}

/* A ring that will open by itself is no deadlock. */
static bool is_timed(const struct pass *pass, const int *members, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (find(pass, members[i])->object.timed)
            return true;
    return false;
}

static void mark(const struct pass *pass, const int *members, size_t count,
                 bool timed, unsigned number)
{
    for (size_t i = 0; i < count; i++) {
        struct task *task = find(pass, members[i]);

        if (timed)
            task->ring = number;
        else
            task->cycle = number;
    }
}

/* Those of only waits without an end, or those with one. */
static unsigned mark_cycles(struct pass *pass, const struct task_pass *now,
                            bool timed, const struct graph_edge *edges,
                            size_t count)
{
    struct graph_cycles cycles;
    unsigned marked = 0;

    graph_cycles(edges, count, &cycles);
    for (size_t i = 0; i < cycles.count; i++) {
        const int *members = cycles.members + cycles.starts[i];
        size_t len = cycles.starts[i + 1] - cycles.starts[i];

        if (is_timed(pass, members, len) == timed &&
            stands(pass, now, members, len))
            mark(pass, members, len, timed, ++marked);
    }
    graph_cycles_fini(&cycles);
    return marked;
}

static unsigned find_cycles(struct pass *pass, const struct task_pass *now,
                            bool timed)
{
    struct graph_edge *edges = mem_new(pass->count * sizeof(*edges));
    size_t count = 0;
    unsigned marked = 0;

    for (size_t i = 0; i < pass->count; i++) {
        const struct task *task = pass->tasks[i];

        if (task->holder > 0 && (timed || !task->object.timed) &&
            find(pass, task->holder))
            edges[count++] = (struct graph_edge){task->tid, task->holder};
    }
    if (count > 0)
        marked = mark_cycles(pass, now, timed, edges, count);
    mem_free(edges);
    return marked;
}

static void find_all_cycles(struct pass *pass, const struct task_pass *now,
                            struct threads_totals *totals)
{
    for (size_t i = 0; i < pass->count; i++)
        pass->tasks[i]->cycle = pass->tasks[i]->ring = 0;
    totals->cycles = find_cycles(pass, now, false);
    if (pass->target)
        totals->rings = find_cycles(pass, now, true);
}

/* ---- the picture ---- */

static void name_holder(const struct pass *pass, int tid,
                        char name[THREADS_NAME])
{
    const struct task *holder = tid > 0 ? find(pass, tid) : NULL;

    if (holder)
        memcpy(name, holder->name, THREADS_NAME);
}

/* Something to be seen changes; of the room's own thread and the asker's, who
 * run because they look, that does not count. */
static bool moves(const struct pass *pass, const struct task *task,
                  const struct threads_row *row)
{
    if (task->state == THREADS_GONE)
        return true;
    if (task->tid == pass->self || task->tid == pass->asker)
        return false;
    return task->changed || row->cpu > 0 || row->run > 0 || row->ready > 0;
}

static void paint_rows(const struct pass *pass, int64_t now_ns,
                       struct picture *picture)
{
    struct threads_totals *totals = &picture->totals;

    picture->count = totals->rows = pass->order_count;
    picture->rows = mem_resize(NULL, picture->count, sizeof(*picture->rows));
    picture->trails =
        mem_resize(NULL, picture->count, sizeof(*picture->trails));
    picture->stacks =
        mem_resize(NULL, picture->count, sizeof(*picture->stacks));
    for (size_t i = 0; i < picture->count; i++) {
        const struct task *task = pass->order[i];
        struct threads_row *row = &picture->rows[i];

        task_row(task, now_ns, row);
        name_holder(pass, row->holder, row->holder_name);
        picture->trails[i] = task->trail;
        picture->stacks[i] = mem_strdup(task->stack);
        totals->state[row->state]++;
        totals->cpu += row->cpu > 0 ? row->cpu : 0;
        totals->moving |= moves(pass, task, row);
    }
    totals->gone = totals->state[THREADS_GONE];
}

static void paint_locks(struct pass *pass, int64_t now_ns,
                        struct picture *picture)
{
    picture->locks_count = picture->totals.locks =
        locks_rows(&pass->locks, now_ns, &picture->locks);
    for (size_t i = 0; i < picture->locks_count; i++) {
        struct threads_lock *lock = &picture->locks[i];

        for (size_t k = 0; k < picture->count; k++) {
            const struct threads_row *row = &picture->rows[k];

            if (row->own && row->state == THREADS_LOCK &&
                strcmp(row->what, lock->class) == 0) {
                if (lock->waiters++ == 0 && row->holder > 0)
                    lock->holder = row->holder;
            }
        }
        name_holder(pass, lock->holder, lock->holder_name);
    }
}

/* What a ring is confirmed by is a pass some time after another. */
static void keep_apart(const struct pass *pass)
{
    int64_t rest_ns = pass->last_ns + MS_NS - clock_ns();

    if (pass->target && rest_ns > 0)
        clock_nanosleep(CLOCK_MONOTONIC, 0,
                        &(struct timespec){.tv_nsec = (long)rest_ns}, NULL);
}

static void look(struct pass *pass, const struct task_pass *now)
{
    if (!pass->target) {
        locks_look(&pass->locks);
        read_roster(pass);
    }
    look_at_all(pass, now);
    if (pass->target)
        target_look(pass->target, now, pass->tasks, pass->count);
}

void pass_run(struct pass *pass, struct picture *picture)
{
    int64_t now_ns;
    struct task_pass now = {.process = &pass->process,
                            .locks = &pass->locks,
                            .self = pass->self,
                            .target = target_pid(pass->target),
                            .stacks = pass->stacks};

    keep_apart(pass);
    now.now_ns = now_ns = clock_ns();
    *picture = (struct picture){.count = 0};
    let_go(pass, now_ns / MS_NS);
    look(pass, &now);
    sort(pass);
    find_all_cycles(pass, &now, &picture->totals);
    paint_rows(pass, now_ns, picture);
    paint_locks(pass, now_ns, picture);
    target_tell(pass->target, &picture->target);
    picture->totals.passes = ++pass->passes;
    picture->totals.pass_ms = now_ns / MS_NS;
    pass->last_ns = clock_ns();
    picture->totals.pass_ns = pass->last_ns - now_ns;
}

void pass_note(struct pass *pass)
{
    for (size_t i = 0; i < pass->order_count; i++) {
        const struct task *task = pass->order[i];
        struct threads_change change = {
            .ms = task->since_ms, .state = task->state, .holder = task->holder};

        if (!task->changed)
            continue;
        memcpy(change.what, task->what, sizeof(change.what));
        trail_add(task->trail, &change);
    }
}

void pass_bury(struct pass *pass)
{
    free_tasks(pass, pass->buried, pass->buried_count);
    pass->buried_count = 0;
}

void picture_fini(struct picture *picture)
{
    for (size_t i = 0; i < picture->count; i++)
        mem_free(picture->stacks[i]);
    mem_free(picture->stacks);
    mem_free(picture->rows);
    mem_free(picture->trails);
    mem_free(picture->locks);
    *picture = (struct picture){.count = 0};
}
