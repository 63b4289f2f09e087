#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "base/clock.h"
#include "base/mem.h"

/* Running out of memory inside jansson is like everywhere else. */
static json_t *sure(json_t *value)
{
    if (!value)
        abort();
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(object, key, sure(value)) < 0)
        abort();
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
    set(object, key,
        json_integer(count < INT64_MAX ? (json_int_t)count : INT64_MAX));
}

/* Clean text may still hold what is not UTF-8 in a locale that is not. */
static void set_text(json_t *object, const char *key, const char *text)
{
    json_t *string = json_string(text);

    if (*text)
        set(object, key, string ? string : json_string("?"));
    else
        json_decref(string);
}

/* As text: 64 bits are more than many readers of JSON can hold. */
static void set_address(json_t *object, const char *key, uint64_t address)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
    set(object, key, json_string(text));
}

static const char *object_word(enum object_kind kind)
{
    static const char *const words[OBJECT_KINDS] = {
        [OBJECT_NONE] = "",
        [OBJECT_FUTEX] = "futex",
        [OBJECT_INTERNAL] = "internal",
        [OBJECT_MUTEX] = "mutex",
        [OBJECT_RWLOCK] = "rwlock",
        [OBJECT_COND] = "condition",
        [OBJECT_SEM] = "semaphore",
        [OBJECT_COND_OR_SEM] = "condition or semaphore",
        [OBJECT_BARRIER] = "barrier",
        [OBJECT_THREAD] = "thread",
        [OBJECT_GIL] = "gil",
    };

    return words[kind];
}

static void set_wait(json_t *object, const struct threads_row *row)
{
    set_text(object, "call", row->call);
    set_text(object, "what", row->what);
    set_text(object, "note", row->note);
    set_text(object, "kind", object_word(row->object));
    if (row->address)
        set_address(object, "address", row->address);
    if (row->timed)
        set(object, "timed", json_true());
    if (row->holder) {
        set(object, "holder", json_integer(row->holder));
        set_text(object, "holder_name", row->holder_name);
        set_text(object, "known", attach_claim(row->claim));
    }
}

static json_t *frames(const char *stack)
{
    json_t *array = sure(json_array());

    while (*stack) {
        size_t len = strcspn(stack, "\n");
        json_t *frame = json_stringn(stack, len);

        if (json_array_append_new(array,
                                  sure(frame ? frame : json_string("?"))) < 0)
            abort();
        stack += len;
        stack += *stack == '\n';
    }
    return array;
}

static json_t *thread(const struct attach_view *view,
                      const struct threads_row *row)
{
    json_t *object = sure(json_object());
    const char *stack = attach_stack(view, row);

    set(object, "tid", json_integer(row->tid));
    if (row->inner > 0 && row->inner != row->tid)
        set(object, "inner", json_integer(row->inner));
    set_text(object, "name", row->name);
    set_text(object, "start", row->start);
    set_text(object, "state", threads_state_word(row->state));
    set(object, "state_ms", json_integer(row->pass_ms - row->since_ms));
    if (row->cpu >= 0)
        set(object, "cpu", json_real(row->cpu / 1000.0));
    set_count(object, "run_ns", row->run_ns);
    set_count(object, "ready_ns", row->ready_ns);
    set_wait(object, row);
    if (stack)
        set(object, "stack", frames(stack));
    if (row->cycle)
        set(object, "deadlock", json_integer(row->cycle));
    if (row->ring)
        set(object, "ring", json_integer(row->ring));
    return object;
}

static void add_member(void *arg, const struct threads_row *row, int place)
{
    (void)place;
    if (json_array_append_new(arg, sure(json_integer(row->tid))) < 0)
        abort();
}

/* [[tid, tid], ...], each in waiting order. */
static json_t *rings(const struct attach_view *view, bool ring, unsigned count)
{
    json_t *all = sure(json_array());

    for (unsigned n = 1; n <= count; n++) {
        json_t *members = sure(json_array());

        attach_members(view, ring, n, add_member, members);
        if (json_array_append_new(all, members) < 0)
            abort();
    }
    return all;
}

void attach_json(struct out *out, const struct attach_view *view)
{
    json_t *report = sure(json_object());
    json_t *threads = sure(json_array());
    char *text;

    set_text(report, "event", "threads");
    set(report, "schema", json_integer(ATTACH_SCHEMA));
    set(report, "ms", json_integer(clock_wall_ms()));
    set(report, "pid", json_integer(view->target.pid));
    set_text(report, "name", view->target.name);
    set_text(report, "command", view->target.command);
    set_text(report, "limit", view->target.limit);
    if (view->target.ended)
        set(report, "ended", json_true());
    set(report, "pass_ns", json_integer(view->totals.pass_ns));
    set(report, "deadlocks", rings(view, false, view->totals.cycles));
    set(report, "rings", rings(view, true, view->totals.rings));
    for (size_t i = 0; i < view->count; i++)
        if (json_array_append_new(threads, thread(view, &view->rows[i])) < 0)
            abort();
    set(report, "threads", threads);
    text = json_dumps(report, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (!text)
        abort();
    out_data(out, OUT_RESULT, text);
    free(text);
    json_decref(report);
}
