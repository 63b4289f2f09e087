#include "download.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fetch/event.h"
#include "fetch/host.h"
#include "fetch/lease.h"

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
    mem_free(download->body);
    mem_free(download->body_type);
    mem_free(download->body_url);
    spans_fini(&download->done);
    spans_fini(&download->todo);
    spans_fini(&download->journaled);
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

static void link_last(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    download->prev = room->all_last;
    if (room->all_last)
        room->all_last->next = download;
    else
        room->all = download;
    room->all_last = download;
}

static void unlink_download(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    if (download->prev)
        download->prev->next = download->next;
    else
        room->all = download->next;
    if (download->next)
        download->next->prev = download->prev;
    else
        room->all_last = download->prev;
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
    if (download == other)
        return;
    unlink_download(room, download);
    download->next = download->prev = NULL;
    if (!other) {
        link_last(room, download);
        return;
    }
    download->next = other;
    download->prev = other->prev;
    if (other->prev)
        other->prev->next = download;
    else
        room->all = download;
    other->prev = download;
}

/* Forgets the oldest finished downloads above HISTORY_MAX. Not where one
 * finishes: whoever walks over all of them may be doing that. */
static void forget_old(struct fetch *room) REQUIRES(fetch_class)
{
    while (room->over_count > HISTORY_MAX) {
        struct download *download = room->over;

        if (download_over(download->state) &&
            (download->disk_queued || download->on_disk))
            return;
        room->over = download->over_next;
        if (!room->over)
            room->over_last = NULL;
        room->over_count--;
        download->in_over = false;
        if (!download_over(download->state))
            continue; /* it was retried */
        unlink_download(room, download);
        download_free(download);
    }
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
    link_last(room, download);
    download->state = FETCH_QUEUED;
    room->queued++;
    if (download->page) {
        room->pages++;
    } else {
        download->index = ++room->added;
        room->count[FETCH_QUEUED]++;
    }
    bucket_init(&download->bucket, (double)room->options.limit_rate_file,
                (double)room->options.limit_rate_file / 10 + 1, 0);
    event_add(room, download, FETCH_EVENT_ADDED, NULL, NULL, 0, 0);
    if (room->stopping) {
        struct err err = {0};

        err_set(&err, ERR_CANCELED, "stopped before it began");
        download_finish(room, download, FETCH_CANCELED, &err, NULL, 0);
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
    lease = lease_new(download, worker, span, now_ms);
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
    if (download->in_over)
        return;
    download->in_over = true;
    download->over_next = NULL;
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

void download_finish(struct fetch *room, struct download *download,
                     enum fetch_state state, const struct err *err,
                     const char *path, int64_t now_ms)
{
    download_set_state(room, download, state);
    download->want_pause = download->want_cancel = false;
    download->failing = download->restart = download->turn = false;
    if (err)
        download->err = *err;
    leave_hosts(room, download);
    if (download->page) {
        /* The reader takes it from here and frees it. */
        download->host_next = room->page_queue;
        room->page_queue = download;
        unlink_download(room, download);
        lock_cond_signal(&room->reader_cond);
        return;
    }
    event_add(room, download, event_of(state), err, path, 0, now_ms);
    if (download->part) {
        download->disk_job = DISK_CLOSE;
        download_to_disk(room, download);
    } else if (download->dir_fd >= 0) {
        /* With a part the disk thread does that. */
        close(download->dir_fd);
        download->dir_fd = -1;
    }
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
    } else if (download->state == FETCH_RUN) {
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

    if (download->state == FETCH_RUN) {
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

void download_retry(struct fetch *room, struct download *download)
{
    if (room->stopping)
        return;
    if (download->state == FETCH_WAIT) {
        leave_waiting(room, download);
    } else if (download_over(download->state) &&
               download->state != FETCH_DONE) {
        for (size_t i = 0; i < download->count; i++) {
            struct mirror *mirror = &download->mirrors[i];

            mirror->host = host_find(room, mirror->key);
            mirror->host->users++;
        }
        download->mirror_at = 0;
    } else {
        return;
    }
    download->tries = download->free_tries = download->changes = 0;
    download->best_bytes = 0;
    download->not_before_ms = 0;
    download_requeue(room, download);
}
