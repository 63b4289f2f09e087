/* The speed cap of a connection.
 *
 * Each connection has a credit of bytes that grows with time. Where it is used
 * up, the connection is suspended: libmicrohttpd forgets it until it is
 * resumed, which the thread origin-pace does when the credit has grown enough.
 * So a slow connection takes no processor time and holds up no other.
 *
 * One thread of libmicrohttpd serves a connection from its start to its end and
 * is called "the connection's thread" below. */
#ifndef ORIGIN_PACE_H
#define ORIGIN_PACE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/lock.h"

struct thread;
struct pace;

/* What a connection carries for its cap. */
struct paced {
    /* constant after pace_enter */
    struct MHD_Connection *connection;

    /* guarded by the room's lock: the place in the line, while suspended */
    struct paced *next GUARDED_BY(origin_class);
    struct paced *prev GUARDED_BY(origin_class);
    int64_t due_ms GUARDED_BY(origin_class);

    /* the connection's thread's own */
    int64_t credit; /* bytes */
    int64_t seen_ns;
};

/* bytes_per_s: 0, or more than 4 GiB/s, for no cap. lock: the room's, of class
 * origin; outlives the pace. Starts the thread. */
struct pace *pace_new(uint64_t bytes_per_s, struct lock *lock, struct err *err)
    __attribute__((warn_unused_result));

/* Resumes all connections and ends the thread; from then on pace_take lets
 * nothing more through. To be called before MHD_stop_daemon, which may not be
 * with suspended connections. */
void pace_stop(struct pace *pace);
void pace_free(struct pace *pace); /* stopped, and no connection left */

/* A new connection; it begins with a full credit. */
void pace_enter(struct pace *pace, struct paced *paced,
                struct MHD_Connection *connection);

enum pace_answer {
    PACE_GO,
    PACE_SUSPENDED, /* the content reader has to return 0 */
    PACE_CLOSING    /* the origin ends */
};

/* The connection's thread, inside its content reader: wants to send *len bytes
 * and may send what is in *len after PACE_GO. */
enum pace_answer pace_take(struct pace *pace, struct paced *paced, size_t *len);

#endif
