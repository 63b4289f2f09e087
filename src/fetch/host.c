#include "host.h"

#include <string.h>

#include "base/mem.h"
#include "fetch/backoff.h"
#include "fetch/hash.h"

enum {
    HOST_SLOTS = 256,   /* first size of the table, a power of two */
    HOST_KEPT = 1024,   /* idle hosts are forgotten above this many */
    HOST_FLOOR = 6,     /* connections for many files, before any measuring */
    HOST_MAX = 64,      /* connections unless the user says otherwise */
    HOST_STREAMS = 64,  /* HTTP/2 requests at once on one connection: nginx
                           ends a connection after 1,000 and libcurl before 8
                           fails what is then in flight beyond about this */
    BEGIN_SHARE = 8,    /* of a new value in the average */
    HOST_BURST_MS = 100 /* a rate limit may be used up this far at once */
};

static size_t slot_of(const struct fetch *room, const char *key)
{
    static const struct hash_key fixed = {0x686f7374, 0x6b657973};

    return (size_t)hash_bytes(&fixed, key, strlen(key)) &
           (room->host_slots - 1);
}

static void grow(struct fetch *room)
{
    struct host **old = room->hosts;
    size_t count = room->host_slots;

    room->host_slots = count ? count * 2 : HOST_SLOTS;
    room->hosts = mem_new(room->host_slots * sizeof(struct host *));
    for (size_t i = 0; i < count; i++)
        for (struct host *host = old[i], *next; host; host = next) {
            struct host **slot;

            next = host->bucket_next;
            /* The slot depends on host_slots, which has just doubled. */
            slot = &room->hosts[slot_of(room, host->key)];
            host->bucket_next = *slot;
            *slot = host;
        }
    mem_free(old);
}

static double burst(double rate)
{
    double bytes = rate * HOST_BURST_MS / 1000;

    return bytes > 1 ? bytes : 1;
}

static struct host *new_host(struct fetch *room, const char *key)
{
    struct host *host = mem_new(sizeof(*host));
    const struct fetch_options *options = &room->options;

    host->key = mem_strdup(key);
    host->first_worker = (unsigned)room->host_count;
    governor_init(&host->governor, options->max_connections
                                       ? options->max_connections
                                       : HOST_MAX);
    bucket_init(&host->bytes, (double)options->limit_rate_host,
                burst((double)options->limit_rate_host), 0);
    /* One at once; what a wake-up is late by is made good. */
    bucket_init(&host->requests, options->request_rate,
                1 + options->request_rate / 100, 0);
    return host;
}

struct host *host_find(struct fetch *room, const char *key)
{
    struct host **slot;
    struct host *host;

    if (room->host_count >= room->host_slots)
        grow(room);
    slot = &room->hosts[slot_of(room, key)];
    for (host = *slot; host; host = host->bucket_next)
        if (strcmp(host->key, key) == 0)
            return host;
    host = new_host(room, key);
    host->bucket_next = *slot;
    *slot = host;
    room->host_count++;
    return host;
}

static void free_host(struct host *host)
{
    mem_free(host->key);
    mem_free(host);
}

void host_leave(struct fetch *room, struct host *host)
{
    struct host **at;

    if (--host->users > 0 || room->host_count <= HOST_KEPT)
        return;
    at = &room->hosts[slot_of(room, host->key)];
    while (*at != host)
        at = &(*at)->bucket_next;
    *at = host->bucket_next;
    room->host_count--;
    free_host(host);
}

void host_free_all(struct fetch *room)
{
    for (size_t i = 0; i < room->host_slots; i++)
        for (struct host *host = room->hosts[i], *next; host; host = next) {
            next = host->bucket_next;
            free_host(host);
        }
    MEM_CLEAR(room->hosts);
    room->host_slots = room->host_count = 0;
}

/* The ring holds the hosts that have a queue or something running; it is asked
 * in turn, so that a host with a long list does not keep others waiting. */
static void enter_ring(struct fetch *room, struct host *host)
    REQUIRES(fetch_class)
{
    if (host->in_ring)
        return;
    host->in_ring = true;
    if (!room->ring) {
        host->ring_next = host->ring_prev = host;
        room->ring = host;
        return;
    }
    host->ring_next = room->ring;
    host->ring_prev = room->ring->ring_prev;
    host->ring_prev->ring_next = host;
    room->ring->ring_prev = host;
}

static void leave_ring(struct fetch *room, struct host *host)
    REQUIRES(fetch_class)
{
    if (!host->in_ring || host->queue || host->running)
        return;
    host->in_ring = false;
    if (host->ring_next == host) {
        room->ring = NULL;
        return;
    }
    host->ring_prev->ring_next = host->ring_next;
    host->ring_next->ring_prev = host->ring_prev;
    if (room->ring == host)
        room->ring = host->ring_next;
}

/* Links download in after prev; NULL: first. */
static void link_after(struct host *host, struct download *download,
                       struct download *prev) REQUIRES(fetch_class)
{
    download->host_prev = prev;
    download->host_next = prev ? prev->host_next : host->queue;
    if (prev)
        prev->host_next = download;
    else
        host->queue = download;
    if (download->host_next)
        download->host_next->host_prev = download;
    else
        host->queue_last = download;
    host->queued++;
}

