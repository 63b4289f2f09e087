#include "task.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "threads/stat_line.h"
#include "threads/syscalls.h"

#define MS_NS INT64_C(1000000)

enum {
    TEXT = 1024,     /* more than any of the files has */
    NAME_EVERY = 64, /* passes: who renames itself is seen a little later */
    TICK_MS = 10     /* a running thread's counters are never older */
};

static const char library[] = "library";

/* ---- reading ---- */

static bool read_stat(const struct task *task, const struct task_pass *pass,
                      struct stat_line *line)
{
    char text[TEXT];
    ssize_t len =
        process_read(pass->process, -1, task->tid, "stat", text, sizeof(text));

    return len > 0 && stat_line_read(text, (size_t)len, line);
}

static bool read_sched(struct task *task, const struct task_pass *pass,
                       struct schedstat *sched)
{
    static const char file[] = "schedstat";
    char text[TEXT];
    ssize_t len;

    if (task->sched_fd < 0)
        task->sched_fd = process_keep(pass->process, task->tid, file);
    len = process_read(pass->process, task->sched_fd, task->tid, file, text,
                       sizeof(text));
    return len > 0 && schedstat_read(text, (size_t)len, sched);
}

static void read_call(struct task *task, const struct task_pass *pass)
{
    static const char file[] = "syscall";
    char text[TEXT];
    ssize_t len;

    task->call = (struct syscall_line){.kind = SYSCALL_RUNNING};
    if (task->tid == pass->self)
        return;
    if (task->call_fd < 0)
        task->call_fd = process_keep(pass->process, task->tid, file);
    len = process_read(pass->process, task->call_fd, task->tid, file, text,
                       sizeof(text));
    if (len <= 0 || !syscall_line_read(text, (size_t)len, &task->call))
        task->call = (struct syscall_line){.kind = SYSCALL_UNKNOWN};
}

