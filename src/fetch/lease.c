#include "lease.h"

#include "base/mem.h"
#include "fetch/download.h"
#include "fetch/host.h"

enum {
    PIECE_FIRST = 4 << 20, /* before a connection's speed is known */
    PIECE_MS = 3000,       /* then: what it fetches in about this time */
    PIECE_ALIGN = 64 << 10,
    YOUNG_MS = 200,   /* before that a lease has no speed of its own */
    STEAL_MS = 300,   /* a lease with less time left is not cut, nor */
    STEAL_BEGINS = 4, /* one with so many times what a request needs to begin */
    LOOK_MS = 500,    /* a thread with nothing to do looks again */
    DOUBLE_MS = 3000  /* a rest this slow is fetched twice at once */
};

/* The bytes that are neither here nor under a lease. */
void lease_reckon_todo(struct download *download)
{
    if (download->seen.length < 0) {
        spans_clear(&download->todo);
        return;
    }
    spans_invert(&download->done, (uint64_t)download->seen.length,
                 &download->todo);
    for (struct lease *lease = download->leases; lease; lease = lease->next)
        if (lease->pos < lease->end)
            spans_remove(&download->todo, lease->pos, lease->end);
}

struct host *lease_host(const struct lease *lease)
{
    return lease->download->mirrors[lease->mirror].host;
}

bool lease_aside(const struct lease *lease)
{
    return lease->mirror != lease->download->mirror_at;
}

struct lease *lease_new(struct download *download, struct worker *worker,
                        size_t mirror, struct span span, int64_t now_ms)
{
    struct lease *lease = mem_new(sizeof(*lease));

    *lease = (struct lease){.download = download,
                            .worker = worker,
                            .mirror = mirror,
                            .next = download->leases,
                            .start = span.start,
                            .pos = span.start,
                            .end = span.end,
                            .since_ms = now_ms};
    meter_init(&lease->meter, now_ms);
    download->leases = lease;
    download->lease_count++;
    host_start(lease_host(lease), worker, now_ms);
    return lease;
}

/* How much one request should ask for: what its connection fetches in PIECE_MS,
 * so that boundaries come often enough to share the work anew, and never more
 * than half of what nobody has, so that the last pieces end together. */
static uint64_t piece_bytes(const struct download *download)
    REQUIRES(fetch_class)
{
    uint64_t todo = spans_total(&download->todo);
    uint64_t piece = PIECE_FIRST;

    if (download->meter.weight > 0 && download->lease_count > 0) {
        double rate = download->meter.rate / download->meter.weight;

        rate = rate / download->lease_count * PIECE_MS / 1000;
        if (rate > (double)piece)
            piece = (uint64_t)rate;
    }
    if (piece > todo / 2)
        piece = todo / 2;
    if (piece < LEASE_MIN)
        piece = LEASE_MIN;
    return (piece + PIECE_ALIGN - 1) / PIECE_ALIGN * PIECE_ALIGN;
}

static bool may_split(const struct fetch *room, const struct download *download,
                      int64_t now_ms) REQUIRES(fetch_class)
{
    unsigned most = room->options.max_segments;

    return download->state == FETCH_RUN && download->confirmed &&
           download->ranges && download->part && !download->single &&
           !download->restart && !download->failing && !download->want_pause &&
           !download->want_cancel && !download->turn &&
           now_ms >= download->not_before_ms &&
           (most == 0 || download->lease_count < most);
}

static struct lease *take_todo(struct fetch *room, struct download *download,
                               struct worker *worker, size_t mirror,
                               int64_t now_ms) REQUIRES(fetch_class)
{
    struct span span;

    if (!may_split(room, download, now_ms) ||
        !spans_take(&download->todo, piece_bytes(download), &span))
        return NULL;
    return lease_new(download, worker, mirror, span, now_ms);
}

