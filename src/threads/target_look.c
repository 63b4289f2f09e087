/* What the threads of another process wait on. One pass reads the words around
 * all futexes in few calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/mem.h"
#include "base/str.h"
#include "threads/gil.h"
#include "threads/memory.h"
#include "threads/stack.h"
#include "threads/target.h"

enum { STACK_TEXT = 16384, PAGE = 4096 };

/* ---- one number for another ---- */

struct numbers {
    struct number {
        int inner;
        int tid;
    } * rows;
    size_t count;
    struct task *const *tasks;
};

static int compare(const void *a, const void *b)
{
    const struct number *left = a;
    const struct number *right = b;

    return (left->inner > right->inner) - (left->inner < right->inner);
}

static void number_all(struct numbers *numbers, struct task *const *tasks,
                       size_t count)
{
    numbers->count = count;
    numbers->tasks = tasks;
    numbers->rows = mem_resize(NULL, count, sizeof(*numbers->rows));
    for (size_t i = 0; i < count; i++)
        numbers->rows[i] = (struct number){tasks[i]->inner, tasks[i]->tid};
    qsort(numbers->rows, count, sizeof(*numbers->rows), compare);
}

/* 0: there is no such thread. */
static int outer(const struct numbers *numbers, uint32_t inner)
{
    struct number key = {.inner = inner <= INT32_MAX ? (int)inner : 0};
    const struct number *found;

    if (numbers->count == 0 || key.inner == 0)
        return 0;
    found = bsearch(&key, numbers->rows, numbers->count, sizeof(key), compare);
    return found ? found->tid : 0;
}

/* ---- reading what they wait on ---- */

/* A thread in futex(2), and what is read for it. */
struct look {
    struct task *task;
    unsigned char bytes[OBJECT_BYTES];
    uint64_t back; /* a return address on its stack */
    bool has_bytes;
};

static bool in_futex(const struct task *task)
{
    return task->call.kind == SYSCALL_INSIDE && task->call.number == SYS_futex;
}

/* While a thread does not run, only who holds a lock can change. */
static bool is_old(const struct task *task)
{
    return !task->ran && task->object.kind != OBJECT_NONE &&
           task->object.kind != OBJECT_GIL &&
           task->object.kind != OBJECT_MUTEX &&
           task->object.kind != OBJECT_RWLOCK;
}

/* Which word of its stack is wanted; 0: none. */
static uint64_t back_place(const struct target *target, const struct task *task)
{
    int word;

    if (!target->same_library || task->call.code < target->library)
        return 0;
    word =
        calibrate_word(&target->calibrate, task->call.code - target->library);
    return word < 0 ? 0 : task->call.stack + (uint64_t)word * sizeof(uint64_t);
}

/* Near the end of a region less can be read: the rest is as if zero. */
static void read_less(const struct target *target, struct look *look)
{
    uint64_t word = look->task->call.args[0];
    uint64_t first = word - OBJECT_BEFORE;
    uint64_t last = word + OBJECT_BYTES - OBJECT_BEFORE;
    uint64_t page = word - word % PAGE;

    if (first < page)
        first = page;
    if (last > page + PAGE)
        last = page + PAGE;
    memset(look->bytes, 0, sizeof(look->bytes));
    look->has_bytes = memory_read(target->eye, first,
                                  look->bytes + (first + OBJECT_BEFORE - word),
                                  (size_t)(last - first));
}

static void read_looks(const struct target *target, struct look *looks,
                       size_t count)
{
    struct memory_piece *pieces = mem_new(2 * count * sizeof(*pieces));
    size_t wanted = count;

    for (size_t i = 0; i < count; i++) {
        const struct syscall_line *call = &looks[i].task->call;
        uint64_t place = back_place(target, looks[i].task);

        pieces[i] = (struct memory_piece){.at = call->args[0] - OBJECT_BEFORE,
                                          .out = looks[i].bytes,
                                          .size = OBJECT_BYTES};
        if (place != 0)
            pieces[wanted++] =
                (struct memory_piece){.at = place,
                                      .out = &looks[i].back,
                                      .size = sizeof(looks[i].back)};
    }
    memory_read_many(target->eye, pieces, wanted);
    for (size_t i = 0; i < count; i++) {
        looks[i].has_bytes = pieces[i].read;
        if (!pieces[i].read)
            read_less(target, &looks[i]);
    }
    mem_free(pieces);
}

/* ---- what that means ---- */

