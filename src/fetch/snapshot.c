/* What faces see of the room. */
#include "snapshot.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fetch/download.h"
#include "fetch/room.h"
#include "fetch/target.h"

const char *fetch_state_word(enum fetch_state state)
{
    static const char *const words[FETCH_STATES] = {
        [FETCH_QUEUED] = "queue",   [FETCH_RUN] = "run",
        [FETCH_WAIT] = "wait",      [FETCH_PAUSED] = "pause",
        [FETCH_CHECK] = "check",    [FETCH_DONE] = "done",
        [FETCH_FAILED] = "FAIL",    [FETCH_SKIPPED] = "skip",
        [FETCH_CANCELED] = "cancel"};

    return words[state];
}

static void cut_copy(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size)
        len = size - 1;
    memcpy(out, text, len);
    out[len] = '\0';
}

static const char *tail(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

static const char *known_name(const struct download *download)
    REQUIRES(fetch_class)
{
    if (download->path)
        return tail(download->path);
    if (download->name || download->out)
        return download->name ? download->name : download->out;
    return download->past_name;
}

const char *snapshot_name(const struct download *download)
{
    const char *name = known_name(download);

    return name ? name : tail(download->mirrors[0].url);
}

/* A URL's end would show its escapes and its query. */
static void fill_name(struct fetch_row *row, const struct download *download)
    REQUIRES(fetch_class)
{
    const char *name = known_name(download);
    char *guess = name ? NULL : target_guess(download);

    cut_copy(row->name, sizeof(row->name), name ? name : guess);
    mem_free(guess);
}

static int64_t eta_ms(double rate, uint64_t left)
{
    return rate >= 1 ? (int64_t)((double)left * 1000 / rate) : -1;
}

static void fill_speed(struct fetch_row *row, struct download *download,
                       int64_t now_ms) REQUIRES(fetch_class)
{
    double rate = 0;

    if (download->state == FETCH_RUN)
        rate = meter_rate(&download->meter, now_ms);
    row->speed = (uint64_t)rate;
    if (row->total >= 0 && (uint64_t)row->total >= row->bytes)
        row->eta_ms = eta_ms(rate, (uint64_t)row->total - row->bytes);
}

static void fill_times(struct fetch_row *row, const struct download *download,
                       int64_t now_ms) REQUIRES(fetch_class)
{
    int64_t until_ms = 0;

    if (download->start_ms)
        row->took_ms =
            (download->end_ms ? download->end_ms : now_ms) - download->start_ms;
    if (download->state == FETCH_WAIT)
        until_ms = download->not_before_ms;
    else if (download->state == FETCH_QUEUED)
        until_ms = download_host(download)->not_before_ms;
    if (until_ms > now_ms)
        row->wait_ms = until_ms - now_ms;
}

void snapshot_row(struct fetch_row *row, struct download *download,
                  int64_t now_ms)
{
    *row = (struct fetch_row){.id = download->id,
                              .state = download->state,
                              .bytes = download_bytes(download),
                              .total = download->seen.length,
                              .eta_ms = -1,
                              .connections = download->lease_count,
                              .tries = download->tries,
                              .retries = download->retries,
                              .priority = download->priority,
                              .check = download->check,
                              .err = download->err};
    if (!download->resume_known && row->bytes == 0 && row->total < 0) {
        row->bytes = download->past_bytes;
        row->total = download->past_total > 0 ? download->past_total : -1;
    }
    /* What is over holds its bytes no more. */
    if (download->state == FETCH_DONE && row->total >= 0)
        row->bytes = (uint64_t)row->total;
    if (download->state == FETCH_CHECK && download->has_digest)
        row->check = FETCH_CHECK_RUN;
    fill_name(row, download);
    cut_copy(row->host, sizeof(row->host),
             download->mirrors[download->mirror_at].key);
    memcpy(row->protocol, download->protocol, sizeof(row->protocol));
    fill_speed(row, download, now_ms);
    fill_times(row, download, now_ms);
}

size_t fetch_rows(struct fetch *room, enum fetch_which which, size_t first,
                  struct fetch_row *rows, size_t max)
{
    int64_t now_ms = clock_ms();
    struct roll_entry *entry;
    struct roll_walk walk;
    size_t count = 0;

    room_take(room);
    walk = roll_seek(&room->all, first, which == FETCH_ROWS_ACTIVE);
    while (count < max && (entry = roll_next(&walk)) != NULL)
        snapshot_row(&rows[count++], DOWNLOAD_OF(entry), now_ms);
    room_drop(room);
    return count;
}

/* What runs: its connections, and what it still has to bring. */
static void add_running(struct fetch *room, struct fetch_totals *totals)
    REQUIRES(fetch_class)
{
    struct host *host = room->ring;

    if (!host)
        return;
    do {
        for (struct download *download = host->running; download;
             download = download->host_next) {
            uint64_t bytes = download_bytes(download);

            totals->connections += download->lease_count;
            if (download->seen.length >= 0 &&
                (uint64_t)download->seen.length > bytes)
                totals->bytes_left += (uint64_t)download->seen.length - bytes;
        }
        host = host->ring_next;
    } while (host != room->ring);
}

void fetch_totals(struct fetch *room, struct fetch_totals *totals)
{
    int64_t now_ms = clock_ms();

    *totals = (struct fetch_totals){.eta_ms = -1};
    room_take(room);
    totals->added = room->added;
    memcpy(totals->count, room->count, sizeof(totals->count));
    memcpy(totals->listed, room->listed, sizeof(totals->listed));
    totals->bytes = room->received;
    add_running(room, totals);
    totals->speed = (uint64_t)meter_rate(&room->meter, now_ms);
    if (room->queued == 0)
        totals->eta_ms = eta_ms((double)totals->speed, totals->bytes_left);
    totals->max_jobs = room->max_jobs;
    totals->rate_bytes_per_s = (uint64_t)room->bytes.rate;
    totals->held = room->held;
    totals->duplicates = room->duplicates;
    totals->bad = room->bad;
    totals->reading = room->sources || room->reading || room->pages > 0;
    totals->finished = room_over(room);
    room_drop(room);
}