void host_enqueue(struct fetch *room, struct host *host,
                  struct download *download)
{
    struct download *prev = host->queue_last;

    while (prev && (prev->priority < download->priority ||
                    (prev->priority == download->priority &&
                     prev->roll.place > download->roll.place)))
        prev = prev->host_prev;
    link_after(host, download, prev);
    enter_ring(room, host);
}

void host_enqueue_before(struct fetch *room, struct host *host,
                         struct download *download, struct download *other)
{
    link_after(host, download, other->host_prev);
    enter_ring(room, host);
}

void host_dequeue(struct fetch *room, struct host *host,
                  struct download *download)
{
    if (download->host_prev)
        download->host_prev->host_next = download->host_next;
    else
        host->queue = download->host_next;
    if (download->host_next)
        download->host_next->host_prev = download->host_prev;
    else
        host->queue_last = download->host_prev;
    download->host_next = download->host_prev = NULL;
    host->queued--;
    leave_ring(room, host);
}

void host_run(struct fetch *room, struct host *host, struct download *download)
{
    download->host_prev = NULL;
    download->host_next = host->running;
    if (host->running)
        host->running->host_prev = download;
    host->running = download;
    enter_ring(room, host);
}

void host_unrun(struct fetch *room, struct host *host,
                struct download *download)
{
    if (download->host_prev)
        download->host_prev->host_next = download->host_next;
    else
        host->running = download->host_next;
    if (download->host_next)
        download->host_next->host_prev = download->host_prev;
    download->host_next = download->host_prev = NULL;
    leave_ring(room, host);
}

static void sooner(int64_t *next_ms, int64_t at_ms)
{
    if (at_ms < *next_ms)
        *next_ms = at_ms;
}

/* Requests this worker may have under way at the host. Threads share evenly and
 * keep to their share, so that each reuses its own connections and all pools
 * together hold no more than the target. Who gets the odd ones differs from
 * host to host. */
static unsigned share(const struct fetch *room, const struct host *host,
                      const struct worker *worker) REQUIRES(fetch_class)
{
    unsigned workers = room->worker_count;
    unsigned target = host->governor.target;
    unsigned place = (worker->index + host->first_worker) % workers;

    if (host->h2)
        return HOST_STREAMS;
    return target / workers + (place < target % workers);
}

bool host_may_start(struct fetch *room, struct host *host,
                    const struct worker *worker, int64_t now_ms,
                    int64_t *next_ms)
{
    int64_t wait_ms;

    if (now_ms < host->not_before_ms) {
        sooner(next_ms, host->not_before_ms);
        return false;
    }
    governor_floor(&host->governor, host->queued + host->active < HOST_FLOOR
                                        ? host->queued + host->active
                                        : HOST_FLOOR);
    /* One request alone finds out what the host is, its address first. */
    if (!host->known && host->active > 0)
        return false;
    if (host->active_by[worker->index] >= share(room, host, worker) ||
        (!host->h2 && host->active >= host->governor.target))
        return false;
    wait_ms = bucket_wait_ms(&host->requests, now_ms);
    if (wait_ms == 0)
        wait_ms = bucket_wait_ms(&host->bytes, now_ms);
    if (wait_ms > 0)
        sooner(next_ms, now_ms + wait_ms);
    return wait_ms == 0;
}

void host_start(struct host *host, const struct worker *worker, int64_t now_ms)
{
    host->active++;
    host->active_by[worker->index]++;
    bucket_spend(&host->requests, 1, now_ms);
}

void host_end(struct host *host, const struct worker *worker)
{
    host->active--;
    host->active_by[worker->index]--;
}

bool host_work(struct fetch *room, struct host *host, double work,
               int64_t now_ms)
{
    governor_work(&host->governor, work);
    if (!governor_tick(&host->governor, host->active, now_ms))
        return false;
    room_wake(room);
    return true;
}

void host_begun(struct host *host, double begin_ms)
{
    if (host->begin_ms <= 0)
        host->begin_ms = begin_ms;
    host->begin_ms += (begin_ms - host->begin_ms) / BEGIN_SHARE;
}

void host_answered(struct fetch *room, struct host *host, bool h2)
{
    host->faults = 0;
    if (h2)
        host->h2 = true;
    if (host->known)
        return;
    host->known = true;
    room_wake(room);
}

void host_refused(struct fetch *room, struct host *host, unsigned working,
                  int64_t retry_after_ms, int64_t now_ms, uint32_t random)
{
    int64_t wait_ms;

    if (working > 0) {
        governor_refused(&host->governor, working, now_ms);
        return;
    }
    wait_ms = backoff_ms(host->faults++, random);
    if (wait_ms < retry_after_ms)
        wait_ms = retry_after_ms;
    if (host->not_before_ms < now_ms + wait_ms)
        host->not_before_ms = now_ms + wait_ms;
    room_wake(room);
}
