/* What faces ask of the room. */
#include "fetch.h"

#include "base/clock.h"
#include "fetch/download.h"
#include "fetch/host.h"
#include "fetch/intake.h"
#include "fetch/preview.h"
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

    if (copy)
        intake_add(room, copy);
    return copy != NULL;
}

void fetch_close(struct fetch *room)
{
    room_take(room);
    room->closed = true;
    room->ping |= room_over(room);
    room_drop(room);
}

static struct download *find(struct fetch *room, uint64_t id)
    REQUIRES(fetch_class)
{
    struct roll_entry *entry = roll_find(&room->all, id);

    return entry ? DOWNLOAD_OF(entry) : NULL;
}

/* Calls what on every download, also the page under way. */
static void on_all(struct fetch *room,
                   void (*what)(struct fetch *, struct download *))
    REQUIRES(fetch_class)
{
    struct roll_walk walk = roll_seek(&room->all, 0, false);
    struct roll_entry *entry;

    while ((entry = roll_next(&walk)) != NULL)
        what(room, DOWNLOAD_OF(entry));
    if (room->page)
        what(room, room->page);
}

static void on_one_or_all(struct fetch *room, uint64_t id,
                          void (*what)(struct fetch *, struct download *))
    REQUIRES(fetch_class)
{
    struct download *download = find(room, id);

    if (id == 0)
        on_all(room, what);
    else if (download)
        what(room, download);
    room->ping = true;
}

void fetch_pause(struct fetch *room, uint64_t id)
{
    room_take(room);
    room->held |= id == 0;
    on_one_or_all(room, id, download_pause);
    room_drop(room);
}

void fetch_resume(struct fetch *room, uint64_t id)
{
    room_take(room);
    if (id == 0) {
        room->held = false;
        lock_cond_signal(&room->reader_cond);
    }
    on_one_or_all(room, id, download_resume);
    room_drop(room);
}

static void cancel(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    if (download_over(download->state) || download->want_cancel)
        return;
    download->cancel_round = room->cancel_round;
    download_cancel(room, download, clock_ms());
}

void fetch_cancel(struct fetch *room, uint64_t id)
{
    room_take(room);
    room->cancel_round++;
    on_one_or_all(room, id, cancel);
    room_drop(room);
}

size_t fetch_undo_cancel(struct fetch *room)
{
    struct roll_walk walk;
    struct roll_entry *entry;
    size_t count = 0;

    room_take(room);
    walk = roll_seek(&room->all, 0, false);
    while (room->cancel_round > 0 && (entry = roll_next(&walk)) != NULL) {
        struct download *download = DOWNLOAD_OF(entry);

        if (download->cancel_round != room->cancel_round)
            continue;
        download_uncancel(room, download);
        count++;
    }
    if (room->cancel_round > 0)
        room->cancel_round--;
    room->ping = true;
    room_drop(room);
    return count;
}

static void retry_failed(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    if (download->state == FETCH_FAILED || download->state == FETCH_WAIT)
        download_retry(room, download);
}

void fetch_retry(struct fetch *room, uint64_t id)
{
    room_take(room);
    on_one_or_all(room, id, id ? download_retry : retry_failed);
    room_drop(room);
}

void fetch_forget(struct fetch *room, uint64_t id)
{
    struct download *download;
    struct download *next;

    room_take(room);
    download = find(room, id);
    if (download)
        download_forget(room, download);
    for (download = id ? NULL : room->over; download; download = next) {
        next = download->over_next;
        download_forget(room, download);
    }
    room->ping = true;
    room_drop(room);
}

void fetch_delete(struct fetch *room, uint64_t id)
{
    struct download *download;

    room_take(room);
    download = find(room, id);
    if (download)
        download_delete(room, download, clock_ms());
    room->ping = true;
    room_drop(room);
}

void fetch_verify(struct fetch *room, uint64_t id)
{
    struct download *download;

    room_take(room);
    download = find(room, id);
    if (download)
        download_verify(room, download);
    room->ping = true;
    room_drop(room);
}

void fetch_priority(struct fetch *room, uint64_t id, int priority)
{
    struct download *download;

    room_take(room);
    download = find(room, id);
    if (download)
        download_prioritize(room, download, priority);
    room->ping = true;
    room_drop(room);
}

void fetch_move(struct fetch *room, uint64_t id, uint64_t other)
{
    struct download *download;
    struct download *before;

    room_take(room);
    download = find(room, id);
    before = find(room, other);
    if (download && (before || other == 0))
        download_move(room, download, before);
    room->ping = true;
    room_drop(room);
}

void fetch_set_jobs(struct fetch *room, unsigned max_jobs)
{
    room_take(room);
    room->max_jobs = max_jobs;
    room_wake(room);
    room_drop(room);
}

void fetch_set_rate(struct fetch *room, uint64_t id, uint64_t bytes_per_s)
{
    struct download *download;
    struct bucket *bucket;

    room_take(room);
    download = find(room, id);
    bucket = download ? &download->bucket : id == 0 ? &room->bytes : NULL;
    if (bucket) {
        room->rate_set = true;
        bucket_set(bucket, (double)bytes_per_s, (double)bytes_per_s / 10 + 1,
                   clock_ms());
        room->wake = (1u << room->worker_count) - 1;
    }
    room_drop(room);
}

static void stop(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    download_cancel(room, download, clock_ms());
}

void fetch_stop(struct fetch *room)
{
    room_take(room);
    room->stopping = true;
    on_all(room, stop);
    preview_stop(room);
    lock_cond_signal(&room->reader_cond);
    room->ping = true;
    room_drop(room);
    if (room->reader)
        notify_ping(&room->reader_notify);
}
