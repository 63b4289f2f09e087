#include "download.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fetch/backoff.h"
#include "fetch/host.h"
#include "fetch/link.h"

enum {
    PIECE_MIN = 1 << 20,   /* no request for less, but for a file's rest */
    PIECE_FIRST = 4 << 20, /* before a connection's speed is known */
    PIECE_MS = 3000,       /* then: what it fetches in about this time */
    PIECE_ALIGN = 64 << 10,
    STEAL_MS = 400,   /* a lease with less time left is not cut */
    DOUBLE_MS = 3000, /* a rest this slow is fetched twice at once */
    FREE_TRIES = 3,   /* failures that cost nothing, before they count */
    CHANGES_MAX = 5   /* a file that changes more often is given up */
};

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
    mem_free(download->seen.final_url);
    mem_free(download->seen.etag);
    mem_free(download->seen.last_modified);
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

static void set_state(struct fetch *room, struct download *download,
                      enum fetch_state state) REQUIRES(fetch_class)
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
    download_event(room, download, FETCH_EVENT_ADDED, NULL, NULL, 0, 0);
    if (room->stopping) {
        struct err err = {0};

        err_set(&err, ERR_CANCELED, "stopped before it began");
        download_finish(room, download, FETCH_CANCELED, &err, NULL, 0);
        return;
    }
    host_enqueue(room, download_host(download), download);
    wake_for(room, download_host(download));
}

/* The bytes that are neither here nor under a lease. */
static void reckon_todo(struct download *download) REQUIRES(fetch_class)
{
    if (download->seen.length < 0) {
        spans_clear(&download->todo);
        return;
    }
    spans_invert(&download->done, (uint64_t)download->seen.length,
                 &download->todo);
    for (struct lease *lease = download->leases; lease; lease = lease->next)
        if (lease->pos < lease->end)
            spans_remove(&download->todo, lease->pos, lease->end);
}

static struct lease *new_lease(struct fetch *room, struct download *download,
                               struct worker *worker, struct span span,
                               int64_t now_ms) REQUIRES(fetch_class)
{
    struct lease *lease = mem_new(sizeof(*lease));

    *lease = (struct lease){.download = download,
                            .worker = worker,
                            .next = download->leases,
                            .start = span.start,
                            .pos = span.start,
                            .end = span.end,
                            .since_ms = now_ms};
    meter_init(&lease->meter, now_ms);
    download->leases = lease;
    download->lease_count++;
    host_start(download_host(download), worker, now_ms);
    (void)room;
    return lease;
}

struct lease *download_begin(struct fetch *room, struct download *download,
                             struct worker *worker, int64_t now_ms)
{
    struct host *host = download_host(download);
    struct span span = {0, UINT64_MAX};
    struct lease *lease;

    host_dequeue(room, host, download);
    set_state(room, download, FETCH_RUN);
    host_run(room, host, download);
    download->confirmed = false;
    if (!download->start_ms) {
        download->start_ms = now_ms;
        meter_init(&download->meter, now_ms);
    }
    reckon_todo(download);
    if (download->part && download->ranges && !download->whole &&
        download->todo.count > 0)
        span = download->todo.list[0];
    lease = new_lease(room, download, worker, span, now_ms);
    lease->first = true;
    return lease;
}

/* How much one request should ask for: what its connection fetches in PIECE_MS,
 * so that boundaries come often enough to share the work anew, and never more
 * than half of what nobody has, so that the last pieces end together. */
static uint64_t piece_bytes(const struct download *download)
    REQUIRES(fetch_class)
{
    uint64_t todo = spans_total(&download->todo);
    uint64_t piece = PIECE_FIRST;

    if (download->meter.weight > 0 && download->lease_count > 0) {
        double rate = download->meter.rate / download->meter.weight;

        rate = rate / download->lease_count * PIECE_MS / 1000;
        if (rate > (double)piece)
            piece = (uint64_t)rate;
    }
    if (piece > todo / 2)
        piece = todo / 2;
    if (piece < PIECE_MIN)
        piece = PIECE_MIN;
    return (piece + PIECE_ALIGN - 1) / PIECE_ALIGN * PIECE_ALIGN;
}

