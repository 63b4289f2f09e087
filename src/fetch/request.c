/* What faces ask of the room. */
#include "fetch.h"

#include "base/clock.h"
#include "fetch/download.h"
#include "fetch/host.h"
#include "fetch/intake.h"
#include "fetch/room.h"

bool fetch_add(struct fetch *room, const struct fetch_spec *spec, uint64_t *id,
               struct err *err)
{
    struct intake_memo memo = {0};
    struct download *download = intake_download(spec, true, &memo, err);

    if (!download)
        return false;
    room_take(room);
    download_add(room, download);
    *id = download->id;
    room_drop(room);
    return true;
}

bool fetch_add_source(struct fetch *room, const struct fetch_source *source,
                      struct err *err)
{
    struct source *copy = intake_source(source, err);

    if (!copy)
        return false;
    room_take(room);
    if (room->sources_last)
        room->sources_last->next = copy;
    else
        room->sources = copy;
    room->sources_last = copy;
    lock_cond_signal(&room->reader_cond);
    room_drop(room);
    return true;
}

void fetch_close(struct fetch *room)
{
    room_take(room);
    room->closed = true;
    room->ping |= room_over(room);
    room_drop(room);
}

/* Calls what on the download called id, or on all. */
static void each(struct fetch *room, uint64_t id,
                 void (*what)(struct fetch *room, struct download *download))
{
    struct download *next;

    room_take(room);
    for (struct download *download = room->all; download; download = next) {
        next = download->next;
        if (id == 0 || download->id == id)
            what(room, download);
    }
    room->ping = true;
    room_drop(room);
}

static void cancel(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    download_cancel(room, download, clock_ms());
}

void fetch_pause(struct fetch *room, uint64_t id)
{
    each(room, id, download_pause);
}

void fetch_resume(struct fetch *room, uint64_t id)
{
    each(room, id, download_resume);
}

void fetch_cancel(struct fetch *room, uint64_t id)
{
    each(room, id, cancel);
}

void fetch_retry(struct fetch *room, uint64_t id)
{
    each(room, id, download_retry);
}

static struct download *find(struct fetch *room, uint64_t id)
    REQUIRES(fetch_class)
{
    struct download *download = id ? room->all : NULL;

    while (download && download->id != id)
        download = download->next;
    return download;
}

static void place_anew(struct fetch *room, struct download *download,
                       struct download *before) REQUIRES(fetch_class)
{
    struct host *host = download_host(download);

    if (before && before->state == FETCH_QUEUED &&
        download_host(before) == host && before != download) {
        host_dequeue(room, host, download);
        download->priority = before->priority;
        host_enqueue_before(room, host, download, before);
    } else {
        host_dequeue(room, host, download);
        host_enqueue(room, host, download);
    }
    room->ping = true;
    room_wake(room);
}

void fetch_priority(struct fetch *room, uint64_t id, int priority)
{
    struct download *download;

    room_take(room);
    download = find(room, id);
    if (download) {
        download->priority = priority;
        if (download->state == FETCH_QUEUED)
            place_anew(room, download, NULL);
    }
    room_drop(room);
}

void fetch_move(struct fetch *room, uint64_t id, uint64_t other)
{
    struct download *download;

    room_take(room);
    download = find(room, id);
    if (download && download->state == FETCH_QUEUED) {
        struct download *before = find(room, other);

        if (download != before) {
            download_move(room, download, before);
            place_anew(room, download, before);
        }
    }
    room_drop(room);
}

void fetch_set_jobs(struct fetch *room, unsigned max_jobs)
{
    room_take(room);
    room->max_jobs = max_jobs;
    room_wake(room);
    room_drop(room);
}

void fetch_set_rate(struct fetch *room, uint64_t bytes_per_s)
{
    room_take(room);
    room->rate_set = true;
    bucket_set(&room->bytes, (double)bytes_per_s, (double)bytes_per_s / 10 + 1,
               clock_ms());
    room->wake = (1u << room->worker_count) - 1;
    room_drop(room);
}

void fetch_stop(struct fetch *room)
{
    struct download *next;

    room_take(room);
    room->stopping = true;
    for (struct download *download = room->all; download; download = next) {
        next = download->next;
        download_cancel(room, download, clock_ms());
    }
    lock_cond_signal(&room->reader_cond);
    room->ping = true;
    room_drop(room);
    if (room->reader)
        notify_ping(&room->reader_notify);
}
