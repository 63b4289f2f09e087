#include "report_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/engine.h"

enum { FILES_MAX = 64, TEXT_MAX = 1 << 20 };

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

/* Outside text may hold any bytes, JSON only Unicode: each bad byte becomes
 * U+FFFD. */
static void set_text(json_t *object, const char *key, const char *text)
{
    size_t len = strlen(text);
    struct str valid;
    uint32_t code;
    size_t used;

    str_init(&valid, TEXT_MAX);
    for (size_t i = 0; i < len; i += used ? used : 1) {
        used = fmt_utf8(text + i, len - i, &code);
        if (used)
            str_add(&valid, text + i, used);
        else
            str_puts(&valid, "\xef\xbf\xbd");
    }
    set(object, key, json_stringn(valid.data, valid.len));
    str_fini(&valid);
}

static void set_text_if(json_t *object, const char *key, const char *text)
{
    if (text && *text)
        set_text(object, key, text);
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
    set(object, key,
        json_integer(count < INT64_MAX ? (json_int_t)count : INT64_MAX));
}

/* -1 is how the engine says that it does not know. */
static void set_known(json_t *object, const char *key, int64_t value)
{
    set(object, key, value < 0 ? json_null() : json_integer(value));
}

static void set_error(json_t *object, const struct err *err)
{
    json_t *error = sure(json_object());

    set_text(error, "code", err_word(err->code));
    set_text(error, "text", err->text);
    set(object, "error", error);
}

static json_t *object_of(const char *event)
{
    json_t *object = sure(json_object());

    set_text(object, "event", event);
    set(object, "time_ms", json_integer(clock_wall_ms()));
    return object;
}

static void put(struct out *out, json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);

    json_decref(object);
    if (!line)
        abort();
    out_data(out, OUT_RESULT, line);
    free(line);
}

void report_json_begin(struct out *out)
{
    json_t *object = object_of("begin");

    set_count(object, "schema", REPORT_SCHEMA);
    set_text(object, "program", "threadlab");
    set_text(object, "version", engine_version());
    put(out, object);
}

static const char *const words[] = {
    [FETCH_EVENT_ADDED] = "added",       [FETCH_EVENT_STARTED] = "started",
    [FETCH_EVENT_RETRY] = "retry",       [FETCH_EVENT_DONE] = "done",
    [FETCH_EVENT_FAILED] = "failed",     [FETCH_EVENT_SKIPPED] = "skipped",
    [FETCH_EVENT_CANCELED] = "canceled", [FETCH_EVENT_FOUND] = "found",
    [FETCH_EVENT_BAD] = "bad",           [FETCH_EVENT_NOTE] = "note",
    [FETCH_EVENT_PAGE] = "page",
};

/* What belongs to one kind of event. */
static void fill(json_t *object, const struct fetch_event *event)
{
    switch (event->kind) {
    case FETCH_EVENT_STARTED:
        set_known(object, "total", event->total);
        break;
    case FETCH_EVENT_RETRY:
        set_known(object, "wait_ms", event->wait_ms);
        set_error(object, &event->err);
        break;
    case FETCH_EVENT_DONE:
        set_count(object, "bytes", event->bytes);
        set_known(object, "ms", event->ms);
        break;
    case FETCH_EVENT_FAILED:
    case FETCH_EVENT_SKIPPED:
    case FETCH_EVENT_BAD:
    case FETCH_EVENT_NOTE:
        set_error(object, &event->err);
        break;
    case FETCH_EVENT_PAGE:
        set_count(object, "found", event->found);
        set_count(object, "duplicates", event->duplicates);
        set_count(object, "bad", event->bad);
        break;
    case FETCH_EVENT_ADDED:
    case FETCH_EVENT_CANCELED:
    case FETCH_EVENT_FOUND:
        break;
    }
}

void report_json_event(struct out *out, const struct fetch_event *event)
{
    json_t *object = object_of(words[event->kind]);

    if (event->id)
        set_count(object, "id", event->id);
    set_text_if(object, "url", event->url);
    set_text_if(object, "path", event->path);
    fill(object, event);
    put(out, object);
}

void report_json_failure(struct out *out, const char *what,
                         const struct err *err)
{
    json_t *object = object_of("error");

    set_text_if(object, "what", what);
    set_error(object, err);
    put(out, object);
}

static void set_counts(json_t *object, const struct fetch_totals *totals)
{
    set_count(object, "added", totals->added);
    set_count(object, "queued", totals->count[FETCH_QUEUED]);
    set_count(object, "running", totals->count[FETCH_RUN]);
    set_count(object, "waiting", totals->count[FETCH_WAIT]);
    set_count(object, "checking", totals->count[FETCH_CHECK]);
    set_count(object, "done", totals->count[FETCH_DONE]);
    set_count(object, "failed", totals->count[FETCH_FAILED]);
    set_count(object, "skipped", totals->count[FETCH_SKIPPED]);
    set_count(object, "canceled", totals->count[FETCH_CANCELED]);
    set_count(object, "bytes", totals->bytes);
}

/* Of active rows only; the words on screens may change, these may not. */
static const char *state_of(const struct fetch_row *row)
{
    if (row->state == FETCH_RUN)
        return "run";
    return row->state == FETCH_WAIT ? "wait" : "check";
}

static json_t *file_of(const struct fetch_row *row)
{
    json_t *file = sure(json_object());

    set_count(file, "id", row->id);
    set_text(file, "name", row->name);
    set_text(file, "state", state_of(row));
    set_count(file, "bytes", row->bytes);
    set_known(file, "total", row->total);
    set_count(file, "speed", row->speed);
    set_known(file, "eta_ms", row->eta_ms);
    set_count(file, "connections", row->connections);
    return file;
}

void report_json_progress(struct out *out, struct fetch *fetch,
                          const struct fetch_totals *totals)
{
    struct fetch_row *rows = mem_new(FILES_MAX * sizeof *rows);
    size_t count = fetch_rows(fetch, FETCH_ROWS_ACTIVE, 0, rows, FILES_MAX);
    json_t *object = object_of("progress");
    json_t *files = sure(json_array());

    set_counts(object, totals);
    set_count(object, "speed", totals->speed);
    set_known(object, "eta_ms", totals->reading ? -1 : totals->eta_ms);
    set_count(object, "connections", totals->connections);
    set(object, "reading", json_boolean(totals->reading));
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(files, file_of(&rows[i])) < 0)
            abort();
    set(object, "files", files);
    put(out, object);
    mem_free(rows);
}

void report_json_end(struct out *out, const struct tally *tally,
                     const struct fetch_totals *totals, int64_t ms, int status)
{
    json_t *object = object_of("end");

    set_counts(object, totals);
    set_count(object, "found", tally->found);
    set_count(object, "bad", tally->bad);
    set_known(object, "ms", ms);
    set_count(object, "status", (uint64_t)status);
    put(out, object);
}
