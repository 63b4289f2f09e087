#include "base/notify.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "base/thread.h"
#include "tap.h"

enum { PINGERS = 3, PINGS = 20000, PATIENCE_MS = 20000 };

static bool is_ready(const struct notify *notify, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = notify->fd, .events = POLLIN};

    return poll(&poll_fd, 1, timeout_ms) == 1;
}

static void test_alone(void)
{
    struct notify notify;
    struct err err = {0};
    uint64_t count = 0;

    tap_ok(notify_init(&notify, &err), "notify_init");
    tap_ok((fcntl(notify.fd, F_GETFD) & FD_CLOEXEC) != 0 &&
               (fcntl(notify.fd, F_GETFL) & O_NONBLOCK) != 0,
           "closes on exec, does not block");
    tap_ok(!is_ready(&notify, 0), "quiet at first");
    notify_drain(&notify);
    tap_ok(!is_ready(&notify, 0), "a drain of nothing");
    for (int i = 0; i < 3; i++)
        notify_ping(&notify);
    tap_ok(is_ready(&notify, 0), "pinged");
    tap_ok(read(notify.fd, &count, sizeof(count)) == sizeof(count) &&
               count == 1,
           "three pings are one write");
    notify_drain(&notify);
    notify_ping(&notify);
    tap_ok(is_ready(&notify, 0), "pinged again after a drain");
    notify_drain(&notify);
    tap_ok(!is_ready(&notify, 0), "drained");
    notify_fini(&notify);
    tap_ok(notify.fd < 0, "notify_fini");
    notify_fini(&notify);
}

struct board {
    struct notify notify;
    atomic_int sum;
};

static void ping_many(void *arg)
{
    struct board *board = arg;

    for (int i = 0; i < PINGS; i++) {
        atomic_fetch_add(&board->sum, 1);
        notify_ping(&board->notify);
    }
}

/* Sleeps in poll until the sum is complete: a lost wakeup would leave it there
 * with the last additions unseen. */
static void test_crowd(void)
{
    struct board board = {0};
    struct thread *threads[PINGERS];
    struct err err = {0};
    int seen = 0;
    int wakeups = 0;

    if (!notify_init(&board.notify, &err)) {
        tap_ok(false, "%s", err.text);
        return;
    }
    for (int i = 0; i < PINGERS; i++)
        threads[i] = thread_start("ping", "pings", ping_many, &board, NULL);
    while (seen < PINGERS * PINGS && is_ready(&board.notify, PATIENCE_MS)) {
        notify_drain(&board.notify);
        seen = atomic_load(&board.sum);
        wakeups++;
    }
    tap_int(seen, PINGERS * PINGS, "no wakeup is lost");
    tap_note("%d pings, %d wakeups", PINGERS * PINGS, wakeups);
    for (int i = 0; i < PINGERS; i++)
        thread_join(threads[i]);
    notify_fini(&board.notify);
}

int main(void)
{
    test_alone();
    test_crowd();
    return tap_done();
}
