/* Waits for the sockets and timers of a multi handle, by epoll(7): libcurl then
 * looks only at transfers that have something to do, and asks the kernel nothing
 * about the rest. Belongs to one network thread, but for the notify inside it,
 * which anyone may ping to end a wait. */
#ifndef FETCH_POLLER_H
#define FETCH_POLLER_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/notify.h"

struct poller {
    CURLM *multi;
    int epoll_fd;
    struct notify notify;
    int64_t timer_ms; /* libcurl's; INT64_MAX: none */
    struct socket_state *sockets; /* by descriptor */
    size_t socket_count;
};

/* Takes over multi's socket and timer callbacks. */
bool poller_init(struct poller *poller, CURLM *multi, struct err *err)
    __attribute__((warn_unused_result));

/* After curl_multi_cleanup. */
void poller_fini(struct poller *poller);

/* Makes easy's connections tell the poller of their sockets' ends. Its open
 * socket callback has to call poller_opened. */
void poller_adopt(struct poller *poller, CURL *easy);
void poller_opened(struct poller *poller, int fd);

/* Waits until something happens, somebody pings, or until_ms (clock_ms;
 * INT64_MAX: for ever), and lets libcurl act. True if it was pinged. */
bool poller_wait(struct poller *poller, int64_t until_ms);

#endif
