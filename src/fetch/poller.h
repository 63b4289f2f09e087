/* Waits for the sockets and timers of multi handles, by epoll(7): libcurl then
 * looks only at transfers that have something to do, and asks the kernel
 * nothing about the rest.
 *
 * There are two multi handles, one for requests that may share a connection
 * (HTTP/2) and one for those that may not: libcurl 7.88 can put a request on an
 * HTTP/1.1 connection that is in use, and so give two files each other's bytes,
 * when a multi handle has connections of both kinds to one host. Belongs to one
 * network thread, but for the notify inside it, which anyone may ping to end a
 * wait. */
#ifndef FETCH_POLLER_H
#define FETCH_POLLER_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/notify.h"

enum lane { LANE_H1, LANE_H2, LANES };

struct poller {
    struct poller_lane {
        struct poller *poller;
        CURLM *multi;
        int64_t timer_ms; /* libcurl's; INT64_MAX: none */
    } lanes[LANES];
    int epoll_fd;
    struct notify notify;
    struct socket_state *sockets; /* by descriptor */
    size_t socket_count;
};

/* Takes over the multi handles' socket and timer callbacks. */
bool poller_init(struct poller *poller, CURLM *const multis[LANES],
                 struct err *err) __attribute__((warn_unused_result));

/* After curl_multi_cleanup of both. */
void poller_fini(struct poller *poller);

/* Makes easy's connections tell the poller of their sockets' ends. Its open
 * socket callback has to call poller_opened. */
void poller_adopt(struct poller *poller, CURL *easy);
void poller_opened(struct poller *poller, int fd);

/* Waits until something happens, somebody pings, or until_ms (clock_ms;
 * INT64_MAX: for ever), and lets libcurl act. True if it was pinged. */
bool poller_wait(struct poller *poller, int64_t until_ms);

#endif