static uint64_t ticks_ns(uint64_t ticks)
{
    return ticks * (UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* The counters, or what stands for them where the kernel keeps none. False: the
 * thread has ended, or its number is another's by now. */
static bool read_counters(struct task *task, const struct task_pass *pass,
                          const struct thread_row *own, struct schedstat *sched)
{
    struct stat_line line;

    if (read_sched(task, pass, sched))
        return sched->run_ns >= task->sched.run_ns;
    *sched = (struct schedstat){.run_ns = own ? own->cpu_ns : 0};
    if (!pass->process->tasks)
        return own != NULL;
    if (!read_stat(task, pass, &line))
        return false;
    if (!own)
        sched->run_ns = ticks_ns(line.run_ticks);
    return true;
}

/* ---- who it is ---- */

static int64_t start_ms(uint64_t start_ticks)
{
    struct timespec boot;
    int64_t age_ms;

    clock_gettime(CLOCK_BOOTTIME, &boot);
    age_ms = (int64_t)boot.tv_sec * 1000 + boot.tv_nsec / MS_NS -
             (int64_t)(ticks_ns(start_ticks) / MS_NS);
    return clock_ms() - age_ms;
}

static void set_room(struct task *task)
{
    size_t len = task->own ? strcspn(task->name, "-") : 0;

    if (task->other)
        return;
    if (task->own)
        snprintf(task->room, sizeof(task->room), "%.*s", (int)len, task->name);
    else
        memcpy(task->room, library, sizeof(library));
}

/* Once in the roster, its own for good: it leaves the roster a moment before it
 * ends. */
static void identify(struct task *task, const struct thread_row *own)
{
    if (!own)
        return;
    memcpy(task->job, own->job, sizeof(task->job));
    if (task->own)
        return;
    task->own = true;
    task->start_ms = own->since_ms;
    memcpy(task->name, own->name, sizeof(task->name));
    memcpy(task->role, own->role, sizeof(task->role));
    set_room(task);
}

static void name_by_kernel(struct task *task, const struct stat_line *line)
{
    fmt_clean(task->name, sizeof(task->name), line->name, strlen(line->name),
              SIZE_MAX);
    set_room(task);
}

struct task *task_new(const struct task_pass *pass, int tid,
                      const struct thread_row *own)
{
    struct task *task = mem_new(sizeof(*task));
    struct stat_line line;

    *task = (struct task){.tid = tid,
                          .sched_fd = -1,
                          .call_fd = -1,
                          .start_ms = -1,
                          .rest = STRIP_WAIT,
                          .other = pass->target != 0,
                          .inner = tid};
    snprintf(task->room, sizeof(task->room), "%s",
             tid == pass->target ? "main" : "thread");
    set_room(task);
    if (read_stat(task, pass, &line)) {
        name_by_kernel(task, &line);
        task->start_ms = start_ms(line.start_ticks);
    } else if (!own) {
        mem_free(task);
        return NULL;
    }
    task->trail = mem_new(sizeof(*task->trail));
    return task;
}

static void close_files(struct task *task, struct process *process)
{
    process_drop(process, task->sched_fd);
    process_drop(process, task->call_fd);
    task->sched_fd = task->call_fd = -1;
}

void task_free(struct task *task, struct process *process)
{
    if (!task)
        return;
    close_files(task, process);
    mem_free(task->trail);
    mem_free(task->stack);
    mem_free(task);
}

/* ---- what it does ---- */

static enum threads_state mark_of(const struct thread_row *own)
{
    static const enum threads_state states[THREAD_STATES] = {
        [THREAD_FREE] = THREADS_UNKNOWN, [THREAD_RUN] = THREADS_RUN,
        [THREAD_LOCK] = THREADS_LOCK,    [THREAD_COND] = THREADS_COND,
        [THREAD_POLL] = THREADS_POLL,    [THREAD_SLEEP] = THREADS_SLEEP,
        [THREAD_IO] = THREADS_IO,        [THREAD_JOIN] = THREADS_JOIN,
    };

    return own ? states[own->state] : THREADS_UNKNOWN;
}

/* Runnable since the last pass: for longer than its counters can lag, so it has
 * no processor; or it is stopped, or dead. */
static bool starved(const struct task *task, const struct schedstat *before,
                    int64_t now_ns)
{
    if (task->looks == 0)
        return false;
    if (!task->ran)
        return now_ns - task->moved_ns >= TICK_MS * MS_NS;
    return task->sched.ready_ns - before->ready_ns >
           task->sched.run_ns - before->run_ns;
}

static enum threads_state judge(struct task *task, const struct task_pass *pass,
                                const struct thread_row *own,
                                const struct schedstat *before)
{
    struct state_signs signs = {.mark = mark_of(own)};
    struct stat_line line;

    if (task->ran || task->call.kind == SYSCALL_UNKNOWN)
        read_call(task, pass);
    signs.call = task->call;
    signs.starved = starved(task, before, pass->now_ns);
    /* Outside of any call are also those that are stopped, or dead. */
    if ((task->call.kind == SYSCALL_UNKNOWN ||
         task->call.kind == SYSCALL_OUTSIDE ||
         (task->call.kind == SYSCALL_RUNNING && !task->ran)) &&
        read_stat(task, pass, &line))
        signs.stat = line.state;
    return state_judge(&signs);
}

/* Which lock, file or thread it waits for. A lock taken since the roster was
 * read is known to the next pass. */
static void find_reason(struct task *task, const struct task_pass *pass,
                        const struct thread_row *own)
{
    int fd = syscalls_fd(&task->call);

    if (task->other && task->object.kind != OBJECT_NONE && !task->ran)
        return;
    if (task->state == THREADS_LOCK && own && own->lock_class) {
        snprintf(task->what, sizeof(task->what), "%s", own->lock_class);
        task->holder = locks_holder(pass->locks, own->lock_id, own->lock_owner);
        return;
    }
    task->holder =
        task->state == THREADS_JOIN ? syscalls_joined(&task->call) : 0;
    if (!task->ran && task->looks > 0)
        return;
    task->what[0] = '\0';
    if (fd >= 0 && task->state != THREADS_POLL)
        process_target(pass->process, fd, task->what, sizeof(task->what));
}

/* A thread that ran is in the same state since before only if it works and was
 * hardly ever blocked lately: the same stretch of work. */
static bool goes_on(const struct task *task, enum threads_state state)
{
    struct share_parts parts;

    if (task->looks == 0 || state != task->judged)
        return false;
    if (!task->ran)
        return true;
    return (state == THREADS_RUN || state == THREADS_READY) &&
           share_parts(&task->share, TASK_CPU_MS, &parts) &&
           parts.blocked <= SHARE_ALL / 10;
}

/* Into the strip. */
static void count(struct task *task, const struct schedstat *before,
                  int64_t now_ns)
{
    bool runs = task->state == THREADS_RUN || task->state == THREADS_READY;
    enum strip_class rest = task->rest;

    if (!runs)
        rest = task->rest = threads_state_class(task->state);
    else if (!task->ran)
        rest = threads_state_class(task->state);
    if (task->looks > 0)
        strip_add(&task->strip, task->look_ns, now_ns,
                  task->sched.run_ns - before->run_ns,
                  task->sched.ready_ns - before->ready_ns, rest);
}

static void take_counters(struct task *task, const struct schedstat *sched,
                          int64_t now_ns)
{
    task->ran = task->looks == 0 || sched->run_ns != task->sched.run_ns ||
                sched->times != task->sched.times;
    if (task->ran)
        task->moved_ns = now_ns;
    task->sched = *sched;
    share_add(&task->share, &(struct share_point){.ns = now_ns,
                                                  .run_ns = sched->run_ns,
                                                  .ready_ns = sched->ready_ns});
}

static void tell_state(struct task *task, const struct task_pass *pass,
                       const struct thread_row *own,
                       const struct schedstat *before)
{
    enum threads_state state = judge(task, pass, own, before);
    bool same = goes_on(task, state);
    int holder = task->holder;
    char what[THREADS_WHAT];

    if (!same)
        task->since_ms = pass->now_ns / MS_NS;
    task->same = same;
    task->judged = state;
    /* What a futex of another process is, target_look.c finds out; it is the
     * same while the thread does not run. */
    if (task->other && same && !task->ran)
        state = task->state;
    task->changed = task->looks == 0 || state != task->state;
    task->state = state;
    memcpy(what, task->what, sizeof(what));
    find_reason(task, pass, own);
    task->changed |= task->holder != holder || strcmp(task->what, what) != 0;
    task->stood = same && !task->ran && task->holder == holder;
}

bool task_look(struct task *task, const struct task_pass *pass,
               const struct thread_row *own)
{
    struct schedstat before = task->sched;
    struct schedstat sched;
    struct stat_line line;

    if (!read_counters(task, pass, own, &sched))
        return false;
    take_counters(task, &sched, pass->now_ns);
    identify(task, own);
    if (!task->own && task->looks > 0 && task->looks % NAME_EVERY == 0 &&
        read_stat(task, pass, &line))
        name_by_kernel(task, &line);
    tell_state(task, pass, own, &before);
    count(task, &before, pass->now_ns);
    task->look_ns = pass->now_ns;
    task->looks++;
    return true;
}

bool task_stands(const struct task *task, const struct task_pass *pass)
{
    struct syscall_line call;
    struct schedstat sched;
    char text[TEXT];
    ssize_t len = process_read(pass->process, task->call_fd, task->tid,
                               "syscall", text, sizeof(text));

    if (len <= 0 || !syscall_line_read(text, (size_t)len, &call) ||
        memcmp(&call, &task->call, sizeof(call)) != 0)
        return false;
    len = process_read(pass->process, task->sched_fd, task->tid, "schedstat",
                       text, sizeof(text));
    return len > 0 && schedstat_read(text, (size_t)len, &sched) &&
           memcmp(&sched, &task->sched, sizeof(sched)) == 0;
}

void task_end(struct task *task, const struct task_pass *pass)
{
    close_files(task, pass->process);
    strip_add(&task->strip, task->look_ns, pass->now_ns, 0, 0, STRIP_GONE);
    task->state = THREADS_GONE;
    task->since_ms = pass->now_ns / MS_NS;
    task->what[0] = '\0';
    task->holder = 0;
    task->cycle = task->ring = 0;
    task->object = (struct object){.kind = OBJECT_NONE};
    task->claim = THREADS_NOT_KNOWN;
    task->note[0] = '\0';
    MEM_CLEAR(task->stack);
    task->changed = true;
    task->ran = task->stood = false;
    task->call = (struct syscall_line){.kind = SYSCALL_UNKNOWN};
}
