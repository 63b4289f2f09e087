/* What outlives the workbench: the queue, its history, the layout and the lines
 * of the palette, in the session room. The download room knows its downloads by
 * ids, the session by keys. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench_state.h"
#include "history.h"
#include "queue_view.h"

enum { ACTIVE_MAX = 1024 };

static enum session_state to_session(enum fetch_state state)
{
    switch (state) {
    case FETCH_PAUSED:
        return SESSION_PAUSED;
    case FETCH_DONE:
        return SESSION_DONE;
    case FETCH_FAILED:
        return SESSION_FAILED;
    case FETCH_CANCELED:
        return SESSION_CANCELED;
    case FETCH_SKIPPED:
        return SESSION_SKIPPED;
    case FETCH_QUEUED:
    case FETCH_RUN:
    case FETCH_WAIT:
    case FETCH_CHECK:
    case FETCH_STATES:
        break;
    }
    return SESSION_QUEUED;
}

static enum fetch_state from_session(enum session_state state)
{
    static const enum fetch_state states[SESSION_STATES] = {
        [SESSION_QUEUED] = FETCH_QUEUED,     [SESSION_PAUSED] = FETCH_PAUSED,
        [SESSION_DONE] = FETCH_DONE,         [SESSION_FAILED] = FETCH_FAILED,
        [SESSION_CANCELED] = FETCH_CANCELED, [SESSION_SKIPPED] = FETCH_SKIPPED,
    };

    return states[state];
}

bool bench_remembers(const struct bench *bench)
{
    return bench->engine->session && bench->engine->fetch &&
           !session_is_view(bench->engine->session);
}

static struct bench_known *known_of(struct bench *bench, uint64_t id)
{
    if (id >= bench->known_count) {
        size_t count = bench->known_count ? 2 * bench->known_count : 256;

        count = id >= count ? (size_t)id + 1 : count;
        bench->known = mem_resize(bench->known, count, sizeof(*bench->known));
        memset(bench->known + bench->known_count, 0,
               (count - bench->known_count) * sizeof(*bench->known));
        bench->known_count = count;
    }
    return &bench->known[id];
}

static void put(struct bench *bench, uint64_t id,
                const struct fetch_record *record)
{
    struct bench_known *known = known_of(bench, id);
    enum session_state state = to_session(record->state);

    if (known->added_ms == 0)
        known->added_ms = clock_wall_ms();
    known->key = session_put(
        bench->engine->session,
        &(struct session_record){
            .key = known->key,
            .urls = (const char *const *)record->urls,
            .url_count = record->count,
            .dir = record->dir,
            .out = record->out,
            .digest = record->digest,
            .priority = record->priority,
            .state = state,
            .name = record->name,
            .path = record->path,
            .bytes = record->bytes,
            .total = record->total,
            .code = record->err.code,
            .error = record->err.code ? record->err.text : NULL,
            .added_ms = known->added_ms,
            .finished_ms = state >= SESSION_DONE ? clock_wall_ms() : 0,
            .tries = record->tries,
        });
}

/* The demo's server and its folder end with the workbench. */
static bool is_passing(const struct bench *bench,
                       const struct fetch_record *record)
{
    const struct exercise *demo = bench->engine->demo;
    const char *url = demo ? origin_url(demo->origin) : NULL;

    return url && record->count > 0 &&
           strncmp(record->urls[0], url, strlen(url)) == 0;
}

uint64_t bench_passing(const struct bench *bench, uint64_t most)
{
    const struct exercise *demo = bench->engine->demo;
    const struct fetch_query query = {
        .states = 1U << FETCH_QUEUED | 1U << FETCH_RUN | 1U << FETCH_WAIT |
                  1U << FETCH_CHECK,
        .text = demo ? origin_url(demo->origin) : NULL,
    };
    struct fetch_view *view;
    struct fetch_row row;
    size_t count = 0;

    if (!demo)
        return 0;
    view = fetch_view_new();
    fetch_view_ask(view, &query);
    fetch_view_rows(bench->engine->fetch, view, 0, &row, 1, &count);
    fetch_view_free(view);
    return count < most ? count : most;
}

void bench_remember(struct bench *bench, uint64_t id)
{
    struct fetch_record record;

    if (!bench_remembers(bench) || id == 0 ||
        !fetch_record(bench->engine->fetch, id, &record))
        return;
    if (!is_passing(bench, &record))
        put(bench, id, &record);
    fetch_record_fini(&record);
}

void bench_forget(struct bench *bench, uint64_t id)
{
    if (!bench_remembers(bench) || id >= bench->known_count)
        return;
    session_remove(bench->engine->session, bench->known[id].key);
    bench->known[id] = (struct bench_known){.key = 0};
}

void bench_remember_place(struct bench *bench, uint64_t id, uint64_t other)
{
    if (bench_remembers(bench))
        session_move(bench->engine->session, known_of(bench, id)->key,
                     other ? known_of(bench, other)->key : 0);
}

