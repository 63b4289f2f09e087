#include "download.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fetch/event.h"
#include "fetch/hashing.h"
#include "fetch/host.h"
#include "fetch/lease.h"
#include "fetch/preview.h"

struct download *download_new(const struct fetch_spec *spec)
{
    struct download *download = mem_new(sizeof(*download));

    *download = (struct download){.dir_fd = -1,
                                  .adopted = -1,
                                  .count = spec->count,
                                  .out = mem_strdup(spec->out),
                                  .dir = mem_strdup(spec->dir),
                                  .priority = spec->priority,
                                  .seen.length = -1};
    download->mirrors = mem_new(spec->count * sizeof(struct mirror));
    for (size_t i = 0; i < spec->count; i++)
        download->mirrors[i].url = mem_strdup(spec->urls[i]);
    if (spec->digest) {
        download->has_digest = true;
        download->digest = *spec->digest;
    }
    spans_init(&download->done);
    spans_init(&download->todo);
    spans_init(&download->journaled);
    return download;
}

void download_free(struct download *download)
{
    if (!download)
        return;
    for (size_t i = 0; i < download->count; i++) {
        mem_free(download->mirrors[i].url);
        mem_free(download->mirrors[i].key);
    }
    mem_free(download->mirrors);
    mem_free(download->out);
    mem_free(download->dir);
    validators_fini(&download->seen);
    mem_free(download->name);
    mem_free(download->past_name);
    mem_free(download->path);
    mem_free(download->body);
    mem_free(download->body_type);
    mem_free(download->body_url);
    spans_fini(&download->done);
    spans_fini(&download->todo);
    spans_fini(&download->journaled);
    hashing_free(download->hashing);
    mem_free(download);
}

bool download_over(enum fetch_state state)
{
    return state == FETCH_DONE || state == FETCH_FAILED ||
           state == FETCH_SKIPPED || state == FETCH_CANCELED;
}

static bool queued_state(enum fetch_state state)
{
    return state == FETCH_QUEUED || state == FETCH_WAIT;
}

static bool running_state(enum fetch_state state)
{
    return state == FETCH_RUN || state == FETCH_CHECK;
}

static bool active_state(enum fetch_state state)
{
    return running_state(state) || state == FETCH_WAIT;
}

void download_set_state(struct fetch *room, struct download *download,
                        enum fetch_state state)
{
    enum fetch_state old = download->state;

    room->queued -= queued_state(old);
    room->running -= running_state(old);
    room->queued += queued_state(state);
    room->running += running_state(state);
    if (!download->page) {
        room->count[old]--;
        room->count[state]++;
        room->listed[old]--;
        room->listed[state]++;
        room->version++;
        roll_mark(&download->roll, active_state(state));
    }
    download->state = state;
    /* A job is free; whose share the next one's host is, may be asleep. */
    if (room->max_jobs && running_state(old) && !running_state(state))
        room_wake(room);
}

struct host *download_host(const struct download *download)
{
    return download->mirrors[download->mirror_at].host;
}

/* Takes it out of the list; nothing else knows it then. */
static void unlist(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    roll_remove(&room->all, &download->roll);
    room->listed[download->state]--;
    room->version++;
}

/* Something has been queued. Where more was queued before, whoever could take
 * it has been asked already. */
static void wake_for(struct fetch *room, const struct host *host)
    REQUIRES(fetch_class)
{
    if (host->queued == 1)
        room_wake(room);
}

void download_move(struct fetch *room, struct download *download,
                   struct download *other)
{
    struct host *host = download_host(download);

    if (download == other)
        return;
    roll_remove(&room->all, &download->roll);
    roll_insert(&room->all, &download->roll, other ? &other->roll : NULL);
    room->version++;
    if (other && other->state == FETCH_QUEUED)
        download->priority = other->priority;
    if (download->state != FETCH_QUEUED)
        return;
    host_dequeue(room, host, download);
    host_enqueue(room, host, download);
    room_wake(room);
}

void download_prioritize(struct fetch *room, struct download *download,
                         int priority)
{
    struct host *host = download_host(download);

    download->priority = priority;
    if (download->state != FETCH_QUEUED)
        return;
    host_dequeue(room, host, download);
    host_enqueue(room, host, download);
    room_wake(room);
}

static void leave_over(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    if (!download->in_over)
        return;
    if (download->over_prev)
        download->over_prev->over_next = download->over_next;
    else
        room->over = download->over_next;
    if (download->over_next)
        download->over_next->over_prev = download->over_prev;
    else
        room->over_last = download->over_prev;
    download->in_over = false;
    room->over_count--;
}

