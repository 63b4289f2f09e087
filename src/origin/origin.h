/* The embedded origin: an HTTP/1.1 server on the loopback that serves the files
 * of content.h, for the demo and for tests. Nothing of it lies on a disk.
 *
 * It answers GET and HEAD, with ranges (206, 416, If-Range), strong ETags and
 * Last-Modified. For tests, each path also exists behind a prefix:
 *   /norange/...     ranges are not offered and not honoured
 *   /nolength/...    nor that, and the length is not told (chunked)
 *   /novalidator/... ranges, but no ETag and no Last-Modified
 *
 * The connections are served by threads of libmicrohttpd, which are not in the
 * roster (they are called MHD-worker or MHD-single); origin-pace, which keeps
 * the speed cap, is. */
#ifndef ORIGIN_ORIGIN_H
#define ORIGIN_ORIGIN_H

#include <stdint.h>

#include "base/err.h"

struct origin;

struct origin_options {
    uint16_t port;             /* 0: any that is free */
    uint64_t rate_bytes_per_s; /* of each connection; 0: no cap */
    unsigned threads;          /* of libmicrohttpd; 0: 2 */
};

enum { ORIGIN_THREADS_MAX = 64 };

/* Serves from when this returns. The caller has blocked its signals, as the
 * library's threads inherit that. NULL and err if the port is taken or the
 * system refuses. */
struct origin *origin_new(const struct origin_options *options, struct err *err)
    __attribute__((warn_unused_result));

/* Cuts what is still being sent. */
void origin_free(struct origin *origin);

/* "http://127.0.0.1:PORT". ::1 listens on the same port where there is IPv6 and
 * the port is free there. Any thread; lives as long as the origin. */
const char *origin_url(const struct origin *origin);

struct origin_stats {
    uint64_t requests;    /* answered or being answered */
    uint64_t bytes;       /* of content sent */
    uint64_t connections; /* so far */
    uint64_t open;        /* of these, now */
};

/* Any thread. */
void origin_stats(struct origin *origin, struct origin_stats *stats);

#endif
