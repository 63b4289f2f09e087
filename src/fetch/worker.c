#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "fetch/archive.h"
#include "fetch/download.h"
#include "fetch/host.h"
#include "fetch/lease.h"
#include "fetch/setup.h"
#include "fetch/transfer.h"

enum {
    RUNNING_MAX = 256, /* transfers of one thread */
    BATCH = 16,        /* leases taken under one lock */
    SPARE_MAX = 128    /* idle handles that are kept */
};

/* xorshift64*; the jitter of retries needs no more. */
static uint32_t draw(struct worker *worker)
{
    worker->random ^= worker->random >> 12;
    worker->random ^= worker->random << 25;
    worker->random ^= worker->random >> 27;
    return (uint32_t)(worker->random * 0x2545f4914f6cdd1dULL >> 32);
}

/* ---- what to do next ---- */

static bool jobs_left(const struct fetch *room) REQUIRES(fetch_class)
{
    return room->max_jobs == 0 || room->running < room->max_jobs;
}

/* A piece of a file that runs already: first what nobody has, then what
 * somebody is slow with. */
static struct lease *lease_running(struct fetch *room, struct host *host,
                                   struct worker *worker, bool steal,
                                   int64_t now_ms, int64_t *next_ms)
    REQUIRES(fetch_class)
{
    struct lease *lease = NULL;

    for (struct download *download = host->running; download && !lease;
         download = download->host_next)
        lease = steal ? lease_steal(room, download, worker, now_ms, next_ms)
                      : lease_todo(room, download, worker, now_ms);
    return lease;
}

/* The first queued download that the disk thread is not busy with. */
static struct lease *lease_queued(struct fetch *room, struct host *host,
                                  struct worker *worker, int64_t now_ms)
    REQUIRES(fetch_class)
{
    struct download *download = host->queue;
    /* Somebody waits for it: it is above all others in the queue, too. */
    bool preview = download && download->preview;

    if ((!jobs_left(room) && !preview) || room_holds(room))
        return NULL;
    while (download && (download->on_disk || download->disk_queued))
        download = download->host_next;
    return download ? download_begin(room, download, worker, now_ms) : NULL;
}

static struct lease *lease_of_host(struct fetch *room, struct host *host,
                                   struct worker *worker, int64_t now_ms,
                                   int64_t *next_ms) REQUIRES(fetch_class)
{
    struct lease *lease =
        lease_running(room, host, worker, false, now_ms, next_ms);

    if (!lease)
        lease = lease_queued(room, host, worker, now_ms);
    /* Over HTTP/2 the streams are many, but each piece wants a connection of
     * its own: as many as the governor grants. */
    if (!lease && !host->queue && host->active < host->governor.target)
        lease = lease_running(room, host, worker, true, now_ms, next_ms);
    return lease;
}

/* A piece of a running file from another of its mirrors. */
static struct lease *lease_aside_of(struct fetch *room, struct worker *worker,
                                    int64_t now_ms, int64_t *next_ms)
    REQUIRES(fetch_class)
{
    struct host *host = room->ring;
    struct lease *lease = NULL;

    do {
        for (struct download *download = host->running; download && !lease;
             download = download->host_next)
            if (download->count > 1)
                lease = lease_mirror(room, download, worker, now_ms, next_ms);
        host = host->ring_next;
    } while (host != room->ring && !lease);
    return lease;
}

/* Asks the hosts in turn. NULL: nothing now; *next_ms is lowered to when time
 * alone may change that. */
static struct lease *next_lease(struct fetch *room, struct worker *worker,
                                int64_t now_ms, int64_t *next_ms)
    REQUIRES(fetch_class)
{
    struct host *first = room->ring;
    struct host *host = first;
    int64_t wait_ms = bucket_wait_ms(&room->bytes, now_ms);

    download_wake_waiting(room, now_ms);
    if (room->waiting_ms < *next_ms)
        *next_ms = room->waiting_ms;
    if (wait_ms > 0 && now_ms + wait_ms < *next_ms)
        *next_ms = now_ms + wait_ms;
    if (wait_ms > 0 || room->ending || room->stopping)
        return NULL;
    first = host = room->ring;
    if (!first)
        return NULL;
    do {
        struct host *next = host->ring_next;

        if (host_may_start(room, host, worker, now_ms, next_ms)) {
            struct lease *lease =
                lease_of_host(room, host, worker, now_ms, next_ms);

            if (lease) {
                /* The ring may have changed; any place in it will do. */
                if (room->ring && room->ring == host)
                    room->ring = room->ring->ring_next;
                return lease;
            }
        }
        host = next;
    } while (host != first);
    return room->mirrored ? lease_aside_of(room, worker, now_ms, next_ms)
                          : NULL;
}

static bool limited(const struct fetch *room) REQUIRES(fetch_class)
{
    const struct fetch_options *options = &room->options;

    return options->limit_rate || options->limit_rate_host ||
           options->limit_rate_file || room->rate_set;
}

