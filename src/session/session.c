#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "session/aside.h"
#include "session/line.h"
#include "session/record.h"
#include "session/room.h"

enum { GATHER_MS = 200 };

/* ---- opening ---- */

/* The database's path, with a folder of ours made around it. */
static char *choose_path(const struct session_options *options, bool view,
                         struct err *err)
{
    char *folder;
    char *path = NULL;

    if (options->path)
        return path_expand(options->path);
    folder = path_state(err);
    if (folder && (view || path_make(folder, 0700, err)))
        path = path_join(folder, "session.db");
    mem_free(folder);
    return path;
}

static bool open_and_load(struct session *session, const char *path,
                          struct err *err) NO_ANALYSIS
{
    if (!db_open(&session->db, path, session->view, err))
        return false;
    session->version = db_version(&session->db);
    if (db_load(&session->db, &session->memory,
                session->view ? NULL : &session->queue, err)) {
        session->has_memory = true;
        return true;
    }
    db_close(&session->db);
    return false;
}

/* The workbench has to start: what is damaged goes aside, and is told of. */
static bool start_afresh(struct session *session, const char *path,
                         struct err *err) NO_ANALYSIS
{
    char *to;

    if (!aside_move(path, &to, err))
        return false;
    err_set(&session->status, ERR_PROTOCOL,
            "the remembered queue was damaged: it is now %s, and a new one was "
            "begun",
            to);
    session->untold = true;
    log_write(LOG_WARN, "%s", session->status.text);
    mem_free(to);
    return open_and_load(session, path, err);
}

/* ---- the history ---- */

static bool is_finished(const struct session_record *record)
{
    return record->state >= SESSION_DONE;
}

/* The latest first. */
static int compare_age(const void *a, const void *b)
{
    const struct session_record *left = *(struct session_record *const *)a;
    const struct session_record *right = *(struct session_record *const *)b;

    if (left->finished_ms != right->finished_ms)
        return left->finished_ms > right->finished_ms ? -1 : 1;
    return left->key > right->key ? -1 : left->key < right->key;
}

/* The newest finished one that is too many, or NULL. */
static struct session_record *find_oldest(const struct session_memory *memory)
{
    struct session_record **finished =
        mem_new(memory->record_count * sizeof(*finished));
    struct session_record *oldest = NULL;
    size_t count = 0;

    for (size_t i = 0; i < memory->record_count; i++)
        if (is_finished(memory->records[i]))
            finished[count++] = memory->records[i];
    if (count > SESSION_HISTORY) {
        qsort(finished, count, sizeof(*finished), compare_age);
        oldest = finished[SESSION_HISTORY];
    }
    mem_free(finished);
    return oldest;
}

/* Forgets the oldest finished ones; the thread tells the disk. */
static void trim_history(struct session *session) NO_ANALYSIS
{
    struct session_memory *memory = &session->memory;
    struct session_record *oldest = find_oldest(memory);
    struct session_record copy;
    size_t kept = 0;

    if (!oldest)
        return;
    copy = *oldest;
    oldest = &copy;
    for (size_t i = 0; i < memory->record_count; i++) {
        struct session_record *record = memory->records[i];

        if (is_finished(record) && compare_age(&oldest, &record) <= 0) {
            queue_remove(&session->queue, record->key);
            mem_free(record);
        } else {
            memory->records[kept++] = record;
        }
    }
    memory->record_count = kept;
    session->asked++;
    session->due_ms = clock_ms() + session->gather_ms;
}

/* ---- making and ending ---- */

static struct session *make(const struct session_options *options,
                            struct notify *notify, bool view)
{
    struct session *session = mem_new(sizeof(*session));

    session->notify = notify;
    session->view = view;
    session->gather_ms =
        options->gather_ms > 0 ? options->gather_ms : GATHER_MS;
    session->owner.guard.fd = -1;
    lock_init(&session->lock, &session_class);
    lock_cond_init(&session->work);
    lock_cond_init(&session->news);
    return session;
}

static void unmake(struct session *session) NO_ANALYSIS
{
    db_close(&session->db);
    owner_drop(&session->owner);
    queue_fini(&session->queue);
    notes_fini(&session->settings);
    notes_fini(&session->lines);
    session_memory_fini(&session->memory);
    lock_cond_fini(&session->work);
    lock_cond_fini(&session->news);
    lock_fini(&session->lock);
    mem_free(session);
}

static bool start(struct session *session, const char *path, struct err *err)
{
    bool ok;

    if (!session->view && !owner_take(&session->owner, path, err))
        return false;
    ok = open_and_load(session, path, err);
    if (!ok && !session->view && err->code == ERR_PROTOCOL)
        ok = start_afresh(session, path, err);
    if (ok && !session->view)
        trim_history(session);
    if (ok)
        session->thread = thread_start("session", "remembers across runs",
                                       writer_run, session, err);
    return session->thread != NULL;
}

static struct session *open_session(const struct session_options *options,
                                    struct notify *notify, bool view,
                                    struct err *err)
{
    char *path = choose_path(options, view, err);
    struct session *session;

    if (!path)
        return NULL;
    session = make(options, notify, view);
    if (!start(session, path, err)) {
        unmake(session);
        session = NULL;
    }
    mem_free(path);
    return session;
}

struct session *session_open(const struct session_options *options,
                             struct notify *notify, struct err *err)
{
    return open_session(options, notify, false, err);
}

struct session *session_view(const struct session_options *options,
                             struct notify *notify, struct err *err)
{
    return open_session(options, notify, true, err);
}

