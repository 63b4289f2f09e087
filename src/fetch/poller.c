#include "poller.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

enum { EVENTS = 64 };

/* libcurl takes its interest in a connection back when a request ends and says
 * it anew with the next one, mostly for the same thing. For connections, whose
 * end we are told of, the kernel is therefore not asked until it matters. */
struct socket_state {
    uint32_t have; /* what epoll watches for */
    uint32_t want;
    CURLM *multi;
    bool connection;
};

static struct socket_state *state_of(struct poller *poller, int fd)
{
    size_t at = (size_t)fd;

    if (at >= poller->socket_count) {
        size_t count = (at + 1) * 2;

        poller->sockets =
            mem_resize(poller->sockets, count, sizeof(*poller->sockets));
        for (size_t i = poller->socket_count; i < count; i++)
            poller->sockets[i] = (struct socket_state){0};
        poller->socket_count = count;
    }
    return &poller->sockets[at];
}

static void watch(struct poller *poller, int fd, struct socket_state *state,
                  uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    int what = !state->have ? EPOLL_CTL_ADD
               : events     ? EPOLL_CTL_MOD
                            : EPOLL_CTL_DEL;

    if (events == state->have)
        return;
    /* DEL fails where the descriptor is closed already, and is done then. */
    if (epoll_ctl(poller->epoll_fd, what, fd, &event) != 0 && events)
        abort();
    state->have = events;
}

static int on_interest(CURL *easy, curl_socket_t fd, int what, void *arg,
                       void *socket_arg)
{
    struct poller_lane *lane = arg;
    struct poller *poller = lane->poller;
    struct socket_state *state = state_of(poller, fd);

    (void)easy;
    (void)socket_arg;
    state->multi = lane->multi;
    state->want = what == CURL_POLL_IN    ? EPOLLIN
                  : what == CURL_POLL_OUT ? EPOLLOUT
                  : what == CURL_POLL_INOUT
                      ? (uint32_t)EPOLLIN | (uint32_t)EPOLLOUT
                      : 0;
    if (!state->connection || (state->want & ~state->have) ||
        (state->want && state->have != state->want))
        watch(poller, fd, state, state->want);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct poller_lane *lane = arg;

    (void)multi;
    lane->timer_ms = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
    return 0;
}

static int on_close(void *arg, curl_socket_t fd)
{
    struct poller *poller = arg;

    *state_of(poller, fd) = (struct socket_state){0};
    return close(fd);
}

static void take_over(struct poller *poller, enum lane at, CURLM *multi)
{
    struct poller_lane *lane = &poller->lanes[at];

    *lane = (struct poller_lane){
        .poller = poller, .multi = multi, .timer_ms = INT64_MAX};
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_interest);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, lane);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, lane);
}

bool poller_init(struct poller *poller, CURLM *const multis[LANES],
                 struct err *err)
{
    struct epoll_event event = {.events = EPOLLIN};

    *poller = (struct poller){.epoll_fd = -1};
    if (!notify_init(&poller->notify, err))
        return false;
    poller->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    event.data.fd = poller->notify.fd;
    if (poller->epoll_fd < 0 || epoll_ctl(poller->epoll_fd, EPOLL_CTL_ADD,
                                          poller->notify.fd, &event) != 0)
        return err_errno(err, errno, "cannot watch sockets");
    for (enum lane lane = 0; lane < LANES; lane++)
        take_over(poller, lane, multis[lane]);
    return true;
}

void poller_fini(struct poller *poller)
{
    notify_fini(&poller->notify);
    if (poller->epoll_fd >= 0)
        close(poller->epoll_fd);
    mem_free(poller->sockets);
}

void poller_adopt(struct poller *poller, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, poller);
}

void poller_opened(struct poller *poller, int fd)
{
    *state_of(poller, fd) = (struct socket_state){.connection = true};
}

static int timeout_ms(const struct poller *poller, int64_t until_ms)
{
    int64_t now_ms = clock_ms();

    for (enum lane lane = 0; lane < LANES; lane++)
        if (poller->lanes[lane].timer_ms < until_ms)
            until_ms = poller->lanes[lane].timer_ms;
    if (until_ms == INT64_MAX)
        return -1;
    if (until_ms <= now_ms)
        return 0;
    return until_ms - now_ms < INT_MAX ? (int)(until_ms - now_ms) : INT_MAX;
}

static void act(CURLM *multi, int fd, int flags)
{
    int running;

    if (curl_multi_socket_action(multi, fd, flags, &running) != CURLM_OK)
        abort();
}

static void act_on_timers(struct poller *poller)
{
    for (enum lane at = 0; at < LANES; at++) {
        struct poller_lane *lane = &poller->lanes[at];

        if (lane->timer_ms == INT64_MAX || clock_ms() < lane->timer_ms)
            continue;
        lane->timer_ms = INT64_MAX;
        act(lane->multi, CURL_SOCKET_TIMEOUT, 0);
    }
}

static void act_on_event(struct poller *poller, const struct epoll_event *event)
{
    int fd = event->data.fd;
    struct socket_state *state = state_of(poller, fd);
    int flags = 0;

    /* Nobody wants it: an idle connection was closed by the server, say. */
    if (!state->want) {
        watch(poller, fd, state, 0);
        return;
    }
    if (event->events & EPOLLIN)
        flags |= CURL_CSELECT_IN;
    if (event->events & EPOLLOUT)
        flags |= CURL_CSELECT_OUT;
    /* An error shows in the next read or write. */
    if (event->events & ((uint32_t)EPOLLERR | (uint32_t)EPOLLHUP))
        flags |= state->want & EPOLLIN ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
    act(state->multi, fd, flags);
}

bool poller_wait(struct poller *poller, int64_t until_ms)
{
    struct epoll_event events[EVENTS];
    int timeout = timeout_ms(poller, until_ms);
    bool pinged = false;
    int count;

    if (timeout != 0)
        thread_mark(THREAD_POLL);
    count = epoll_wait(poller->epoll_fd, events, EVENTS, timeout);
    if (timeout != 0)
        thread_mark(THREAD_RUN);
    for (int i = 0; i < count; i++)
        if (events[i].data.fd == poller->notify.fd) {
            notify_drain(&poller->notify);
            pinged = true;
        } else {
            act_on_event(poller, &events[i]);
        }
    act_on_timers(poller);
    return pinged;
}
