/* Downloads of the room: their states, their bytes, their leases. Called with
 * the room's lock held, except _new and _free. */
#ifndef FETCH_DOWNLOAD_H
#define FETCH_DOWNLOAD_H

#include "fetch/room.h"
#include "fetch/verdict.h"

/* From a spec whose URLs have been checked; strings are copied. */
struct download *download_new(const struct fetch_spec *spec);
void download_free(struct download *download);

/* Makes download known to the room and queues it. */
void download_add(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

/* The host its next request goes to. */
struct host *download_host(const struct download *download)
    REQUIRES(fetch_class);

/* A queued download begins: its first lease. */
struct lease *download_begin(struct fetch *room, struct download *download,
                             struct worker *worker, int64_t now_ms)
    REQUIRES(fetch_class);

/* A further lease of a running download for a thread with nothing else to do: a
 * piece of todo, or the end of the slowest lease. NULL: nothing worth it. */
struct lease *download_lease(struct fetch *room, struct download *download,
                             struct worker *worker, int64_t now_ms)
    REQUIRES(fetch_class);
/* Only from todo. */
struct lease *download_lease_todo(struct fetch *room, struct download *download,
                                  struct worker *worker, int64_t now_ms)
    REQUIRES(fetch_class);

/* The lease has come to pos; received: bytes off the network since the last
 * time (they count even where they were there before). */
void download_publish(struct fetch *room, struct lease *lease, uint64_t pos,
                      uint64_t received, bool on_disk, int64_t now_ms)
    REQUIRES(fetch_class);

/* The first answer agrees with what is known (or is the first of all): the
 * length and whether ranges work are set in download. */
void download_confirm(struct fetch *room, struct lease *lease, int64_t now_ms)
    REQUIRES(fetch_class);

/* Moves the downloads whose waiting time is over back to their queues. */
void download_wake_waiting(struct fetch *room, int64_t now_ms)
    REQUIRES(fetch_class);

/* The transfer of lease is over; frees it and moves the download on. placed:
 * the file has its final name already, at path (a small one, from memory; or a
 * page, and path is NULL). */
void download_settle(struct fetch *room, struct lease *lease,
                     const struct verdict *verdict, bool placed,
                     const char *path, int64_t now_ms, uint32_t random)
    REQUIRES(fetch_class);

/* The end: FETCH_DONE, _FAILED, _SKIPPED or _CANCELED. err: why, or NULL. path:
 * where it is, or NULL. */
void download_finish(struct fetch *room, struct download *download,
                     enum fetch_state state, const struct err *err,
                     const char *path, int64_t now_ms) REQUIRES(fetch_class);

/* Requests of people and programs. */
void download_pause(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);
void download_resume(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);
void download_cancel(struct fetch *room, struct download *download,
                     int64_t now_ms) REQUIRES(fetch_class);
void download_retry(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

/* Puts download right before other in queue order; NULL: last. */
void download_move(struct fetch *room, struct download *download,
                   struct download *other) REQUIRES(fetch_class);

bool download_over(enum fetch_state state);

/* Bytes here so far. */
uint64_t download_bytes(const struct download *download) REQUIRES(fetch_class);

/* Gives the disk thread something to do. */
void download_to_disk(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

/* An event about download, if events are kept. wait_ms: RETRY, else 0. */
void download_event(struct fetch *room, struct download *download,
                    enum fetch_event_kind kind, const struct err *err,
                    const char *path, int64_t wait_ms, int64_t now_ms)
    REQUIRES(fetch_class);

/* Events of the reader: a link that was only to be listed; a page was searched;
 * a page could not be had (it counts as a failed download). */
void download_found(struct fetch *room, const char *url) REQUIRES(fetch_class);
void download_page_event(struct fetch *room, const char *url, uint64_t found,
                         uint64_t duplicates, uint64_t bad)
    REQUIRES(fetch_class);
void download_page_failed(struct fetch *room, struct download *page)
    REQUIRES(fetch_class);

#endif