static bool may_split(const struct fetch *room, const struct download *download,
                      int64_t now_ms) REQUIRES(fetch_class)
{
    unsigned most = room->options.max_segments;

    return download->state == FETCH_RUN && download->confirmed &&
           download->ranges && download->part && !download->single &&
           !download->restart && !download->failing && !download->want_pause &&
           !download->want_cancel && !download->turn &&
           now_ms >= download->not_before_ms &&
           (most == 0 || download->lease_count < most);
}

struct lease *download_lease_todo(struct fetch *room, struct download *download,
                                  struct worker *worker, int64_t now_ms)
{
    struct span span;

    if (!may_split(room, download, now_ms) ||
        !spans_take(&download->todo, piece_bytes(download), &span))
        return NULL;
    return new_lease(room, download, worker, span, now_ms);
}

static double left_ms(struct lease *lease, int64_t now_ms) REQUIRES(fetch_class)
{
    double rate = meter_rate(&lease->meter, now_ms);
    double left = (double)(lease->end - lease->pos);

    return rate > 1 ? left * 1000 / rate : left;
}

/* The lease that would take longest, by its own speed. */
static struct lease *slowest(struct download *download, int64_t now_ms)
    REQUIRES(fetch_class)
{
    struct lease *found = NULL;

    for (struct lease *lease = download->leases; lease; lease = lease->next)
        if (lease->pos < lease->end && !lease->doubled && !lease->stop &&
            (!found || left_ms(lease, now_ms) > left_ms(found, now_ms)))
            found = lease;
    return found;
}

/* Cuts the end off a lease and puts it into todo. */
static bool steal(struct download *download, struct lease *victim,
                  int64_t now_ms) REQUIRES(fetch_class)
{
    double drift = meter_rate(&victim->meter, now_ms) * PUBLISH_MS / 1000;
    struct span kept = {victim->pos + (uint64_t)drift, victim->end};
    struct span rest;

    if (kept.start >= kept.end ||
        !span_split(&kept, PIECE_ALIGN, PIECE_MIN, &rest))
        return false;
    victim->end = kept.end;
    return spans_add(&download->todo, rest.start, rest.end);
}

struct lease *download_lease(struct fetch *room, struct download *download,
                             struct worker *worker, int64_t now_ms)
{
    struct lease *victim;
    struct lease *lease;

    if (!may_split(room, download, now_ms))
        return NULL;
    victim = slowest(download, now_ms);
    if (!victim)
        return NULL;
    if (left_ms(victim, now_ms) > STEAL_MS && steal(download, victim, now_ms))
        return download_lease_todo(room, download, worker, now_ms);
    if (left_ms(victim, now_ms) < DOUBLE_MS ||
        now_ms - victim->since_ms < DOUBLE_MS)
        return NULL;
    lease = new_lease(room, download, worker,
                      (struct span){victim->pos, victim->end}, now_ms);
    lease->doubled = victim->doubled = true;
    return lease;
}

static void stop_lease(struct fetch *room, struct lease *lease)
    REQUIRES(fetch_class)
{
    if (lease->stop)
        return;
    lease->stop = true;
    lease->worker->marked = true;
    room->wake |= 1u << lease->worker->index;
}

static void stop_leases(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    for (struct lease *lease = download->leases; lease; lease = lease->next)
        stop_lease(room, lease);
}

/* Another lease may have fetched this one's rest first. */
static void stop_doubles(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    for (struct lease *lease = download->leases; lease; lease = lease->next)
        if (lease->doubled && lease->end != UINT64_MAX &&
            spans_has(&download->done, lease->pos, lease->end))
            stop_lease(room, lease);
}

void download_publish(struct fetch *room, struct lease *lease, uint64_t pos,
                      uint64_t received, bool on_disk, int64_t now_ms)
{
    struct download *download = lease->download;

    if (on_disk && pos > lease->pos) {
        spans_add(&download->done, lease->pos, pos);
        /* It ran past a cut that it had not heard of: nobody need fetch that
         * again. */
        if (pos > lease->end)
            spans_remove(&download->todo, lease->end, pos);
        if (lease->doubled)
            stop_doubles(room, download);
    }
    if (!on_disk)
        download->memory_bytes = pos;
    lease->pos = pos;
    meter_add(&lease->meter, received);
    (void)meter_rate(&lease->meter, now_ms);
    meter_add(&download->meter, received);
    (void)meter_rate(&download->meter, now_ms);
    meter_add(&room->meter, received);
    (void)meter_rate(&room->meter, now_ms);
    room->received += received;
    (void)host_work(room, download_host(download), (double)received, now_ms);
}

