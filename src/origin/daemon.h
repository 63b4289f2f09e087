/* The listening side of the origin: sockets on the loopback, and
 * libmicrohttpd's daemons on them. Belongs to who owns the origin. */
#ifndef ORIGIN_DAEMON_H
#define ORIGIN_DAEMON_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Listens on 127.0.0.1. *port 0: any, and then tells which. Returns the socket,
 * -1 and err on failure. */
int daemon_listen(uint16_t *port, struct err *err)
    __attribute__((warn_unused_result));

/* Listens on ::1 too, or returns -1 where that cannot be had. */
int daemon_listen6(uint16_t port);

/* What the daemon calls, on its own threads. */
struct daemon_calls {
    MHD_AccessHandlerCallback request;
    MHD_NotifyConnectionCallback connection;
    void *arg; /* for each of them */
};

/* Starts to serve; takes the socket over in any case. */
struct MHD_Daemon *daemon_start(int socket, bool ipv6, unsigned threads,
                                const struct daemon_calls *calls,
                                struct err *err)
    __attribute__((warn_unused_result));

#endif
