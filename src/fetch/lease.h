/* Leases: which transfer fetches which bytes of a download. */
#ifndef FETCH_LEASE_H
#define FETCH_LEASE_H

#include "fetch/room.h"

/* No request asks for less, but for a file's rest. */
enum { LEASE_MIN = 1 << 20 };

/* The bytes that are neither here nor under a lease become todo. */
void lease_reckon_todo(struct download *download) REQUIRES(fetch_class);

struct lease *lease_new(struct download *download, struct worker *worker,
                        size_t mirror, struct span span, int64_t now_ms)
    REQUIRES(fetch_class);

/* Takes it out of its download; the caller frees it. */
void lease_remove(struct lease *lease) REQUIRES(fetch_class);

/* A further lease of a running download: a piece of todo. NULL: nothing there.
 */
struct lease *lease_todo(struct fetch *room, struct download *download,
                         struct worker *worker, int64_t now_ms)
    REQUIRES(fetch_class);

/* The same for a thread with nothing else to do, where todo is empty: the end
 * of the slowest lease. NULL: nothing worth it now; *next_ms is lowered to when
 * it may be. */
struct lease *lease_steal(struct fetch *room, struct download *download,
                          struct worker *worker, int64_t now_ms,
                          int64_t *next_ms) REQUIRES(fetch_class);

/* The same from another mirror of the file than the one its first answer came
 * from, if there is one that may be asked now. */
struct lease *lease_mirror(struct fetch *room, struct download *download,
                           struct worker *worker, int64_t now_ms,
                           int64_t *next_ms) REQUIRES(fetch_class);

/* Where it is fetched from. */
struct host *lease_host(const struct lease *lease) REQUIRES(fetch_class);

/* The lease is beside those of the mirror that counts. */
bool lease_aside(const struct lease *lease) REQUIRES(fetch_class);

/* The transfers of all of them are to end. */
void lease_stop_all(struct fetch *room, struct download *download)
    REQUIRES(fetch_class);

/* The lease has come to pos; received: bytes off the network since the last
 * time (they count even where they were there before). */
void lease_publish(struct fetch *room, struct lease *lease, uint64_t pos,
                   uint64_t received, bool on_disk, int64_t now_ms)
    REQUIRES(fetch_class);

#endif