void download_confirm(struct fetch *room, struct lease *lease, int64_t now_ms)
{
    struct download *download = lease->download;

    download->confirmed = true;
    download->whole = false;
    if (download->seen.length >= 0 &&
        lease->end > (uint64_t)download->seen.length)
        lease->end = (uint64_t)download->seen.length;
    reckon_todo(download);
    if (!download->journal_ms)
        download->journal_ms = now_ms + JOURNAL_MS;
    if (!download->started) {
        download->started = true;
        download_event(room, download, FETCH_EVENT_STARTED, NULL, NULL, 0,
                       now_ms);
    }
    /* There is something to share now, and a journal to be kept. */
    if (download->seen.length > PIECE_MIN)
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

static bool all_here(const struct download *download) REQUIRES(fetch_class)
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
    set_state(room, download, state);
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
    download_event(room, download, event_of(state), err, path, 0, now_ms);
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

static void wait_until(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    set_state(room, download, FETCH_WAIT);
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
static void requeue(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    struct host *host = download_host(download);

    set_state(room, download, FETCH_QUEUED);
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
            requeue(room, download);
        } else if (download->not_before_ms < room->waiting_ms) {
            room->waiting_ms = download->not_before_ms;
        }
    }
}

static void pause_now(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    download->want_pause = false;
    set_state(room, download, FETCH_PAUSED);
    if (download->part) {
        download->disk_job = DISK_CLOSE;
        download_to_disk(room, download);
    }
    room->ping = true;
}

/* What is here stays, but no validator of another server says anything: the
 * bytes themselves are compared. */
static void turn_to_mirror(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    download->turn = false;
    download->mirror_at++;
    download->tries = download->free_tries = 0;
    download->best_bytes = 0;
    download->not_before_ms = 0;
    download->check_overlap = true;
    MEM_CLEAR(download->seen.etag);
    MEM_CLEAR(download->seen.last_modified);
    download_event(room, download, FETCH_EVENT_RETRY, &download->err, NULL, 0,
                   0);
}

/* Every lease is back: what now? */
static void conclude(struct fetch *room, struct download *download,
                     int64_t now_ms) REQUIRES(fetch_class)
{
    struct err err = {0};

    download->confirmed = false;
    if (download->turn && !download->failing)
        turn_to_mirror(room, download);
    if (download->failing) {
        err = download->err;
        download_finish(room, download, download->end_state, &err, NULL,
                        now_ms);
    } else if (download->want_cancel || room->stopping) {
        err_set(&err, ERR_CANCELED, "stopped; what is here is kept");
        download_finish(room, download, FETCH_CANCELED, &err, NULL, now_ms);
    } else if (download->restart) {
        download->restart = false;
        download->whole = true;
        if (download->want_pause)
            pause_now(room, download);
        else
            requeue(room, download);
    } else if (all_here(download)) {
        set_state(room, download, FETCH_CHECK);
        download->disk_job = DISK_FINISH;
        download_to_disk(room, download);
    } else if (download->want_pause) {
        pause_now(room, download);
    } else if (download->not_before_ms > now_ms) {
        wait_until(room, download);
    } else {
        requeue(room, download);
    }
}

static void fail(struct fetch *room, struct download *download,
                 enum fetch_state state, const struct err *err)
    REQUIRES(fetch_class)
{
    download->failing = true;
    download->end_state = state;
    download->err = *err;
    stop_leases(room, download);
}

/* Goes on with the next mirror, if there is one. */
static bool next_mirror(struct fetch *room, struct download *download,
                        const struct err *err) REQUIRES(fetch_class)
{
    if (download->mirror_at + 1 >= download->count)
        return false;
    download->err = *err;
    /* The host changes; so every lease has to come back first. */
    if (download->lease_count > 0) {
        download->turn = true;
        stop_leases(room, download);
    } else {
        turn_to_mirror(room, download);
    }
    return true;
}

