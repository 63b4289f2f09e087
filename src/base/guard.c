#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "thread.h"

/* Older C libraries know the member by its kernel name only. */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { TICK_MS = 100 };

bool guard_open(struct guard *guard, const char *path, struct err *err)
{
    guard->held = false;
    guard->fd =
        open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    return guard->fd >= 0 ||
           err_errno(err, errno, "cannot open the lock file %s", path);
}

void guard_close(struct guard *guard)
{
    if (guard->fd >= 0)
        close(guard->fd);
    guard->fd = -1;
    guard->held = false;
}

/* flock(2) waits without a limit, and a thread that polled instead would lose
 * against one that commits all the time. So a timer interrupts the call. It
 * ticks, as a single shot could come just before the call. */
struct ticker {
    timer_t timer;
    sigset_t before;
};

static pthread_once_t handler_once = PTHREAD_ONCE_INIT;

static void ignore(int signal)
{
    (void)signal;
}

/* Without SA_RESTART: interrupting is the purpose. */
static void set_handler(void)
{
    struct sigaction action = {.sa_handler = ignore};

    sigemptyset(&action.sa_mask);
    sigaction(SIGURG, &action, NULL);
}

static bool ticker_start(struct ticker *ticker, struct err *err)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID,
                             .sigev_signo = SIGURG};
    struct itimerspec every = {
        .it_interval.tv_nsec = TICK_MS * 1000000L,
        .it_value.tv_nsec = TICK_MS * 1000000L,
    };
    sigset_t urgent;

    pthread_once(&handler_once, set_handler);
    event.sigev_notify_thread_id = thread_tid();
    if (timer_create(CLOCK_MONOTONIC, &event, &ticker->timer) != 0)
        return err_errno(err, errno, "cannot make a timer");
    timer_settime(ticker->timer, 0, &every, NULL);
    sigemptyset(&urgent);
    sigaddset(&urgent, SIGURG);
    pthread_sigmask(SIG_UNBLOCK, &urgent, &ticker->before);
    return true;
}

static void ticker_stop(struct ticker *ticker)
{
    timer_delete(ticker->timer);
    pthread_sigmask(SIG_SETMASK, &ticker->before, NULL);
}

bool guard_take(struct guard *guard, int64_t deadline_ms, struct err *err)
{
    struct ticker ticker;
    int result = flock(guard->fd, LOCK_EX | LOCK_NB);

    if (result != 0 && errno == EWOULDBLOCK && clock_ms() < deadline_ms) {
        int errnum;

        if (!ticker_start(&ticker, err))
            return false;
        do
            result = flock(guard->fd, LOCK_EX);
        while (result != 0 && errno == EINTR && clock_ms() < deadline_ms);
        errnum = errno;
        ticker_stop(&ticker);
        errno = errnum;
    }
    guard->held = result == 0;
    if (!guard->held && (errno == EINTR || errno == EWOULDBLOCK))
        return err_set(err, ERR_BUSY, "another process has it");
    return guard->held || err_errno(err, errno, "cannot take the lock file");
}

/* The yield: a waiter that was just woken should find it free, also where its
 * last holder wants it again at once. */
void guard_drop(struct guard *guard)
{
    if (!guard->held)
        return;
    guard->held = false;
    flock(guard->fd, LOCK_UN);
    sched_yield();
}