/* One visit to the room: what is there to do, is anything to be ended? */
static size_t take_leases(struct worker *worker, struct lease *leases[BATCH],
                          bool *marked)
{
    struct fetch *room = worker->room;
    int64_t now_ms = clock_ms();
    size_t count = 0;

    worker->next_ms = INT64_MAX;
    worker->ask = true;
    room_take(room);
    worker->hungry = false;
    while (count < BATCH && worker->running_count + count < RUNNING_MAX) {
        leases[count] = next_lease(room, worker, now_ms, &worker->next_ms);
        if (!leases[count]) {
            worker->hungry = true;
            worker->ask = false;
            break;
        }
        count++;
    }
    if (worker->running_count + count == RUNNING_MAX)
        worker->ask = false;
    *marked = worker->marked;
    worker->ending = room->ending;
    worker->limited = limited(room);
    room_drop(room);
    return count;
}

/* ---- transfers ---- */

static struct transfer *idle_transfer(struct worker *worker)
{
    struct transfer *transfer = worker->spare;

    if (!transfer)
        return transfer_new(worker);
    worker->spare = transfer->next;
    worker->spare_count--;
    transfer->next = NULL;
    return transfer;
}

static void put_back(struct worker *worker, struct transfer *transfer)
{
    if (worker->spare_count >= SPARE_MAX) {
        transfer_free(transfer);
        return;
    }
    transfer->prev = NULL;
    transfer->next = worker->spare;
    worker->spare = transfer;
    worker->spare_count++;
}

static void enter(struct worker *worker, struct transfer *transfer)
{
    transfer->prev = NULL;
    transfer->next = worker->running;
    if (worker->running)
        worker->running->prev = transfer;
    worker->running = transfer;
    worker->running_count++;
}

static void leave(struct worker *worker, struct transfer *transfer)
{
    if (transfer->prev)
        transfer->prev->next = transfer->next;
    else
        worker->running = transfer->next;
    if (transfer->next)
        transfer->next->prev = transfer->prev;
    worker->running_count--;
}

static void start(struct worker *worker, struct lease *lease)
{
    struct transfer *transfer = idle_transfer(worker);

    if (!transfer_start(transfer, lease)) {
        transfer_settle(transfer, draw(worker));
        put_back(worker, transfer);
        worker->ask = worker->settled = true;
        return;
    }
    enter(worker, transfer);
    if (curl_multi_add_handle(worker->multis[transfer->lane], transfer->easy) !=
        CURLM_OK)
        abort();
}

static void finish(struct worker *worker, struct transfer *transfer,
                   CURLcode code)
{
    curl_multi_remove_handle(worker->multis[transfer->lane], transfer->easy);
    leave(worker, transfer);
    transfer_end(transfer, code);
    transfer_settle(transfer, draw(worker));
    put_back(worker, transfer);
    worker->ask = worker->settled = true;
}

static void finish_done(struct worker *worker, CURLM *multi)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        char *private = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        finish(worker, (struct transfer *)(void *)private, code);
    }
}

/* ---- progress ---- */

static bool anything_new(const struct worker *worker)
{
    if (worker->settled)
        return true;
    for (const struct transfer *transfer = worker->running; transfer;
         transfer = transfer->next)
        if (transfer->received != transfer->published)
            return true;
    return false;
}

/* The thread list shows one of the files, else its server, and how many more
 * there are. */
static void tell_job(const struct worker *worker)
{
    const struct transfer *transfer = worker->running;
    const struct download *download = transfer ? transfer->download : NULL;
    const char *what = "";

    if (download)
        what = download->name ? download->name : download->mirrors[0].key;
    if (worker->running_count > 1)
        thread_job("%s +%u", what, worker->running_count - 1);
    else
        thread_job("%s", what);
}

/* Tells the room about every transfer, and ends those it wants ended. */
static void publish(struct worker *worker, int64_t now_ms)
{
    struct fetch *room = worker->room;
    struct transfer *stopped[RUNNING_MAX];
    size_t count = 0;

    worker->settled = false;
    room_take(room);
    worker->marked = false;
    room->ping = true;
    for (struct transfer *transfer = worker->running; transfer;
         transfer = transfer->next)
        if (transfer_publish(transfer, now_ms))
            stopped[count++] = transfer;
    room_drop(room);
    for (size_t i = 0; i < count; i++)
        finish(worker, stopped[i], CURLE_ABORTED_BY_CALLBACK);
    tell_job(worker);
}

/* ---- rate limits ---- */

/* Charges what has come to the buckets; returns for how long this transfer has
 * to be quiet. */
static int64_t charge(struct fetch *room, struct transfer *transfer,
                      int64_t now_ms) REQUIRES(fetch_class)
{
    struct download *download = transfer->download;
    struct bucket *buckets[] = {
        &room->bytes, &lease_host(transfer->lease)->bytes, &download->bucket};
    double bytes = (double)(transfer->received - transfer->spent);
    int64_t wait_ms = 0;

    transfer->spent = transfer->received;
    transfer_grant(transfer);
    for (size_t i = 0; i < ARRAY_LEN(buckets); i++) {
        int64_t own_ms;

        bucket_spend(buckets[i], bytes, now_ms);
        own_ms = bucket_wait_ms(buckets[i], now_ms);
        if (own_ms > wait_ms)
            wait_ms = own_ms;
    }
    return wait_ms;
}