/* A try that did not work and may work later. */
static void try_later(struct fetch *room, struct download *download,
                      const struct verdict *verdict, int64_t now_ms,
                      uint32_t random) REQUIRES(fetch_class)
{
    int64_t wait_ms = 0;
    int retries = room->options.retries;

    if (verdict->kind == VERDICT_FREE && download->free_tries++ < FREE_TRIES)
        return;
    if (download->tries++ >= (unsigned)retries) {
        if (!next_mirror(room, download, &verdict->err))
            fail(room, download, FETCH_FAILED, &verdict->err);
        return;
    }
    /* A refusal while others go on is the host's affair: its governor waits
     * for them. */
    if (verdict->kind != VERDICT_REFUSED || download->lease_count == 0)
        wait_ms = backoff_ms(download->tries - 1, random);
    if (wait_ms < verdict->retry_after_ms)
        wait_ms = verdict->retry_after_ms;
    download->not_before_ms = now_ms + wait_ms;
    download->err = verdict->err;
    download_event(room, download, FETCH_EVENT_RETRY, &verdict->err, NULL,
                   wait_ms, now_ms);
}

static void changed(struct fetch *room, struct download *download,
                    const struct verdict *verdict, int64_t now_ms)
    REQUIRES(fetch_class)
{
    if (download->restart)
        return;
    if (++download->changes > CHANGES_MAX) {
        fail(room, download, FETCH_FAILED, &verdict->err);
        return;
    }
    download->restart = true;
    download->single = true;
    download->best_bytes = 0;
    stop_leases(room, download);
    download_event(room, download, FETCH_EVENT_NOTE, &verdict->err, NULL, 0,
                   now_ms);
}

/* Ranges do not work after all: a stream that started at 0 gets its end back,
 * and without one the next begins at 0. */
static void no_ranges(struct download *download) REQUIRES(fetch_class)
{
    download->ranges = false;
    for (struct lease *lease = download->leases; lease; lease = lease->next)
        if (lease->first && lease->start == 0)
            lease->end = (uint64_t)download->seen.length;
}

static void remove_lease(struct lease *lease) REQUIRES(fetch_class)
{
    struct lease **at = &lease->download->leases;

    while (*at != lease)
        at = &(*at)->next;
    *at = lease->next;
    lease->download->lease_count--;
}

static void note_host(struct fetch *room, struct host *host,
                      const struct verdict *verdict, int64_t now_ms,
                      uint32_t random) REQUIRES(fetch_class)
{
    if (verdict->kind == VERDICT_REFUSED)
        host_refused(room, host, host->active, verdict->retry_after_ms, now_ms,
                     random);
    else if (verdict->kind == VERDICT_RETRY && host->active > 0 &&
             verdict->err.code == ERR_NET)
        host_refused(room, host, host->active, -1, now_ms, random);
}

static void act_on(struct fetch *room, struct download *download,
                   const struct verdict *verdict, int64_t now_ms,
                   uint32_t random) REQUIRES(fetch_class)
{
    switch (verdict->kind) {
    case VERDICT_NONE:
    case VERDICT_OK:
    case VERDICT_STOPPED:
        break;
    case VERDICT_RETRY:
    case VERDICT_FREE:
    case VERDICT_REFUSED:
        try_later(room, download, verdict, now_ms, random);
        break;
    case VERDICT_CHANGED:
        changed(room, download, verdict, now_ms);
        break;
    case VERDICT_NO_RANGES:
        no_ranges(download);
        break;
    case VERDICT_IF_RANGE:
        download->no_if_range = download->check_overlap = true;
        break;
    case VERDICT_H1:
        download->h1_only = true;
        break;
    case VERDICT_SKIP:
        fail(room, download, FETCH_SKIPPED, &verdict->err);
        break;
    case VERDICT_FAIL:
        if (!next_mirror(room, download, &verdict->err))
            fail(room, download, FETCH_FAILED, &verdict->err);
        break;
    }
}

/* Only what was never here before is progress: a server that breaks off every
 * time and cannot go on from there must not be asked for ever. */
static void note_progress(struct download *download) REQUIRES(fetch_class)
{
    uint64_t bytes = download_bytes(download);
    uint64_t least = PIECE_ALIGN;

    if (download->seen.length > 0 &&
        (uint64_t)download->seen.length / 16 < least)
        least = (uint64_t)download->seen.length / 16;
    if (bytes <= download->best_bytes || bytes - download->best_bytes < least)
        return;
    download->best_bytes = bytes;
    download->tries = download->free_tries = 0;
}

