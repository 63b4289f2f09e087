#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "fetch/archive.h"
#include "fetch/disk.h"
#include "fetch/download.h"
#include "fetch/host.h"
#include "fetch/intake.h"
#include "fetch/jar.h"
#include "fetch/magic.h"
#include "fetch/room.h"
#include "fetch/setup.h"
#include "fetch/sums.h"
#include "fetch/worker.h"

enum {
    THREADS_MAX = 4, /* unless the user says more */
    RETRIES = 5,
    REDIRECTS = 10,
    STALL_MS = 15000,
    CONNECT_MS = 15000,
    WINDOW = 2000
};

/* ---- the lock and what follows it ---- */

void room_take(struct fetch *room)
{
    lock_take(&room->lock, &fetch_class);
}

void room_drop(struct fetch *room)
{
    unsigned wake = room->wake;
    bool ping = room->ping;

    room->wake = 0;
    room->ping = false;
    lock_drop(&room->lock, &fetch_class);
    for (unsigned i = 0; wake; i++, wake >>= 1)
        if (wake & 1)
            worker_wake(&room->workers[i]);
    if (ping)
        notify_ping(room->notify);
}

void room_wake(struct fetch *room)
{
    for (unsigned i = 0; i < room->worker_count; i++)
        if (room->workers[i].hungry) {
            room->workers[i].hungry = false;
            room->wake |= 1u << i;
        }
}

void room_archive_due(struct fetch *room)
{
    if (!room->archive || room->archive_due)
        return;
    room->archive_due = true;
    lock_cond_signal(&room->disk_cond);
}

bool room_holds(const struct fetch *room)
{
    return room->stopping || room->ending || room->event_count >= EVENTS_MAX;
}

/* ---- making the room ---- */

static void fill_defaults(struct fetch_options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (options->threads == 0)
        options->threads =
            cores > 0 && cores < THREADS_MAX ? (unsigned)cores : THREADS_MAX;
    if (options->threads > WORKERS_MAX)
        options->threads = WORKERS_MAX;
    if (options->retries < 0)
        options->retries = RETRIES;
    if (options->max_redirects < 0)
        options->max_redirects = REDIRECTS;
    if (options->stall_ms == 0)
        options->stall_ms = STALL_MS;
    if (options->connect_ms == 0)
        options->connect_ms = CONNECT_MS;
    if (options->window == 0)
        options->window = WINDOW;
}

static bool secret_header(const char *line)
{
    static const char *const names[] = {"Authorization", "Cookie",
                                        "Proxy-Authorization"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t len = strlen(names[i]);

        if (strncasecmp(line, names[i], len) == 0 &&
            (line[len] == ':' || line[len] == ' ' || line[len] == ';'))
            return true;
    }
    return false;
}

static void copy_headers(struct fetch *room)
{
    const char *const *line = room->options.headers;

    for (; line && *line; line++) {
        room->headers = curl_slist_append(room->headers, *line);
        if (!secret_header(*line))
            room->headers_public =
                curl_slist_append(room->headers_public, *line);
    }
}

/* libcurl shares the name cache of the threads' handles through these, and
 * counts its users under the same lock, never one inside the other. */
static void lock_share(CURL *easy, curl_lock_data data, curl_lock_access access,
                       void *arg) NO_ANALYSIS
{
    struct fetch *room = arg;

    (void)easy;
    (void)access;
    (void)data;
    lock_take(&room->dns_lock, &dns_class);
}

static void unlock_share(CURL *easy, curl_lock_data data, void *arg) NO_ANALYSIS
{
    struct fetch *room = arg;

    (void)easy;
    (void)data;
    lock_drop(&room->dns_lock, &dns_class);
}

