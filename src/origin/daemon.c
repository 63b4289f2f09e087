#include "daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, IDLE_S = 60 };

static int listen_at(int family, const struct sockaddr *address, socklen_t size)
{
    int on = 1;
    int made = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int why;

    if (made < 0)
        return -1;
    /* A port that was served a moment ago can be served again. */
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6)
        setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(made, address, size) == 0 && listen(made, SOMAXCONN) == 0)
        return made;
    why = errno;
    close(made);
    errno = why;
    return -1;
}

int daemon_listen(uint16_t *port, struct err *err)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(*port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    int made = listen_at(AF_INET, (struct sockaddr *)&address, size);

    if (made < 0 && errno == EADDRINUSE) {
        err_set(err, ERR_BUSY,
                "port %u is in use by another program; name another one, or "
                "none for any that is free",
                (unsigned)*port);
        return -1;
    }
    if (made < 0 ||
        getsockname(made, (struct sockaddr *)&address, &size) != 0) {
        err_errno(err, errno, "cannot listen on 127.0.0.1, port %u",
                  (unsigned)*port);
        if (made >= 0)
            close(made);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return made;
}

int daemon_listen6(uint16_t port)
{
    struct sockaddr_in6 address = {
        .sin6_family = AF_INET6,
        .sin6_port = htons(port),
        .sin6_addr = IN6ADDR_LOOPBACK_INIT,
    };

    return listen_at(AF_INET6, (struct sockaddr *)&address, sizeof address);
}

struct MHD_Daemon *daemon_start(int socket, bool ipv6, unsigned threads,
                                const struct daemon_calls *calls,
                                struct err *err)
{
    unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_Daemon *made;

    if (ipv6)
        flags |= MHD_USE_IPv6;
    made = MHD_start_daemon(
        flags, 0, NULL, NULL, calls->request, calls->arg,
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_NOTIFY_CONNECTION,
        calls->connection, calls->arg, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S,
        /* a pool of one is no pool to libmicrohttpd */
        threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads,
        MHD_OPTION_END);
    if (made)
        return made;
    close(socket);
    err_set(err, ERR_IO, "libmicrohttpd cannot serve on the loopback");
    return NULL;
}
