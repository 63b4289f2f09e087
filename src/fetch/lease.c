#include "lease.h"

#include "base/mem.h"
#include "fetch/download.h"
#include "fetch/host.h"

enum {
    PIECE_FIRST = 4 << 20, /* before a connection's speed is known */
    PIECE_MS = 3000,       /* then: what it fetches in about this time */
    PIECE_ALIGN = 64 << 10,
    STEAL_MS = 400,  /* a lease with less time left is not cut */
    DOUBLE_MS = 3000 /* a rest this slow is fetched twice at once */
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

struct lease *lease_new(struct download *download, struct worker *worker,
                        struct span span, int64_t now_ms)
{
    struct lease *lease = mem_new(sizeof(*lease));

    *lease = (struct lease){.download = download,
                            .worker = worker,
                            .next = download->leases,
                            .start = span.start,
                            .pos = span.start,
                            .end = span.end,
                            .since_ms = now_ms};
    meter_init(&lease->meter, now_ms);
    download->leases = lease;
    download->lease_count++;
    host_start(download_host(download), worker, now_ms);
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

struct lease *lease_todo(struct fetch *room, struct download *download,
                         struct worker *worker, int64_t now_ms)
{
    struct span span;

    if (!may_split(room, download, now_ms) ||
        !spans_take(&download->todo, piece_bytes(download), &span))
        return NULL;
    return lease_new(download, worker, span, now_ms);
}

static double left_ms(struct lease *lease, int64_t now_ms) REQUIRES(fetch_class)
{
    double rate = meter_rate(&lease->meter, now_ms);
    double left = (double)(lease->end - lease->pos);

    return rate > 1 ? left * 1000 / rate : left;
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

/* Cuts the end off a lease and puts it into todo. */
static bool steal(struct download *download, struct lease *victim,
                  int64_t now_ms) REQUIRES(fetch_class)
{
    double drift = meter_rate(&victim->meter, now_ms) * PUBLISH_MS / 1000;
    struct span kept = {victim->pos + (uint64_t)drift, victim->end};
    struct span rest;

    if (kept.start >= kept.end ||
        !span_split(&kept, PIECE_ALIGN, LEASE_MIN, &rest))
        return false;
    victim->end = kept.end;
    return spans_add(&download->todo, rest.start, rest.end);
}

struct lease *lease_steal(struct fetch *room, struct download *download,
                          struct worker *worker, int64_t now_ms)
{
    struct lease *victim;
    struct lease *lease;

    if (!may_split(room, download, now_ms))
        return NULL;
    victim = slowest(download, now_ms);
    if (!victim)
        return NULL;
    if (left_ms(victim, now_ms) > STEAL_MS && steal(download, victim, now_ms))
        return lease_todo(room, download, worker, now_ms);
    if (left_ms(victim, now_ms) < DOUBLE_MS ||
        now_ms - victim->since_ms < DOUBLE_MS)
        return NULL;
    lease = lease_new(download, worker, (struct span){victim->pos, victim->end},
                      now_ms);
    lease->doubled = victim->doubled = true;
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
    (void)host_work(room, download_host(download), (double)received, now_ms);
}

void lease_remove(struct lease *lease)
{
    struct lease **at = &lease->download->leases;

    while (*at != lease)
        at = &(*at)->next;
    *at = lease->next;
    lease->download->lease_count--;
}
