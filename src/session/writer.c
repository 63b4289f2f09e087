/* The room's thread: writes what waits, and reads for a view. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "room.h"

enum { DELAY_MS = 1000, DELAY_MAX_MS = 60 * 1000 };

enum job { JOB_WRITE, JOB_READ, JOB_END };

static bool has_work(const struct session *session) REQUIRES(session_class)
{
    return session->queue.dirty || session->settings.first ||
           session->lines.first;
}

/* When this is due has passed. clock_ms() for now, INT64_MAX for never. */
static int64_t due_ms(const struct session *session, int64_t now_ms)
    REQUIRES(session_class)
{
    if (!has_work(session))
        return session->ending ? now_ms : INT64_MAX;
    return session->hurry || session->ending ? now_ms : session->due_ms;
}

static enum job wait_for_job(struct session *session) REQUIRES(session_class)
{
    for (;;) {
        int64_t now_ms = clock_ms();
        int64_t until_ms = due_ms(session, now_ms);

        if (session->reload)
            return JOB_READ;
        if (until_ms <= now_ms)
            return has_work(session) ? JOB_WRITE : JOB_END;
        thread_mark(THREAD_COND);
        lock_wait(&session->lock, &session_class, &session->work,
                  until_ms == INT64_MAX ? -1 : until_ms);
        thread_mark(THREAD_RUN);
    }
}

/* ---- writing ---- */

static void take_batch(struct session *session, struct batch *batch)
    REQUIRES(session_class)
{
    batch->changes = queue_take(&session->queue, &batch->count);
    batch->settings = session->settings;
    batch->lines = session->lines;
    session->settings = (struct notes){.first = NULL};
    session->lines = (struct notes){.first = NULL};
    session->in_hand =
        batch->count + batch->settings.count + batch->lines.count;
    session->tried = session->asked;
    session->tries++;
    session->hurry = false;
}

static void settle(struct session *session, struct batch *batch)
    REQUIRES(session_class)
{
    queue_done(&session->queue, batch->changes, batch->count);
    session->written = session->tried;
    session->delay_ms = 0;
}

/* All of it waits again. A disk that goes on failing is told of once. */
static void take_back(struct session *session, struct batch *batch,
                      const struct err *err) REQUIRES(session_class)
{
    bool first = session->delay_ms == 0;

    queue_back(&session->queue, batch->changes, batch->count);
    notes_back(&batch->settings, &session->settings);
    notes_back(&batch->lines, &session->lines);
    session->delay_ms = first ? DELAY_MS : 2 * session->delay_ms;
    if (session->delay_ms > DELAY_MAX_MS)
        session->delay_ms = DELAY_MAX_MS;
    session->due_ms = clock_ms() + session->delay_ms;
    session->untold |= first || err->code != session->status.code;
    session->status = *err;
}

static void free_batch(struct batch *batch)
{
    changes_free(batch->changes, batch->count);
    notes_fini(&batch->settings);
    notes_fini(&batch->lines);
}

/* Returns whether it is written. */
static bool write_batch(struct session *session)
{
    struct batch batch;
    struct err err;
    bool ok;
    bool untold;

    lock_take(&session->lock, &session_class);
    take_batch(session, &batch);
    lock_drop(&session->lock, &session_class);

    thread_job("%zu changes", batch.count);
    thread_mark(THREAD_IO);
    ok = db_write(&session->db, &batch, &err);
    if (!ok)
        err_prefix(&err, "the session is not saved");
    thread_mark(THREAD_RUN);

    lock_take(&session->lock, &session_class);
    if (ok)
        settle(session, &batch);
    else
        take_back(session, &batch, &err);
    session->in_hand = 0;
    session->ended++;
    untold = session->untold;
    lock_cond_broadcast(&session->news);
    lock_drop(&session->lock, &session_class);

    free_batch(&batch);
    thread_job("%s", "");
    if (!ok)
        log_write(LOG_WARN, "%s", err.text);
    if (untold)
        session_ping(session);
    return ok;
}

/* ---- reading, for a view ---- */

static void read_again(struct session *session)
{
    int version = db_version(&session->db);
    struct session_memory memory;
    struct err err;
    bool ok;

    if (version != 0 && version == session->version)
        return;
    thread_mark(THREAD_IO);
    ok = db_load(&session->db, &memory, NULL, &err);
    thread_mark(THREAD_RUN);
    if (ok)
        session->version = version;

    lock_take(&session->lock, &session_class);
    if (ok) {
        struct session_memory older = session->memory;

        session->memory = memory;
        session->has_memory = true;
        memory = older;
    } else {
        session->untold = true;
        session->status = err;
    }
    lock_drop(&session->lock, &session_class);
    session_memory_fini(&memory);
    session_ping(session);
}

/* At the end what cannot be written is tried once. */
void writer_run(void *arg)
{
    struct session *session = arg;
    bool ending = false;

    for (;;) {
        enum job job;

        lock_take(&session->lock, &session_class);
        job = wait_for_job(session);
        session->reload = false;
        ending = session->ending;
        lock_drop(&session->lock, &session_class);
        if (job == JOB_END)
            return;
        if (job == JOB_READ)
            read_again(session);
        else if (!write_batch(session) && ending)
            return;
    }
}