static enum object_path path_of(const struct target *target,
                                const struct look *look)
{
    uint64_t code = look->task->call.code;

    if (!target->same_library)
        return PATH_UNKNOWN;
    if (code < target->library)
        return PATH_DIRECT;
    return calibrate_path(&target->calibrate, code - target->library,
                          look->back - target->library);
}

static enum threads_state state_of(const struct object *object)
{
    static const enum threads_state states[OBJECT_KINDS] = {
        [OBJECT_NONE] = THREADS_UNKNOWN,    [OBJECT_FUTEX] = THREADS_FUTEX,
        [OBJECT_INTERNAL] = THREADS_LOCK,   [OBJECT_MUTEX] = THREADS_LOCK,
        [OBJECT_RWLOCK] = THREADS_RWLOCK,   [OBJECT_COND] = THREADS_COND,
        [OBJECT_SEM] = THREADS_SEM,         [OBJECT_COND_OR_SEM] = THREADS_COND,
        [OBJECT_BARRIER] = THREADS_BARRIER, [OBJECT_THREAD] = THREADS_JOIN,
        [OBJECT_GIL] = THREADS_GIL,
    };

    return states[object->kind];
}

static void describe(struct target *target, int64_t now_ns, struct task *task)
{
    const struct object *object = &task->object;
    char kind[40];
    char name[THREADS_WHAT - sizeof(kind)];

    object_text(object, kind, sizeof(kind));
    if (object->kind == OBJECT_THREAD) {
        snprintf(task->what, sizeof(task->what), "%s %d", kind,
                 task->holder > 0 ? task->holder : (int)object->holder);
        return;
    }
    target_refresh(target, now_ns);
    modules_name(&target->modules, object->address, name, sizeof(name));
    if (name[0] == '\0')
        snprintf(name, sizeof(name), "0x%llx",
                 (unsigned long long)object->address);
    snprintf(task->what, sizeof(task->what), "%s %s", kind, name);
}

static void note(struct task *task, bool stood)
{
    const struct object *object = &task->object;
    char *out = task->note;
    size_t size = sizeof(task->note);

    out[0] = '\0';
    if (object->holder != 0 && task->holder == 0 && stood)
        snprintf(out, size, "its holder, thread %u, has ended", object->holder);
    else if (object->kind == OBJECT_RWLOCK && object->holder == 0 &&
             object->count > 0)
        snprintf(out, size, "held by %u reader%s", object->count,
                 object->count == 1 ? "" : "s");
    else if (object->kind == OBJECT_COND || object->kind == OBJECT_SEM)
        snprintf(out, size, "%u wait%s", object->count,
                 object->count == 1 ? "s" : "");
    else if (object->kind == OBJECT_BARRIER)
        snprintf(out, size, "%u of %u are there", object->count, object->of);
}

static enum threads_claim claim_of(const struct task *task, bool stood)
{
    if (task->holder == 0)
        return THREADS_NOT_KNOWN;
    if (task->object.kind == OBJECT_THREAD)
        return THREADS_EXACT;
    return stood ? THREADS_CONFIRMED : THREADS_SAMPLED;
}

/* A condition of a Python program may be its interpreter's lock. */
static void look_into_cond(struct target *target, const struct numbers *numbers,
                           struct object *object)
{
    const struct task *holder;

    if (!target->python || object->kind != OBJECT_COND || !object->timed ||
        !gil_read(target->eye, object->address, numbers->tasks, numbers->count,
                  &holder))
        return;
    object->kind = OBJECT_GIL;
    object->holder = holder ? (uint32_t)holder->inner : 0;
}

/* What was seen now, after what was seen before. */
static void settle(struct target *target, const struct numbers *numbers,
                   int64_t now_ns, struct task *task,
                   const struct object *object)
{
    struct object before = task->object;
    enum threads_state state = state_of(object);
    int holder = task->holder;
    bool stood = task->same && !task->ran && before.kind == object->kind &&
                 before.address == object->address &&
                 before.holder == object->holder;

    task->object = *object;
    task->holder = outer(numbers, object->holder);
    if (before.kind != object->kind || before.address != object->address ||
        object->kind == OBJECT_THREAD || task->what[0] == '\0')
        describe(target, now_ns, task);
    note(task, stood);
    task->claim = claim_of(task, stood);
    task->changed |= holder != task->holder || state != task->state ||
                     before.address != object->address;
    task->state = state;
    task->rest = threads_state_class(state);
    task->stood = stood;
}

