#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "thread.h"

enum { STATUS = 130 };

static volatile sig_atomic_t stops;
static volatile sig_atomic_t child;
static volatile sig_atomic_t resized;
static volatile sig_atomic_t continued;
static volatile sig_atomic_t suspend;
static void (*volatile rescue)(void);

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};

/* The second one does not wait for anything: an end that hangs can be left. */
static void on_stop(int number)
{
    (void)number;
    if (stops > 0) {
        if (rescue)
            rescue();
        _exit(STATUS);
    }
    stops = stops + 1;
}

static void on_child(int number)
{
    (void)number;
    child = 1;
}

static void on_resize(int number)
{
    (void)number;
    resized = 1;
}

static void on_continue(int number)
{
    (void)number;
    continued = 1;
}

static void on_suspend(int number)
{
    (void)number;
    suspend = 1;
}

static void on_fault(int number)
{
    if (rescue)
        rescue();
    signal(number, SIG_DFL);
    raise(number);
}

/* No SA_RESTART: a read that a person is waited for in must end too. */
static void take(int number, void (*handler)(int number))
{
    struct sigaction action = {.sa_handler = handler};

    sigfillset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static bool is_ignored(int number)
{
    struct sigaction old;

    return sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
}

void signals_take(void)
{
    thread_block_signals();
    for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
        if (!is_ignored(stop_signals[i]))
            take(stop_signals[i], on_stop);
    take(SIGCHLD, on_child);
    take(SIGWINCH, on_resize);
    take(SIGCONT, on_continue);
    take(SIGPIPE, SIG_IGN);
}

static bool is_default(int number)
{
    struct sigaction old;

    return sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL;
}

void signals_rescue(void (*function)(void))
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

    rescue = function;
    take(SIGTSTP, on_suspend);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        if (is_default(faults[i]))
            take(faults[i], on_fault);
}

static void wait_with(struct pollfd *polled, nfds_t count,
                      const struct timespec *timeout, const sigset_t *blocked)
{
    enum thread_state before = thread_mark(THREAD_POLL);

    if (ppoll(polled, count, timeout, blocked) < 0)
        for (nfds_t i = 0; i < count; i++)
            polled[i].revents = 0;
    thread_mark(before);
}

void signals_wait(struct pollfd *polled, nfds_t count, int64_t deadline_ms)
{
    struct timespec left = {.tv_sec = 0};
    sigset_t none;

    if (deadline_ms >= 0) {
        int64_t ms = deadline_ms - clock_ms();

        ms = ms > 0 ? ms : 0;
        left.tv_sec = ms / 1000;
        left.tv_nsec = ms % 1000 * 1000000;
    }
    sigemptyset(&none);
    wait_with(polled, count, deadline_ms >= 0 ? &left : NULL, &none);
}

void signals_wait_stop(struct pollfd *polled)
{
    sigset_t blocked;

    sigfillset(&blocked);
    for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
        sigdelset(&blocked, stop_signals[i]);
    wait_with(polled, 1, NULL, &blocked);
}

int signals_stops(void)
{
    return stops;
}

/* A signal can come only inside signals_wait: no race between the two lines. */
static bool take_mark(volatile sig_atomic_t *mark)
{
    bool was = *mark != 0;

    *mark = 0;
    return was;
}

bool signals_child(void)
{
    return take_mark(&child);
}

bool signals_resized(void)
{
    return take_mark(&resized);
}

bool signals_continued(void)
{
    return take_mark(&continued);
}

bool signals_suspend(void)
{
    return take_mark(&suspend);
}

void signals_stop(void)
{
    static const struct timespec now = {.tv_sec = 0};
    sigset_t stop;
    sigset_t go_on;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigemptyset(&go_on);
    sigaddset(&go_on, SIGCONT);
    take(SIGTSTP, SIG_DFL);
    kill(0, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, NULL); /* here it stands still */
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    take(SIGTSTP, on_suspend);
    sigtimedwait(&go_on, NULL, &now); /* the one that ended this is no news */
}

void signals_final(void)
{
    sigset_t set;

    stops = stops + 1;
    sigemptyset(&set);
    for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
        sigaddset(&set, stop_signals[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