void download_forget(struct fetch *room, struct download *download)
{
    if (!download_over(download->state))
        return;
    if (download->disk_queued || download->on_disk) {
        download->want_forget = true;
        return;
    }
    leave_over(room, download);
    unlist(room, download);
    download_free(download);
}

/* Forgets the oldest finished downloads above HISTORY_MAX. Not where one
 * finishes: whoever walks over all of them may be doing that. */
static void forget_old(struct fetch *room) REQUIRES(fetch_class)
{
    while (room->over_count > HISTORY_MAX) {
        struct download *download = room->over;

        if (download->disk_queued || download->on_disk)
            return;
        download_forget(room, download);
    }
}

static void enter_list(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    if (download->preview) {
        preview_enter(room, download);
        return;
    }
    if (download->page) {
        room->pages++;
        room->page = download;
        return;
    }
    room->mirrored |= download->count > 1;
    download->index = ++room->added;
    download->roll.id = download->id;
    roll_insert(&room->all, &download->roll, NULL);
    room->count[FETCH_QUEUED]++;
    room->listed[FETCH_QUEUED]++;
    room->version++;
}

void download_add(struct fetch *room, struct download *download)
{
    forget_old(room);
    download->id = ++room->last_id;
    for (size_t i = 0; i < download->count; i++) {
        struct mirror *mirror = &download->mirrors[i];

        mirror->host = host_find(room, mirror->key);
        mirror->host->users++;
    }
    download->state = FETCH_QUEUED;
    room->queued++;
    enter_list(room, download);
    bucket_init(&download->bucket, (double)room->options.limit_rate_file,
                (double)room->options.limit_rate_file / 10 + 1, 0);
    event_add(room, download, FETCH_EVENT_ADDED, NULL, NULL, 0, 0);
    if (room->stopping) {
        struct err err = {0};

        err_set(&err, ERR_CANCELED, "stopped before it began");
        download_finish(room, download, FETCH_CANCELED, &err, NULL, 0);
        return;
    }
    if (room->held && !download->page) {
        download_set_state(room, download, FETCH_PAUSED);
        return;
    }
    host_enqueue(room, download_host(download), download);
    wake_for(room, download_host(download));
}

struct lease *download_begin(struct fetch *room, struct download *download,
                             struct worker *worker, int64_t now_ms)
{
    struct host *host = download_host(download);
    struct span span = {0, UINT64_MAX};
    struct lease *lease;

    host_dequeue(room, host, download);
    download_set_state(room, download, FETCH_RUN);
    host_run(room, host, download);
    download->confirmed = false;
    if (!download->start_ms) {
        download->start_ms = now_ms;
        meter_init(&download->meter, now_ms);
    }
    lease_reckon_todo(download);
    if (download->part && download->ranges && !download->whole &&
        download->todo.count > 0)
        span = download->todo.list[0];
    lease = lease_new(download, worker, download->mirror_at, span, now_ms);
    lease->first = true;
    return lease;
}

void download_confirm(struct fetch *room, struct lease *lease, int64_t now_ms)
{
    struct download *download = lease->download;

    download->confirmed = true;
    download->whole = false;
    if (download->seen.length >= 0 &&
        lease->end > (uint64_t)download->seen.length)
        lease->end = (uint64_t)download->seen.length;
    lease_reckon_todo(download);
    if (!download->journal_ms)
        download->journal_ms = now_ms + JOURNAL_MS;
    if (!download->started) {
        download->started = true;
        event_add(room, download, FETCH_EVENT_STARTED, NULL, NULL, 0, now_ms);
    }
    /* There is something to share now, and a journal to be kept. */
    if (download->seen.length > LEASE_MIN)
        room_wake(room);
    if (download->part)
        lock_cond_signal(&room->disk_cond);
}

uint64_t download_bytes(const struct download *download)
{
    if (download->part || download->memory_bytes == 0)
        return spans_total(&download->done);
    return download->memory_bytes;
}

bool download_complete(const struct download *download)
{
    return download->part && download->seen.length >= 0 &&
           spans_has(&download->done, 0, (uint64_t)download->seen.length);
}

