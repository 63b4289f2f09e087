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
#include "fetch/preview.h"
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
    roll_init(&room->all);
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
    struct roll_walk walk = roll_seek(&room->all, 0, false);
    struct roll_entry *entry;
    struct download *next;

    while ((entry = roll_next(&walk)) != NULL)
        download_free(DOWNLOAD_OF(entry));
    roll_fini(&room->all);
    download_free(room->page);
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
    preview_stop(room);
    room_drop(room);
    if (room->reader)
        notify_ping(&room->reader_notify);
    for (unsigned i = 0; i < room->worker_count; i++)
        worker_join(&room->workers[i]);
    thread_join(room->reader);
    preview_free(room);
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
