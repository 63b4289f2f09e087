/* Hosts of the download room: who may send the next request to whom, and when.
 * A host owns its connections, streams, request rate, byte rate and backoff
 * clock over all downloads. Called with the room's lock held. */
#ifndef FETCH_HOST_H
#define FETCH_HOST_H

#include "fetch/room.h"

/* The host called key, made if it is new. */
struct host *host_find(struct fetch *room, const char *key)
    REQUIRES(fetch_class);

/* One user less; a host that nobody uses any more may be forgotten. */
void host_leave(struct fetch *room, struct host *host) REQUIRES(fetch_class);

/* All of them, at the end. */
void host_free_all(struct fetch *room) REQUIRES(fetch_class);

/* Queues a download by priority and then as in the list, and takes it out
 * again. */
void host_enqueue(struct fetch *room, struct host *host,
                  struct download *download) REQUIRES(fetch_class);
void host_enqueue_before(struct fetch *room, struct host *host,
                         struct download *download, struct download *other)
    REQUIRES(fetch_class);
void host_dequeue(struct fetch *room, struct host *host,
                  struct download *download) REQUIRES(fetch_class);

/* The same for the downloads that run. */
void host_run(struct fetch *room, struct host *host, struct download *download)
    REQUIRES(fetch_class);
void host_unrun(struct fetch *room, struct host *host,
                struct download *download) REQUIRES(fetch_class);

/* May worker send one more request now? Else *next_ms is lowered to when it is
 * worth asking again, if time alone can bring that about. */
bool host_may_start(struct fetch *room, struct host *host,
                    const struct worker *worker, int64_t now_ms,
                    int64_t *next_ms) REQUIRES(fetch_class);

/* A request has begun, has ended. */
void host_start(struct host *host, const struct worker *worker, int64_t now_ms)
    REQUIRES(fetch_class);
void host_end(struct host *host, const struct worker *worker)
    REQUIRES(fetch_class);

/* Work done, for the governor; true if the host now bears more. */
bool host_work(struct fetch *room, struct host *host, double work,
               int64_t now_ms) REQUIRES(fetch_class);

/* An answer has begun, so many ms after the request. */
void host_begun(struct host *host, double begin_ms) REQUIRES(fetch_class);

/* The first answer of a connection: what the host speaks. */
void host_answered(struct fetch *room, struct host *host, bool h2)
    REQUIRES(fetch_class);

/* The server refused or broke a request; working: others of the host go on. */
void host_refused(struct fetch *room, struct host *host, unsigned working,
                  int64_t retry_after_ms, int64_t now_ms, uint32_t random)
    REQUIRES(fetch_class);

#endif
