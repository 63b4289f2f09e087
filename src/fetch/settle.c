#include "settle.h"

#include "base/mem.h"
#include "fetch/backoff.h"
#include "fetch/download.h"
#include "fetch/event.h"
#include "fetch/host.h"
#include "fetch/lease.h"

enum {
    PROGRESS_MIN = 64 << 10, /* fewer new bytes are none */
    FREE_TRIES = 3,          /* failures that cost nothing, before they count */
    MIRROR_TRIES = 3,        /* of a mirror beside another */
    CHANGES_MAX = 5          /* a file that changes more often is given up */
};

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
    event_add(room, download, FETCH_EVENT_RETRY, &download->err, NULL, 0, 0);
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
            download_pause_now(room, download);
        else
            download_requeue(room, download);
    } else if (download_complete(download)) {
        download_set_state(room, download, FETCH_CHECK);
        download->disk_job = DISK_FINISH;
        download_to_disk(room, download);
    } else if (download->want_pause) {
        download_pause_now(room, download);
    } else if (download->not_before_ms > now_ms) {
        download_wait(room, download);
    } else {
        download_requeue(room, download);
    }
}

static void fail(struct fetch *room, struct download *download,
                 enum fetch_state state, const struct err *err)
    REQUIRES(fetch_class)
{
    download->failing = true;
    download->end_state = state;
    download->err = *err;
    lease_stop_all(room, download);
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
        lease_stop_all(room, download);
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

    download->retries++;
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
    event_add(room, download, FETCH_EVENT_RETRY, &verdict->err, NULL, wait_ms,
              now_ms);
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
    lease_stop_all(room, download);
    event_add(room, download, FETCH_EVENT_NOTE, &verdict->err, NULL, 0, now_ms);
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

/* A mirror beside the one that counts has failed: it is given up, or asked
 * later if that may help. The download goes on without it. */
static void act_aside(struct fetch *room, const struct lease *lease,
                      const struct verdict *verdict, int64_t now_ms,
                      uint32_t random) REQUIRES(fetch_class)
{
    struct download *download = lease->download;
    struct mirror *mirror = &download->mirrors[lease->mirror];
    struct err err = verdict->err;
    int64_t wait_ms;

    mirror->asked = false;
    if (verdict->kind == VERDICT_OK || verdict->kind == VERDICT_STOPPED)
        return;
    wait_ms = backoff_ms(mirror->tries, random);
    if (wait_ms < verdict->retry_after_ms)
        wait_ms = verdict->retry_after_ms;
    mirror->not_before_ms = now_ms + wait_ms;
    mirror->off =
        mirror->tries++ >= MIRROR_TRIES ||
        (verdict->kind != VERDICT_RETRY && verdict->kind != VERDICT_FREE &&
         verdict->kind != VERDICT_REFUSED);
    if (!mirror->off)
        return;
    err_prefix(&err, "%s", mirror->key);
    event_add(room, download, FETCH_EVENT_NOTE, &err, NULL, 0, now_ms);
}

/* Failures of our own disk, wherever the bytes came from. */
static bool ours(const struct verdict *verdict)
{
    return verdict->kind == VERDICT_FAIL &&
           (verdict->err.code == ERR_SPACE || verdict->err.code == ERR_IO ||
            verdict->err.code == ERR_DENIED);
}

/* Only what was never here before is progress: a server that breaks off every
 * time and cannot go on from there must not be asked for ever. */
static void note_progress(struct download *download) REQUIRES(fetch_class)
{
    uint64_t bytes = download_bytes(download);
    uint64_t least = PROGRESS_MIN;

    if (download->seen.length > 0 &&
        (uint64_t)download->seen.length / 16 < least)
        least = (uint64_t)download->seen.length / 16;
    if (bytes <= download->best_bytes || bytes - download->best_bytes < least)
        return;
    download->best_bytes = bytes;
    download->tries = download->free_tries = 0;
}

void settle_lease(struct fetch *room, struct lease *lease,
                  const struct verdict *verdict, bool placed, const char *path,
                  int64_t now_ms, uint32_t random)
{
    struct download *download = lease->download;
    struct host *home = download_host(download); /* a turn changes it */
    struct host *host = lease_host(lease);
    bool aside = lease_aside(lease) && !ours(verdict);

    lease_remove(lease);
    host_end(host, lease->worker);
    if (aside && !download->failing)
        act_aside(room, lease, verdict, now_ms, random);
    mem_free(lease);
    note_progress(download);
    note_host(room, host, verdict, now_ms, random);
    if (placed) {
        host_unrun(room, home, download);
        download_finish(room, download, FETCH_DONE, NULL, path, now_ms);
        return;
    }
    if (!download->failing && !aside)
        act_on(room, download, verdict, now_ms, random);
    lease_reckon_todo(download);
    if (download_complete(download))
        lease_stop_all(room, download);
    if (download->lease_count > 0) {
        room_wake(room);
        return;
    }
    host_unrun(room, home, download);
    conclude(room, download, now_ms);
}