void download_to_disk(struct fetch *room, struct download *download)
{
    if (download->disk_queued)
        return;
    download->disk_queued = true;
    download->disk_next = NULL;
    if (room->disk_last)
        room->disk_last->disk_next = download;
    else
        room->disk_queue = download;
    room->disk_last = download;
    if (!download->on_disk)
        room->disk_busy++;
    lock_cond_signal(&room->disk_cond);
}

static void enter_over(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    download->in_over = true;
    download->over_next = NULL;
    download->over_prev = room->over_last;
    if (room->over_last)
        room->over_last->over_next = download;
    else
        room->over = download;
    room->over_last = download;
    room->over_count++;
}

static void leave_hosts(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    for (size_t i = 0; i < download->count; i++) {
        host_leave(room, download->mirrors[i].host);
        download->mirrors[i].host = NULL;
    }
}

static enum fetch_event_kind event_of(enum fetch_state state)
{
    return state == FETCH_DONE      ? FETCH_EVENT_DONE
           : state == FETCH_FAILED  ? FETCH_EVENT_FAILED
           : state == FETCH_SKIPPED ? FETCH_EVENT_SKIPPED
                                    : FETCH_EVENT_CANCELED;
}

/* What the disk has to do for what is over. */
static enum disk_job last_job(const struct download *download)
    REQUIRES(fetch_class)
{
    if (download->want_delete)
        return DISK_DELETE;
    return download->part ? DISK_CLOSE : DISK_NONE;
}

static void close_folder(struct download *download)
{
    if (download->dir_fd >= 0)
        close(download->dir_fd);
    download->dir_fd = -1;
}

/* The reader takes a page from here and frees it. */
static void hand_page(struct fetch *room, struct download *page)
    REQUIRES(fetch_class)
{
    page->host_next = room->page_queue;
    room->page_queue = page;
    room->page = NULL;
    lock_cond_signal(&room->reader_cond);
}

void download_add_over(struct fetch *room, struct download *download,
                       enum fetch_state state)
{
    forget_old(room);
    download->id = ++room->last_id;
    download->state = FETCH_QUEUED;
    room->queued++;
    enter_list(room, download);
    bucket_init(&download->bucket, (double)room->options.limit_rate_file,
                (double)room->options.limit_rate_file / 10 + 1, 0);
    download_set_state(room, download, state);
    enter_over(room, download);
}

void download_finish(struct fetch *room, struct download *download,
                     enum fetch_state state, const struct err *err,
                     const char *path, int64_t now_ms)
{
    download_set_state(room, download, state);
    download->want_pause = download->want_cancel = false;
    download->failing = download->restart = download->turn = false;
    download->end_ms = now_ms;
    download->err = err ? *err : (struct err){0};
    leave_hosts(room, download);
    if (download->preview) {
        preview_hand(room, download);
        return;
    }
    if (download->page) {
        hand_page(room, download);
        return;
    }
    if (state == FETCH_DONE) {
        download->path = mem_strdup(path);
        download->check =
            download->has_digest ? FETCH_CHECK_OK : FETCH_CHECK_NONE;
    }
    event_add(room, download, event_of(state), err, path, 0, now_ms);
    download->disk_job = last_job(download);
    if (download->disk_job != DISK_NONE)
        download_to_disk(room, download);
    else
        close_folder(download);
    enter_over(room, download);
    room->ping |= room->queued + room->running == 0;
    if (room->reader_waits && room->queued < (room->options.window + 1) / 2) {
        room->reader_waits = false;
        lock_cond_signal(&room->reader_cond);
    }
}

void download_wait(struct fetch *room, struct download *download)
{
    download_set_state(room, download, FETCH_WAIT);
    download->host_prev = NULL;
    download->host_next = room->waiting;
    if (room->waiting)
        room->waiting->host_prev = download;
    room->waiting = download;
    if (download->not_before_ms < room->waiting_ms)
        room->waiting_ms = download->not_before_ms;
    room_wake(room); /* somebody has to sleep until then */
}

static void leave_waiting(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    if (download->host_prev)
        download->host_prev->host_next = download->host_next;
    else
        room->waiting = download->host_next;
    if (download->host_next)
        download->host_next->host_prev = download->host_prev;
    download->host_next = download->host_prev = NULL;
}

/* Back into the queue, before its equals: it has waited already. */
void download_requeue(struct fetch *room, struct download *download)
{
    struct host *host = download_host(download);

    download_set_state(room, download, FETCH_QUEUED);
    if (host->queue && host->queue->priority <= download->priority)
        host_enqueue_before(room, host, download, host->queue);
    else
        host_enqueue(room, host, download);
    wake_for(room, host);
}