struct lease *lease_todo(struct fetch *room, struct download *download,
                         struct worker *worker, int64_t now_ms)
{
    return take_todo(room, download, worker, download->mirror_at, now_ms);
}

/* Of a connection of this download, on an average. */
static double mean_rate(struct download *download, int64_t now_ms)
    REQUIRES(fetch_class)
{
    return meter_rate(&download->meter, now_ms) / download->lease_count;
}

/* A lease that has just begun is taken to be as fast as the others. */
static double rate_of(struct lease *lease, int64_t now_ms) REQUIRES(fetch_class)
{
    if (now_ms - lease->since_ms < YOUNG_MS)
        return mean_rate(lease->download, now_ms);
    return meter_rate(&lease->meter, now_ms);
}

static double left_ms(struct lease *lease, int64_t now_ms) REQUIRES(fetch_class)
{
    double rate = rate_of(lease, now_ms);
    double left = (double)(lease->end - lease->pos);

    return rate > 1 ? left * 1000 / rate : left * 1000;
}

/* The lease that would take longest, by its own speed. */
static struct lease *slowest(struct download *download, int64_t now_ms)
    REQUIRES(fetch_class)
{
    struct lease *found = NULL;

    for (struct lease *lease = download->leases; lease; lease = lease->next)
        if (lease->pos < lease->end && !lease->doubled && !lease->stop &&
            (!found || left_ms(lease, now_ms) > left_ms(found, now_ms)))
            found = lease;
    return found;
}

/* Is there so much left that a new request is worth its start? */
static bool worth_it(struct lease *victim, int64_t now_ms) REQUIRES(fetch_class)
{
    double left = left_ms(victim, now_ms);

    return left > STEAL_MS &&
           left > STEAL_BEGINS * download_host(victim->download)->begin_ms;
}

/* It is a rate limit that decides how fast it comes: more connections do not
 * help, as a rule. */
static bool limited(const struct fetch *room, const struct download *download)
    REQUIRES(fetch_class)
{
    return room->bytes.rate > 0 || download->bucket.rate > 0 ||
           download_host(download)->bytes.rate > 0;
}

/* Cuts the end off a lease and puts it into todo: as much as lets both end at
 * about the same time, where the new connection is an average one and has to
 * begin first. */
static bool steal(const struct fetch *room, struct download *download,
                  struct lease *victim, int64_t now_ms) REQUIRES(fetch_class)
{
    double own = rate_of(victim, now_ms);
    double other = mean_rate(download, now_ms);
    double drift = own * PUBLISH_MS / 1000;
    uint64_t least = limited(room, download) ? LEASE_MIN : PIECE_ALIGN;
    struct span kept = {victim->pos + (uint64_t)drift, victim->end};
    struct span rest;
    double keep;

    if (kept.start >= kept.end || own + other <= 0)
        return false;
    keep = (double)(kept.end - kept.start);
    keep += other * download_host(download)->begin_ms / 1000;
    keep *= own / (own + other);
    if (keep < (double)least)
        keep = (double)least;
    if (!span_split(&kept, (uint64_t)keep, PIECE_ALIGN, least, &rest))
        return false;
    victim->end = kept.end;
    return spans_add(&download->todo, rest.start, rest.end);
}

static struct lease *take_other(struct fetch *room, struct download *download,
                                struct worker *worker, size_t mirror,
                                int64_t now_ms, int64_t *next_ms)
    REQUIRES(fetch_class)
{
    struct lease *victim;
    struct lease *lease;

    if (!may_split(room, download, now_ms))
        return NULL;
    victim = slowest(download, now_ms);
    if (!victim)
        return NULL;
    if (worth_it(victim, now_ms) && steal(room, download, victim, now_ms))
        return take_todo(room, download, worker, mirror, now_ms);
    if (left_ms(victim, now_ms) < DOUBLE_MS ||
        now_ms - victim->since_ms < DOUBLE_MS) {
        /* It may stall later, and nobody would tell. */
        if (now_ms + LOOK_MS < *next_ms)
            *next_ms = now_ms + LOOK_MS;
        return NULL;
    }
    lease = lease_new(download, worker, mirror,
                      (struct span){victim->pos, victim->end}, now_ms);
    lease->doubled = victim->doubled = true;
    return lease;
}