/* What libcurl has kept of a paused transfer comes inside curl_easy_pause.
 * Where that ends the transfer (it was cut meanwhile, say), only we are told.
 */
static void let_go(struct worker *worker, const bool pause[RUNNING_MAX])
{
    struct transfer *ended[RUNNING_MAX];
    size_t count = 0;
    size_t i = 0;

    for (struct transfer *transfer = worker->running; transfer;
         transfer = transfer->next, i++) {
        if (pause[i] == transfer->paused)
            continue;
        transfer->paused = pause[i];
        if (curl_easy_pause(transfer->easy,
                            pause[i] ? CURLPAUSE_RECV : CURLPAUSE_CONT) !=
            CURLE_OK)
            ended[count++] = transfer;
    }
    for (i = 0; i < count; i++)
        finish(worker, ended[i], CURLE_WRITE_ERROR);
}

/* Pauses and unpauses transfers as the buckets say. A paused socket is not
 * read: TCP holds the server back. */
static void throttle(struct worker *worker, int64_t now_ms)
{
    struct fetch *room = worker->room;
    bool pause[RUNNING_MAX];
    size_t i = 0;

    worker->throttle_ms = INT64_MAX;
    room_take(room);
    for (struct transfer *transfer = worker->running; transfer;
         transfer = transfer->next, i++) {
        int64_t wait_ms = charge(room, transfer, now_ms);

        /* libcurl calls a request done that was paused before its answer came,
         * and gives the answer to the next one of the connection. */
        pause[i] = wait_ms > 0 && transfer->begun;
        if (pause[i] && now_ms + wait_ms < worker->throttle_ms)
            worker->throttle_ms = now_ms + wait_ms;
    }
    room_drop(room);
    let_go(worker, pause);
}

/* ---- the thread ---- */

/* When to look up from the sockets at the latest. */
static int64_t until_ms(const struct worker *worker)
{
    int64_t until = worker->next_ms;

    if (worker->ask || (worker->ending && worker->running_count == 0))
        return 0;
    if (worker->throttle_ms < until)
        until = worker->throttle_ms;
    if (worker->publish_ms < until && anything_new(worker))
        until = worker->publish_ms;
    return until;
}

/* One round: start, move bytes, finish, publish. */
static void round_once(struct worker *worker)
{
    struct lease *leases[BATCH];
    bool marked = false;
    int64_t now_ms;

    if (worker->ask) {
        size_t count = take_leases(worker, leases, &marked);
        bool idle = worker->running_count == 0;

        for (size_t i = 0; i < count; i++)
            start(worker, leases[i]);
        if (idle && worker->running_count > 0)
            tell_job(worker);
    }
    now_ms = clock_ms();
    if (marked || (now_ms >= worker->publish_ms && anything_new(worker))) {
        publish(worker, now_ms);
        worker->publish_ms = now_ms + PUBLISH_MS;
    }
    if (worker->limited)
        throttle(worker, now_ms);
    if (poller_wait(&worker->poller, until_ms(worker)) ||
        clock_ms() >= worker->next_ms)
        worker->ask = true;
    for (enum lane lane = 0; lane < LANES; lane++)
        finish_done(worker, worker->multis[lane]);
}

static void work(void *arg)
{
    struct worker *worker = arg;
    struct fetch *room = worker->room;
    struct err err;

    if (room->options.archive) {
        worker->archive = archive_open(room->options.archive, &err);
        if (!worker->archive)
            log_write(LOG_WARN, "the archive cannot be read: %s", err.text);
    }
    worker->ask = true;
    while (!worker->ending || worker->running_count > 0)
        round_once(worker);
    while (worker->spare) {
        struct transfer *transfer = worker->spare;

        worker->spare = transfer->next;
        transfer_free(transfer);
    }
    archive_close(worker->archive);
}

bool worker_start(struct fetch *room, unsigned index, struct err *err)
{
    struct worker *worker = &room->workers[index];
    char name[16];

    *worker =
        (struct worker){.room = room, .index = index, .throttle_ms = INT64_MAX};
    for (enum lane lane = 0; lane < LANES; lane++)
        worker->multis[lane] = setup_multi(room, lane);
    if (!poller_init(&worker->poller, worker->multis, err))
        return false;
    if (getrandom(&worker->random, sizeof(worker->random), GRND_NONBLOCK) < 0 ||
        worker->random == 0)
        worker->random = (uint64_t)clock_ns() | 1;
    snprintf(name, sizeof(name), "fetch-%u", index + 1);
    worker->thread =
        thread_start(name, "downloads: network", work, worker, err);
    return worker->thread != NULL;
}

void worker_wake(struct worker *worker)
{
    notify_ping(&worker->poller.notify);
}

void worker_join(struct worker *worker)
{
    thread_join(worker->thread);
    worker->thread = NULL;
}

void worker_fini(struct worker *worker)
{
    for (enum lane lane = 0; lane < LANES; lane++)
        curl_multi_cleanup(worker->multis[lane]);
    poller_fini(&worker->poller);
}