void bench_remember_line(struct bench *bench, const char *line)
{
    if (bench_remembers(bench))
        session_remember(bench->engine->session, line);
}

/* What an event tells is remembered. */
void bench_memory_event(struct bench *bench, const struct fetch_event *event)
{
    switch (event->kind) {
    case FETCH_EVENT_ADDED:
    case FETCH_EVENT_DONE:
    case FETCH_EVENT_FAILED:
    case FETCH_EVENT_SKIPPED:
    case FETCH_EVENT_CANCELED:
        bench_remember(bench, event->id);
        break;
    case FETCH_EVENT_STARTED:
    case FETCH_EVENT_RETRY:
    case FETCH_EVENT_FOUND:
    case FETCH_EVENT_BAD:
    case FETCH_EVENT_NOTE:
    case FETCH_EVENT_PAGE:
        break;
    }
}

/* The start. */

static void restore(struct bench *bench, const struct session_record *old)
{
    const struct fetch_record record = {
        .urls = (char **)(uintptr_t)old->urls,
        .count = old->url_count,
        .out = (char *)(uintptr_t)old->out,
        .dir = (char *)(uintptr_t)old->dir,
        .digest = (char *)(uintptr_t)old->digest,
        .priority = old->priority,
        .state = from_session(old->state),
        .name = (char *)(uintptr_t)old->name,
        .path = (char *)(uintptr_t)old->path,
        .bytes = old->bytes,
        .total = old->total,
    };
    struct fetch_record copy = record;
    uint64_t id;
    struct err err;

    if (old->code)
        err_set(&copy.err, old->code, "%s", old->error ? old->error : "");
    if (!fetch_restore(bench->engine->fetch, &copy, &id, &err)) {
        bench_fail(bench, &err);
        return;
    }
    *known_of(bench, id) =
        (struct bench_known){.key = old->key, .added_ms = old->added_ms};
}

static void put_setting(struct bench *bench, const char *name,
                        const char *value)
{
    if (strcmp(name, "zoom") == 0)
        bench->zoom = strcmp(value, "on") == 0;
    if (strcmp(name, "held") == 0 && strcmp(value, "on") == 0)
        fetch_pause(bench->engine->fetch, 0);
    if (strcmp(name, "focus") != 0)
        return;
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (bench->shown[i] && strcmp(panes[i]->name, value) == 0)
            bench->focus = i;
}

static void view_other(struct bench *bench, void *arg)
{
    (void)arg;
    queue_view_open(bench);
}

void bench_memory_load(struct bench *bench)
{
    struct engine *engine = bench->engine;
    struct session_memory memory;

    if (engine->session_err.code == ERR_BUSY) {
        char question[MESSAGE_TEXT];

        snprintf(question, sizeof(question), _("%s. Look at it?"),
                 engine->session_err.text);
        bench_confirm(bench, question, view_other, NULL, NULL);
        bench_say(bench, BENCH_NOTE,
                  _("this workbench has a queue of its own, which is not "
                    "remembered"));
    } else if (engine->session_err.code) {
        bench_fail(bench, &engine->session_err);
    }
    if (!bench_remembers(bench) || !session_take(engine->session, &memory))
        return;
    for (size_t i = 0; i < memory.setting_count; i++)
        put_setting(bench, memory.settings[i].name, memory.settings[i].value);
    for (size_t i = 0; i < memory.record_count; i++)
        restore(bench, memory.records[i]);
    for (size_t i = 0; i < memory.line_count; i++)
        history_add(bench->history, memory.lines[i]);
    session_memory_fini(&memory);
}

/* Something went wrong with the disk, and is told. */
void bench_memory_status(struct bench *bench)
{
    struct err err;

    if (bench->engine->session && !session_status(bench->engine->session, &err))
        bench_fail(bench, &err);
}

/* The end: how far those that run are, and what the screen looked like. */
void bench_memory_save(struct bench *bench)
{
    struct fetch_totals totals;
    struct fetch_row *rows;
    size_t count;

    if (bench_remembers(bench)) {
        rows = mem_new(ACTIVE_MAX * sizeof(*rows));
        count = fetch_rows(bench->engine->fetch, FETCH_ROWS_ACTIVE, 0, rows,
                           ACTIVE_MAX);
        for (size_t i = 0; i < count; i++)
            bench_remember(bench, rows[i].id);
        mem_free(rows);
        fetch_totals(bench->engine->fetch, &totals);
        session_set(bench->engine->session, "held", totals.held ? "on" : "off");
        session_set(bench->engine->session, "zoom", bench->zoom ? "on" : "off");
        if (bench->shown[bench->focus])
            session_set(bench->engine->session, "focus",
                        panes[bench->focus]->name);
    }
    mem_free(bench->known);
}