struct lease *lease_steal(struct fetch *room, struct download *download,
                          struct worker *worker, int64_t now_ms,
                          int64_t *next_ms)
{
    return take_other(room, download, worker, download->mirror_at, now_ms,
                      next_ms);
}

/* May mirror be asked now? One request alone finds out whether it has the same
 * file. */
static bool may_ask(struct fetch *room, struct mirror *mirror,
                    const struct worker *worker, int64_t now_ms,
                    int64_t *next_ms) REQUIRES(fetch_class)
{
    if (mirror->off || mirror->asked)
        return false;
    if (now_ms < mirror->not_before_ms) {
        if (mirror->not_before_ms < *next_ms)
            *next_ms = mirror->not_before_ms;
        return false;
    }
    return host_may_start(room, mirror->host, worker, now_ms, next_ms) &&
           mirror->host->active < mirror->host->governor.target;
}

struct lease *lease_mirror(struct fetch *room, struct download *download,
                           struct worker *worker, int64_t now_ms,
                           int64_t *next_ms)
{
    struct lease *lease = NULL;

    if (download->no_mix)
        return NULL;
    for (size_t i = download->mirror_at + 1; i < download->count && !lease;
         i++) {
        struct mirror *mirror = &download->mirrors[i];

        if (!may_ask(room, mirror, worker, now_ms, next_ms))
            continue;
        lease = take_todo(room, download, worker, i, now_ms);
        if (!lease)
            lease = take_other(room, download, worker, i, now_ms, next_ms);
        if (lease)
            mirror->asked = !mirror->proven;
    }
    return lease;
}

static void stop_lease(struct fetch *room, struct lease *lease)
    REQUIRES(fetch_class)
{
    if (lease->stop)
        return;
    lease->stop = true;
    lease->worker->marked = true;
    room->wake |= 1u << lease->worker->index;
}

void lease_stop_all(struct fetch *room, struct download *download)
{
    for (struct lease *lease = download->leases; lease; lease = lease->next)
        stop_lease(room, lease);
}

/* Another lease may have fetched this one's rest first. */
static void stop_doubles(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    for (struct lease *lease = download->leases; lease; lease = lease->next)
        if (lease->doubled && lease->end != UINT64_MAX &&
            spans_has(&download->done, lease->pos, lease->end))
            stop_lease(room, lease);
}

void lease_publish(struct fetch *room, struct lease *lease, uint64_t pos,
                   uint64_t received, bool on_disk, int64_t now_ms)
{
    struct download *download = lease->download;

    if (on_disk && pos > lease->pos) {
        spans_add(&download->done, lease->pos, pos);
        /* It ran past a cut that it had not heard of: nobody need fetch that
         * again. */
        if (pos > lease->end)
            spans_remove(&download->todo, lease->end, pos);
        if (lease->doubled)
            stop_doubles(room, download);
    }
    if (!on_disk)
        download->memory_bytes = pos;
    lease->pos = pos;
    meter_add(&lease->meter, received);
    (void)meter_rate(&lease->meter, now_ms);
    meter_add(&download->meter, received);
    (void)meter_rate(&download->meter, now_ms);
    meter_add(&room->meter, received);
    (void)meter_rate(&room->meter, now_ms);
    room->received += received;
    (void)host_work(room, lease_host(lease), (double)received, now_ms);
}

void lease_remove(struct lease *lease)
{
    struct lease **at = &lease->download->leases;

    while (*at != lease)
        at = &(*at)->next;
    *at = lease->next;
    lease->download->lease_count--;
}