void download_wake_waiting(struct fetch *room, int64_t now_ms)
{
    struct download *next;

    if (now_ms < room->waiting_ms)
        return;
    room->waiting_ms = INT64_MAX;
    for (struct download *download = room->waiting; download; download = next) {
        next = download->host_next;
        if (download->not_before_ms <= now_ms) {
            leave_waiting(room, download);
            download_requeue(room, download);
        } else if (download->not_before_ms < room->waiting_ms) {
            room->waiting_ms = download->not_before_ms;
        }
    }
}

void download_pause_now(struct fetch *room, struct download *download)
{
    download->want_pause = false;
    download_set_state(room, download, FETCH_PAUSED);
    if (download->part) {
        download->disk_job = DISK_CLOSE;
        download_to_disk(room, download);
    }
    room->ping = true;
}

void download_pause(struct fetch *room, struct download *download)
{
    if (download->state == FETCH_QUEUED) {
        host_dequeue(room, download_host(download), download);
        download_pause_now(room, download);
    } else if (download->state == FETCH_WAIT) {
        leave_waiting(room, download);
        download_pause_now(room, download);
    } else if (download->state == FETCH_RUN && !download->want_cancel) {
        download->want_pause = true;
        lease_stop_all(room, download);
    }
}

void download_resume(struct fetch *room, struct download *download)
{
    download->want_pause = false;
    if (download->state == FETCH_PAUSED)
        download_requeue(room, download);
}

void download_cancel(struct fetch *room, struct download *download,
                     int64_t now_ms)
{
    struct err err = {0};

    download->was_paused =
        download->state == FETCH_PAUSED || download->want_pause;
    if (download->state == FETCH_RUN || download->state == FETCH_CHECK) {
        download->want_cancel = true;
        lease_stop_all(room, download);
        return;
    }
    if (download->state == FETCH_QUEUED)
        host_dequeue(room, download_host(download), download);
    else if (download->state == FETCH_WAIT)
        leave_waiting(room, download);
    else if (download->state != FETCH_PAUSED)
        return;
    err_set(&err, ERR_CANCELED, "canceled");
    download_finish(room, download, FETCH_CANCELED, &err, NULL, now_ms);
}

/* What was over is in the queue's hosts again. */
static void revive(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    for (size_t i = 0; i < download->count; i++) {
        struct mirror *mirror = &download->mirrors[i];

        mirror->host = host_find(room, mirror->key);
        mirror->host->users++;
        mirror->off = mirror->asked = mirror->proven = false;
        mirror->tries = 0;
        mirror->not_before_ms = 0;
    }
    leave_over(room, download);
    download->mirror_at = 0;
    download->end_ms = 0;
    download->cancel_round = 0;
}

void download_retry(struct fetch *room, struct download *download)
{
    if (room->stopping || download->want_delete || download->want_forget)
        return;
    if (download->want_cancel) {
        download->want_cancel = false;
        return;
    }
    if (download->state == FETCH_WAIT)
        leave_waiting(room, download);
    else if (download_over(download->state) && download->state != FETCH_DONE)
        revive(room, download);
    else
        return;
    download->tries = download->free_tries = download->changes = 0;
    download->best_bytes = 0;
    download->not_before_ms = 0;
    download->err = (struct err){0};
    download_requeue(room, download);
}

void download_uncancel(struct fetch *room, struct download *download)
{
    bool paused = download->was_paused;

    download->cancel_round = 0;
    if (download->want_cancel) {
        download->want_cancel = false;
        download->want_pause |= paused;
    } else if (download->state == FETCH_CANCELED) {
        download_retry(room, download);
        if (paused && download->state == FETCH_QUEUED)
            download_pause(room, download);
    }
}

void download_verify(struct fetch *room, struct download *download)
{
    if (download->state != FETCH_DONE || !download->path ||
        download->check == FETCH_CHECK_RUN || download->want_delete)
        return;
    download->check = FETCH_CHECK_RUN;
    download->disk_job = DISK_VERIFY;
    download_to_disk(room, download);
}

void download_delete(struct fetch *room, struct download *download,
                     int64_t now_ms)
{
    if (download->want_delete)
        return;
    download->want_delete = true;
    if (download_over(download->state)) {
        download->disk_job = DISK_DELETE;
        download_to_disk(room, download);
    } else {
        download_cancel(room, download, now_ms);
    }
}