void download_settle(struct fetch *room, struct lease *lease,
                     const struct verdict *verdict, bool placed,
                     const char *path, int64_t now_ms, uint32_t random)
{
    struct download *download = lease->download;
    struct host *host = download_host(download);

    remove_lease(lease);
    host_end(host, lease->worker);
    mem_free(lease);
    note_progress(download);
    note_host(room, host, verdict, now_ms, random);
    if (placed) {
        host_unrun(room, host, download);
        download_finish(room, download, FETCH_DONE, NULL, path, now_ms);
        return;
    }
    if (!download->failing)
        act_on(room, download, verdict, now_ms, random);
    reckon_todo(download);
    if (all_here(download))
        stop_leases(room, download);
    if (download->lease_count > 0) {
        room_wake(room);
        return;
    }
    host_unrun(room, host, download);
    conclude(room, download, now_ms);
}

void download_pause(struct fetch *room, struct download *download)
{
    if (download->state == FETCH_QUEUED) {
        host_dequeue(room, download_host(download), download);
        pause_now(room, download);
    } else if (download->state == FETCH_WAIT) {
        leave_waiting(room, download);
        pause_now(room, download);
    } else if (download->state == FETCH_RUN) {
        download->want_pause = true;
        stop_leases(room, download);
    }
}

void download_resume(struct fetch *room, struct download *download)
{
    download->want_pause = false;
    if (download->state == FETCH_PAUSED)
        requeue(room, download);
}

void download_cancel(struct fetch *room, struct download *download,
                     int64_t now_ms)
{
    struct err err = {0};

    if (download->state == FETCH_RUN) {
        download->want_cancel = true;
        stop_leases(room, download);
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
    requeue(room, download);
}

static char *shown_url(const struct download *download)
{
    struct str text;

    str_init(&text, JOURNAL_URL);
    (void)journal_strip(&text, download->mirrors[0].url);
    return str_take(&text);
}

static struct fetch_event *new_event(struct fetch *room) REQUIRES(fetch_class)
{
    struct fetch_event *event;

    if (room->event_count == room->event_room) {
        size_t room_new = room->event_room ? room->event_room * 2 : 256;
        struct fetch_event *events = mem_new(room_new * sizeof(*events));

        for (size_t i = 0; i < room->event_count; i++)
            events[i] =
                room->events[(room->event_first + i) % room->event_room];
        mem_free(room->events);
        room->events = events;
        room->event_room = room_new;
        room->event_first = 0;
    }
    event = &room->events[(room->event_first + room->event_count++) %
                          room->event_room];
    *event = (struct fetch_event){.seq = ++room->event_seq, .total = -1};
    return event;
}

void download_event(struct fetch *room, struct download *download,
                    enum fetch_event_kind kind, const struct err *err,
                    const char *path, int64_t wait_ms, int64_t now_ms)
{
    struct fetch_event *event;

    if (!room->options.events)
        return;
    event = new_event(room);
    event->kind = kind;
    room->ping |= room->event_count >= EVENTS_MAX / 2;
    if (err)
        event->err = *err;
    if (!download)
        return;
    event->id = download->id;
    event->url = shown_url(download);
    event->path = mem_strdup(path ? path : download->name);
    event->bytes = download_bytes(download);
    event->total = download->seen.length;
    event->wait_ms = wait_ms;
    event->ms = download->start_ms ? now_ms - download->start_ms : 0;
}

void download_found(struct fetch *room, const char *url)
{
    struct fetch_event *event;

    if (!room->options.events)
        return;
    event = new_event(room);
    event->kind = FETCH_EVENT_FOUND;
    event->url = mem_strdup(url);
    room->ping = true;
}

void download_page_event(struct fetch *room, const char *url, uint64_t found,
                         uint64_t duplicates, uint64_t bad)
{
    struct fetch_event *event;

    if (!room->options.events)
        return;
    event = new_event(room);
    event->kind = FETCH_EVENT_PAGE;
    event->url = mem_strdup(url);
    event->found = found;
    event->duplicates = duplicates;
    event->bad = bad;
    room->ping = true;
}

void download_page_failed(struct fetch *room, struct download *page)
{
    room->count[FETCH_FAILED]++;
    download_event(room, page, FETCH_EVENT_FAILED, &page->err, NULL, 0, 0);
}
