#include "notify.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool notify_init(struct notify *notify, struct err *err)
{
    atomic_init(&notify->pending, false);
    notify->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return notify->fd >= 0 ||
           err_errno(err, errno, "cannot make a descriptor for wakeups");
}

void notify_fini(struct notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

/* A write that fails would be a wakeup lost for ever: the mark is set. */
void notify_ping(struct notify *notify)
{
    const uint64_t one = 1;

    if (atomic_exchange(&notify->pending, true))
        return;
    if (write(notify->fd, &one, sizeof(one)) != (ssize_t)sizeof(one)) {
        perror("threadlab: cannot ping a wakeup descriptor");
        abort();
    }
}

/* In this order: a ping between the two finds the mark set and writes nothing,
 * but the copy the receiver makes next shows what it was about. The other way
 * round, the read could swallow a new ping whose mark stays. An exchange and
 * not a store: what the last pinger wrote before is then seen here. */
void notify_drain(struct notify *notify)
{
    uint64_t count;

    if (read(notify->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
        perror("threadlab: cannot read a wakeup descriptor");
        abort();
    }
    atomic_exchange(&notify->pending, false);
}
