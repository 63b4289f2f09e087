/* Downloads of the room: their states and what may be asked of them. Called
 * with the room's lock held, except _new and _free. */
#ifndef FETCH_DOWNLOAD_H
#define FETCH_DOWNLOAD_H

#include "fetch/room.h"

/* From a spec whose URLs have been checked; strings are copied. */
struct download *download_new(const struct fetch_spec *spec);
void download_free(struct download *download);

/* Makes download known to the room and queues it. */
void download_add(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

/* Makes known one that was over before: a row, no more. */
void download_add_over(struct fetch *room, struct download *download,
                       enum fetch_state state) REQUIRES(fetch_class);

/* The host its next request goes to. */
struct host *download_host(const struct download *download)
    REQUIRES(fetch_class);

/* A queued download begins: its first lease. */
struct lease *download_begin(struct fetch *room, struct download *download,
                             struct worker *worker, int64_t now_ms)
    REQUIRES(fetch_class);

/* The first answer agrees with what is known (or is the first of all): the
 * length and whether ranges work are set in download. */
void download_confirm(struct fetch *room, struct lease *lease, int64_t now_ms)
    REQUIRES(fetch_class);

/* Moves the downloads whose waiting time is over back to their queues. */
void download_wake_waiting(struct fetch *room, int64_t now_ms)
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
void download_uncancel(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);
void download_verify(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);
void download_delete(struct fetch *room, struct download *download,
                     int64_t now_ms) REQUIRES(fetch_class);

/* Out of the list, if it is over, as soon as the disk thread lets go of it. */
void download_forget(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

void download_prioritize(struct fetch *room, struct download *download,
                         int priority) REQUIRES(fetch_class);

/* Puts download right before other in the list and the queue, with its
 * priority; NULL: last. */
void download_move(struct fetch *room, struct download *download,
                   struct download *other) REQUIRES(fetch_class);

bool download_over(enum fetch_state state);

/* All its bytes are in the part. */
bool download_complete(const struct download *download) REQUIRES(fetch_class);

/* Its states, for what decides about them. _requeue: before its equals, since
 * it has waited already; _wait: until not_before_ms. */
void download_set_state(struct fetch *room, struct download *download,
                        enum fetch_state state) REQUIRES(fetch_class);
void download_requeue(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);
void download_wait(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);
void download_pause_now(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

/* Bytes here so far. */
uint64_t download_bytes(const struct download *download) REQUIRES(fetch_class);

/* Gives the disk thread something to do. */
void download_to_disk(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

#endif