static void make_share(struct fetch *room)
{
    room->share = curl_share_init();
    curl_share_setopt(room->share, CURLSHOPT_USERDATA, room);
    curl_share_setopt(room->share, CURLSHOPT_LOCKFUNC, lock_share);
    curl_share_setopt(room->share, CURLSHOPT_UNLOCKFUNC, unlock_share);
    curl_share_setopt(room->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
}

/* File systems that take two spellings for one name. */
static bool folds_names(int dir_fd)
{
    struct statfs fs;

    if (fstatfs(dir_fd, &fs) != 0)
        return false;
    switch ((unsigned long)fs.f_type) {
    case MSDOS_SUPER_MAGIC:
    case EXFAT_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
        return true;
    default:
        return false;
    }
}

static bool open_folder(struct fetch *room, struct err *err)
{
    char *path = path_expand(room->options.dir ? room->options.dir : ".");
    bool ok = path_make(path, 0777, err);

    if (ok) {
        room->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ok = room->dir_fd >= 0 ||
             err_errno(err, errno, "cannot open the folder %s", path);
    }
    if (ok) {
        room->fold_names = folds_names(room->dir_fd);
        room->parts = part_any(room->dir_fd);
    }
    mem_free(path);
    return ok;
}

static bool load_sums(struct fetch *room, struct err *err)
{
    const char *path = room->options.sums;
    struct stat st;
    char *text;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0 || fstat(fd, &st) != 0) {
        err_errno(err, errno, "cannot read the checksums %s", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (st.st_size > SUMS_TEXT_MAX) {
        close(fd);
        return err_set(err, ERR_LIMIT, "the checksums %s are too many", path);
    }
    text = mem_new((size_t)st.st_size);
    ok = read(fd, text, (size_t)st.st_size) == st.st_size ||
         err_errno(err, errno, "cannot read the checksums %s", path);
    close(fd);
    room->sums = sums_new();
    ok = ok && sums_load(room->sums, text, (size_t)st.st_size, err);
    if (!ok)
        err_prefix(err, "%s", path);
    mem_free(text);
    return ok;
}

static bool proxy_in_environment(void)
{
    static const char *const names[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "ftp_proxy",
        "FTP_PROXY",  "all_proxy",   "ALL_PROXY"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);

        if (value && value[0])
            return true;
    }
    return false;
}

/* Everything an option may be wrong about, before any thread runs. */
static bool prepare(struct fetch *room, struct err *err)
{
    struct fetch_options *options = &room->options;

    if (!setup_check(options, err))
        return false;
    if (options->expect_type && !type_patterns(options->expect_type, err))
        return false;
    if (options->template) {
        room->template = template_parse(options->template, err);
        if (!room->template)
            return false;
    }
    if (options->load_cookies || options->save_cookies) {
        room->jar = jar_new(options->load_cookies, err);
        if (!room->jar)
            return false;
    }
    if (options->sums && !load_sums(room, err))
        return false;
    if (options->archive) {
        room->archive = archive_open(options->archive, err);
        if (!room->archive)
            return false;
    }
    return open_folder(room, err);
}

static bool start_threads(struct fetch *room, struct err *err)
{
    for (unsigned i = 0; i < room->options.threads; i++) {
        if (!worker_start(room, i, err))
            return false;
        room_take(room);
        room->worker_count++;
        room_drop(room);
    }
    room->disk = thread_start("fetch-disk", "downloads: flush, verify, name",
                              disk_run, room, err);
    if (!room->disk)
        return false;
    room->reader = thread_start("fetch-list", "downloads: lists and pages",
                                intake_run, room, err);
    return room->reader != NULL;
}

struct fetch *fetch_new(const struct fetch_options *options,
                        struct notify *notify, struct err *err)
{
    struct fetch *room = mem_new(sizeof(*room));

    room->options = *options;
    room->notify = notify;
    room->dir_fd = -1;
    fill_defaults(&room->options);
    lock_init(&room->lock, &fetch_class);
    lock_init(&room->dns_lock, &dns_class);
    lock_cond_init(&room->disk_cond);
    lock_cond_init(&room->reader_cond);
    set_init(&room->names);
    room->waiting_ms = INT64_MAX;
    room->max_jobs = options->max_jobs;
    room->proxied = options->proxy || proxy_in_environment();
    bucket_init(&room->bytes, (double)options->limit_rate,
                (double)options->limit_rate / 10 + 1, clock_ms());
    meter_init(&room->meter, clock_ms());
    copy_headers(room);
    make_share(room);
    if (notify_init(&room->reader_notify, err) && prepare(room, err) &&
        start_threads(room, err))
        return room;
    fetch_free(room);
    return NULL;
}

/* ---- ending it ---- */

static void free_downloads(struct fetch *room) REQUIRES(fetch_class)
{
    struct download *next;

    for (struct download *download = room->all; download; download = next) {
        next = download->next;
        download_free(download);
    }
    for (struct download *page = room->page_queue; page; page = next) {
        next = page->host_next;
        download_free(page);
    }
}

static void free_rest(struct fetch *room)
{
    struct err err;

    room_take(room);
    free_downloads(room);
    host_free_all(room);
    while (room->sources) {
        struct source *source = room->sources;

        room->sources = source->next;
        intake_source_free(source);
    }
    for (; room->event_count > 0; room->event_count--)
        fetch_event_fini(&room->events[room->event_first++ % room->event_room]);
    mem_free(room->events);
    set_fini(&room->names);
    room_drop(room);
    if (room->jar && room->options.save_cookies &&
        !jar_save(room->jar, room->options.save_cookies, &err))
        log_write(LOG_ERROR, "%s", err.text);
    jar_free(room->jar);
    archive_close(room->archive);
    sums_free(room->sums);
    template_free(room->template);
    curl_slist_free_all(room->headers);
    curl_slist_free_all(room->headers_public);
    curl_share_cleanup(room->share);
    if (room->dir_fd >= 0)
        close(room->dir_fd);
}

void fetch_free(struct fetch *room)
{
    if (!room)
        return;
    fetch_stop(room);
    room_take(room);
    room->ending = true;
    room->wake = (1u << room->worker_count) - 1;
    lock_cond_signal(&room->reader_cond);
    room_drop(room);
    if (room->reader)
        notify_ping(&room->reader_notify);
    for (unsigned i = 0; i < room->worker_count; i++)
        worker_join(&room->workers[i]);
    thread_join(room->reader);
    room_take(room);
    lock_cond_signal(&room->disk_cond);
    room_drop(room);
    thread_join(room->disk);
    for (unsigned i = 0; i < room->worker_count; i++)
        worker_fini(&room->workers[i]);
    free_rest(room);
    notify_fini(&room->reader_notify);
    lock_cond_fini(&room->disk_cond);
    lock_cond_fini(&room->reader_cond);
    lock_fini(&room->dns_lock);
    lock_fini(&room->lock);
    mem_free(room);
}

/* ---- requests ---- */

bool fetch_add(struct fetch *room, const struct fetch_spec *spec, uint64_t *id,
               struct err *err)
{
    struct download *download = intake_download(spec, true, err);

    if (!download)
        return false;
    room_take(room);
    download_add(room, download);
    *id = download->id;
    room_drop(room);
    return true;
}

bool fetch_add_source(struct fetch *room, const struct fetch_source *source,
                      struct err *err)
{
    struct source *copy = intake_source(source, err);

    if (!copy)
        return false;
    room_take(room);
    if (room->sources_last)
        room->sources_last->next = copy;
    else
        room->sources = copy;
    room->sources_last = copy;
    lock_cond_signal(&room->reader_cond);
    room_drop(room);
    return true;
}

static bool all_over(const struct fetch *room) REQUIRES(fetch_class)
{
    return room->closed && !room->sources && !room->reading &&
           room->queued == 0 && room->running == 0 && room->pages == 0 &&
           room->count[FETCH_PAUSED] == 0 && room->disk_busy == 0;
}

void fetch_close(struct fetch *room)
{
    room_take(room);
    room->closed = true;
    room->ping |= all_over(room);
    room_drop(room);
}

/* Calls what on the download called id, or on all. */
static void each(struct fetch *room, uint64_t id,
                 void (*what)(struct fetch *room, struct download *download))
{
    struct download *next;

    room_take(room);
    for (struct download *download = room->all; download; download = next) {
        next = download->next;
        if (id == 0 || download->id == id)
            what(room, download);
    }
    room->ping = true;
    room_drop(room);
}

static void cancel(struct fetch *room, struct download *download)
    REQUIRES(fetch_class)
{
    download_cancel(room, download, clock_ms());
}

void fetch_pause(struct fetch *room, uint64_t id)
{
    each(room, id, download_pause);
}

void fetch_resume(struct fetch *room, uint64_t id)
{
    each(room, id, download_resume);
}

void fetch_cancel(struct fetch *room, uint64_t id)
{
    each(room, id, cancel);
}

void fetch_retry(struct fetch *room, uint64_t id)
{
    each(room, id, download_retry);
}

static struct download *find(struct fetch *room, uint64_t id)
    REQUIRES(fetch_class)
{
    struct download *download = id ? room->all : NULL;

    while (download && download->id != id)
        download = download->next;
    return download;
}

static void place_anew(struct fetch *room, struct download *download,
                       struct download *before) REQUIRES(fetch_class)
{
    struct host *host = download_host(download);

    if (before && before->state == FETCH_QUEUED &&
        download_host(before) == host && before != download) {
        host_dequeue(room, host, download);
        download->priority = before->priority;
        host_enqueue_before(room, host, download, before);
    } else {
        host_dequeue(room, host, download);
        host_enqueue(room, host, download);
    }
    room->ping = true;
    room_wake(room);
}

void fetch_priority(struct fetch *room, uint64_t id, int priority)
{
    struct download *download;

    room_take(room);
    download = find(room, id);
    if (download) {
        download->priority = priority;
        if (download->state == FETCH_QUEUED)
            place_anew(room, download, NULL);
    }
    room_drop(room);
}

void fetch_move(struct fetch *room, uint64_t id, uint64_t other)
{
    struct download *download;

    room_take(room);
    download = find(room, id);
    if (download && download->state == FETCH_QUEUED) {
        struct download *before = find(room, other);

        if (download != before) {
            download_move(room, download, before);
            place_anew(room, download, before);
        }
    }
    room_drop(room);
}

void fetch_set_jobs(struct fetch *room, unsigned max_jobs)
{
    room_take(room);
    room->max_jobs = max_jobs;
    room_wake(room);
    room_drop(room);
}

void fetch_set_rate(struct fetch *room, uint64_t bytes_per_s)
{
    room_take(room);
    room->rate_set = true;
    bucket_set(&room->bytes, (double)bytes_per_s, (double)bytes_per_s / 10 + 1,
               clock_ms());
    room->wake = (1u << room->worker_count) - 1;
    room_drop(room);
}

void fetch_stop(struct fetch *room)
{
    struct download *next;

    room_take(room);
    room->stopping = true;
    for (struct download *download = room->all; download; download = next) {
        next = download->next;
        download_cancel(room, download, clock_ms());
    }
    lock_cond_signal(&room->reader_cond);
    room->ping = true;
    room_drop(room);
    if (room->reader)
        notify_ping(&room->reader_notify);
}

/* ---- snapshots ---- */

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

static const char *url_tail(const char *url)
{
    const char *slash = strrchr(url, '/');

    return slash && slash[1] ? slash + 1 : url;
}

static int64_t eta_ms(double rate, uint64_t left)
{
    return rate >= 1 ? (int64_t)((double)left * 1000 / rate) : -1;
}

static void fill_row(struct fetch_row *row, struct download *download,
                     int64_t now_ms) REQUIRES(fetch_class)
{
    double rate = 0;

    *row = (struct fetch_row){.id = download->id,
                              .state = download->state,
                              .bytes = download_bytes(download),
                              .total = download->seen.length,
                              .eta_ms = -1,
                              .connections = download->lease_count,
                              .tries = download->tries,
                              .priority = download->priority,
                              .err = download->err};
    cut_copy(row->name, sizeof(row->name),
             download->name  ? download->name
             : download->out ? download->out
                             : url_tail(download->mirrors[0].url));
    cut_copy(row->host, sizeof(row->host),
             download->mirrors[download->mirror_at].key);
    memcpy(row->protocol, download->protocol, sizeof(row->protocol));
    if (download->state == FETCH_RUN)
        rate = meter_rate(&download->meter, now_ms);
    row->speed = (uint64_t)rate;
    if (row->total >= 0 && (uint64_t)row->total >= row->bytes)
        row->eta_ms = eta_ms(rate, (uint64_t)row->total - row->bytes);
    if (download->state == FETCH_WAIT && download->not_before_ms > now_ms)
        row->wait_ms = download->not_before_ms - now_ms;
}

static bool active(enum fetch_state state)
{
    return state == FETCH_RUN || state == FETCH_WAIT || state == FETCH_CHECK;
}

size_t fetch_rows(struct fetch *room, enum fetch_which which, size_t first,
                  struct fetch_row *rows, size_t max)
{
    int64_t now_ms = clock_ms();
    size_t count = 0;
    size_t at = 0;

    room_take(room);
    for (struct download *download = room->all; download && count < max;
         download = download->next) {
        if (which == FETCH_ROWS_ACTIVE && !active(download->state))
            continue;
        if (download->page || at++ < first)
            continue;
        fill_row(&rows[count++], download, now_ms);
    }
    room_drop(room);
    return count;
}

/* What running files still have to bring. */
static uint64_t left_bytes(struct fetch *room) REQUIRES(fetch_class)
{
    uint64_t left = 0;
    struct host *host = room->ring;

    if (!host)
        return 0;
    do {
        for (struct download *download = host->running; download;
             download = download->host_next) {
            uint64_t bytes = download_bytes(download);

            if (download->seen.length >= 0 &&
                (uint64_t)download->seen.length > bytes)
                left += (uint64_t)download->seen.length - bytes;
        }
        host = host->ring_next;
    } while (host != room->ring);
    return left;
}

static unsigned connections(const struct fetch *room) REQUIRES(fetch_class)
{
    unsigned count = 0;
    const struct host *host = room->ring;

    if (!host)
        return 0;
    do {
        count += host->active;
        host = host->ring_next;
    } while (host != room->ring);
    return count;
}

void fetch_totals(struct fetch *room, struct fetch_totals *totals)
{
    int64_t now_ms = clock_ms();

    *totals = (struct fetch_totals){.eta_ms = -1};
    room_take(room);
    totals->added = room->added;
    memcpy(totals->count, room->count, sizeof(totals->count));
    totals->bytes = room->received;
    totals->bytes_left = left_bytes(room);
    totals->speed = (uint64_t)meter_rate(&room->meter, now_ms);
    if (room->queued == 0)
        totals->eta_ms = eta_ms((double)totals->speed, totals->bytes_left);
    totals->connections = connections(room);
    totals->duplicates = room->duplicates;
    totals->bad = room->bad;
    totals->reading = room->sources || room->reading || room->pages > 0;
    totals->finished = all_over(room);
    room_drop(room);
}

size_t fetch_events(struct fetch *room, struct fetch_event *events, size_t max)
{
    size_t count = 0;

    room_take(room);
    while (count < max && room->event_count > 0) {
        events[count++] = room->events[room->event_first];
        room->event_first = (room->event_first + 1) % room->event_room;
        room->event_count--;
    }
    /* Whoever held back for a full ring may go on. */
    if (count > 0) {
        room_wake(room);
        lock_cond_signal(&room->reader_cond);
    }
    room_drop(room);
    return count;
}

void fetch_event_fini(struct fetch_event *event)
{
    mem_free(event->url);
    mem_free(event->path);
}