void session_close(struct session *session)
{
    if (!session)
        return;
    lock_take(&session->lock, &session_class);
    session->ending = true;
    lock_cond_signal(&session->work);
    lock_drop(&session->lock, &session_class);
    thread_join(session->thread);
    unmake(session);
}

/* ---- snapshots ---- */

bool session_is_view(const struct session *session)
{
    return session->view;
}

void session_ping(struct session *session)
{
    if (session->notify)
        notify_ping(session->notify);
}

void session_memory_fini(struct session_memory *memory)
{
    for (size_t i = 0; i < memory->record_count; i++)
        mem_free(memory->records[i]);
    for (size_t i = 0; i < memory->setting_count; i++) {
        mem_free(memory->settings[i].name);
        mem_free(memory->settings[i].value);
    }
    for (size_t i = 0; i < memory->line_count; i++)
        mem_free(memory->lines[i]);
    mem_free(memory->records);
    mem_free(memory->settings);
    mem_free(memory->lines);
    *memory = (struct session_memory){.records = NULL};
}

bool session_take(struct session *session, struct session_memory *memory)
{
    bool any;

    lock_take(&session->lock, &session_class);
    any = session->has_memory;
    *memory = session->memory;
    session->memory = (struct session_memory){.records = NULL};
    session->has_memory = false;
    lock_drop(&session->lock, &session_class);
    return any;
}

void session_reload(struct session *session)
{
    if (!session->view)
        return;
    lock_take(&session->lock, &session_class);
    session->reload = true;
    lock_cond_signal(&session->work);
    lock_drop(&session->lock, &session_class);
}

bool session_status(struct session *session, struct err *err)
{
    bool untold;

    lock_take(&session->lock, &session_class);
    untold = session->untold;
    session->untold = false;
    if (untold)
        *err = session->status;
    lock_drop(&session->lock, &session_class);
    return !untold;
}

size_t session_waiting(struct session *session)
{
    size_t count;

    lock_take(&session->lock, &session_class);
    count = session->queue.dirty_count + session->settings.count +
            session->lines.count + session->in_hand;
    lock_drop(&session->lock, &session_class);
    return count;
}

/* ---- requests ---- */

/* Is the thread asleep with nothing to do? To be asked before the change. */
static bool is_idle(const struct session *session) REQUIRES(session_class)
{
    return !session->queue.dirty && !session->settings.first &&
           !session->lines.first;
}

/* After a change: the first one starts the clock. After a failure the clock
 * runs already. */
static void ask(struct session *session, bool was_idle) REQUIRES(session_class)
{
    session->asked++;
    if (!was_idle)
        return;
    if (session->delay_ms == 0)
        session->due_ms = clock_ms() + session->gather_ms;
    lock_cond_signal(&session->work);
}

uint64_t session_put(struct session *session,
                     const struct session_record *record)
{
    struct session_record *copy;
    uint64_t key;
    bool was_idle;

    if (session->view || !record_fits(record))
        return 0;
    copy = record_copy(record);
    lock_take(&session->lock, &session_class);
    was_idle = is_idle(session);
    key = queue_put(&session->queue, copy);
    if (key)
        ask(session, was_idle);
    lock_drop(&session->lock, &session_class);
    return key;
}

void session_remove(struct session *session, uint64_t key)
{
    bool was_idle;

    if (session->view)
        return;
    lock_take(&session->lock, &session_class);
    was_idle = is_idle(session);
    if (queue_remove(&session->queue, key))
        ask(session, was_idle);
    lock_drop(&session->lock, &session_class);
}

void session_move(struct session *session, uint64_t key, uint64_t other)
{
    bool was_idle;

    if (session->view)
        return;
    lock_take(&session->lock, &session_class);
    was_idle = is_idle(session);
    if (queue_move(&session->queue, key, other))
        ask(session, was_idle);
    lock_drop(&session->lock, &session_class);
}

void session_set(struct session *session, const char *name, const char *value)
{
    bool was_idle;

    if (session->view || name[0] == '\0' || strlen(name) > SESSION_LINE ||
        (value && strlen(value) > SESSION_TEXT))
        return;
    lock_take(&session->lock, &session_class);
    was_idle = is_idle(session);
    notes_put(&session->settings, name, value);
    ask(session, was_idle);
    lock_drop(&session->lock, &session_class);
}

void session_remember(struct session *session, const char *line)
{
    char *plain;
    bool was_idle;

    if (session->view || line[0] == '\0' || strlen(line) > SESSION_LINE)
        return;
    plain = line_plain(line);
    lock_take(&session->lock, &session_class);
    was_idle = is_idle(session);
    notes_put(&session->lines, plain, NULL);
    ask(session, was_idle);
    lock_drop(&session->lock, &session_class);
    mem_free(plain);
}

/* ---- waiting ---- */

/* A try that was begun before may lack what was asked for last, so the one
 * after it decides. */
bool session_flush(struct session *session, int64_t deadline_ms,
                   struct err *err)
{
    uint64_t target;
    uint64_t last;
    bool in_time = true;
    bool ok;

    lock_take(&session->lock, &session_class);
    target = session->asked;
    last = session->tries + 1;
    while (session->written < target && session->ended < last && in_time) {
        session->hurry |= !is_idle(session);
        lock_cond_signal(&session->work);
        in_time = lock_wait(&session->lock, &session_class, &session->news,
                            deadline_ms);
    }
    ok = session->written >= target;
    if (!ok && session->ended >= last)
        *err = session->status;
    else if (!ok)
        err_set(err, ERR_BUSY,
                "the session is not saved yet: the disk is slow");
    lock_drop(&session->lock, &session_class);
    return ok;
}