static void forget(struct task *task)
{
    task->object = (struct object){.kind = OBJECT_NONE};
    task->claim = THREADS_NOT_KNOWN;
    task->note[0] = '\0';
    task->stood = false;
}

/* The memory may not be read: how it calls is all that is known. */
static void settle_blind(const struct numbers *numbers, struct task *task)
{
    uint32_t joined = task->object.holder;

    if (task->object.kind != OBJECT_THREAD) {
        forget(task);
        return;
    }
    task->holder = outer(numbers, joined);
    snprintf(task->what, sizeof(task->what), "the end of thread %d",
             task->holder ? task->holder : (int)joined);
    task->claim = task->holder ? THREADS_EXACT : THREADS_NOT_KNOWN;
    task->stood = task->same && !task->ran;
}

static void judge(struct target *target, const struct numbers *numbers,
                  int64_t now_ns, const struct look *look)
{
    struct object_signs signs = {.call = &look->task->call,
                                 .path = path_of(target, look),
                                 .bytes = look->has_bytes ? look->bytes : NULL};
    struct object object;

    object_judge(&signs, &object);
    /* Anybody may call futex(2) as a join does: it is one only of a thread. */
    if (object.kind == OBJECT_THREAD && signs.path == PATH_UNKNOWN &&
        outer(numbers, object.holder) == 0) {
        object.kind = OBJECT_FUTEX;
        object.holder = 0;
    }
    if (object.kind == OBJECT_NONE) {
        forget(look->task);
        return;
    }
    look_into_cond(target, numbers, &object);
    if (target->readable) {
        settle(target, numbers, now_ns, look->task, &object);
        return;
    }
    look->task->object = object;
    settle_blind(numbers, look->task);
}

/* ---- stacks ---- */

static char *name_stack(struct target *target, const struct stack *stack)
{
    char name[THREADS_WHAT];
    struct str text;

    str_init(&text, STACK_TEXT);
    for (size_t i = 0; i < stack->count; i++) {
        /* By the call, which may be the last of its function. */
        modules_code(&target->modules, stack->codes[i], i > 0, name,
                     sizeof(name));
        str_printf(&text, "%s%s", i > 0 ? "\n" : "", name);
    }
    if (!stack->whole)
        str_puts(&text, "\n...");
    return str_take(&text);
}

/* One that was read while the thread ran is none. */
static void read_stack(struct target *target, const struct task_pass *pass,
                       struct task *task)
{
    struct stack stack;

    if (task->ran)
        MEM_CLEAR(task->stack);
    if (!pass->stacks || task->stack || !target->readable ||
        task->call.kind != SYSCALL_INSIDE)
        return;
    target_refresh(target, pass->now_ns);
    stack_read(&target->modules, &target->rules, &task->call, &stack);
    if (task_stands(task, pass))
        task->stack = name_stack(target, &stack);
}

static bool has_ended(struct task *const *tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tasks[i]->state != THREADS_ZOMBIE)
            return false;
    return true;
}

/* A thread to read through: the first has no memory any more once it has
 * ended, though others live. */
static void choose_eye(struct target *target, struct task *const *tasks,
                       size_t count)
{
    size_t i = 0;

    while (i + 1 < count && tasks[i]->state == THREADS_ZOMBIE)
        i++;
    target->eye = count > 0 ? tasks[i]->tid : target->pid;
    target->modules.pid = target->eye;
}

void target_look(struct target *target, const struct task_pass *pass,
                 struct task **tasks, size_t count)
{
    struct look *looks = mem_new(count * sizeof(*looks));
    struct numbers numbers;
    size_t waiting = 0;

    target->ended = has_ended(tasks, count);
    choose_eye(target, tasks, count);
    if (!target->ended)
        target_renew(target, pass->now_ns);
    for (size_t i = 0; i < count; i++) {
        target_meet(target, pass, tasks[i]);
        if (!in_futex(tasks[i]))
            forget(tasks[i]);
        else if (!is_old(tasks[i]))
            looks[waiting++].task = tasks[i];
    }
    number_all(&numbers, tasks, count);
    if (target->readable)
        read_looks(target, looks, waiting);
    for (size_t i = 0; i < waiting; i++)
        judge(target, &numbers, pass->now_ns, &looks[i]);
    for (size_t i = 0; i < count; i++)
        read_stack(target, pass, tasks[i]);
    mem_free(numbers.rows);
    mem_free(looks);
}
