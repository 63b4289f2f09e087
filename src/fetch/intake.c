#include "intake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"
#include "fetch/download.h"
#include "fetch/event.h"
#include "fetch/harvest.h"
#include "fetch/link.h"
#include "fetch/listline.h"

enum { READ_BYTES = 64 << 10 };

/* ---- downloads ---- */

/* Lists name one host after another many times: where everything up to the path
 * is as in the URL before, so is the key. */
static char *host_key(const char *url, struct intake_memo *memo)
{
    const char *slashes = strstr(url, "://");
    size_t len = slashes ? 3 + (size_t)(slashes - url) : 0;
    struct str key;

    len += strcspn(url + len, "/?#");
    if (len < sizeof(memo->place) && memo->place[len] == '\0' &&
        memcmp(memo->place, url, len) == 0 && memo->key[0])
        return mem_strdup(memo->key);
    str_init(&key, LINK_MAX_BYTES);
    if (!link_host_key(url, &key)) {
        str_fini(&key);
        return NULL;
    }
    memo->key[0] = '\0';
    if (len < sizeof(memo->place) && key.len < sizeof(memo->key)) {
        memcpy(memo->place, url, len);
        memo->place[len] = '\0';
        memcpy(memo->key, key.data, key.len + 1);
    }
    return str_take(&key);
}

static bool fill_mirror(struct mirror *mirror, struct intake_memo *memo,
                        struct err *err)
{
    struct str url;
    bool ok;

    str_init(&url, LINK_MAX_BYTES);
    ok = link_check(mirror->url, &url, err);
    if (ok) {
        mirror->key = host_key(url.data, memo);
        if (!mirror->key)
            ok = err_set(err, ERR_USAGE, "the URL names no host");
    }
    if (ok) {
        mem_free(mirror->url);
        mirror->url = str_take(&url);
    }
    str_fini(&url);
    return ok;
}

struct download *intake_download(const struct fetch_spec *spec, bool trusted,
                                 struct intake_memo *memo, struct err *err)
{
    struct download *download = download_new(spec);

    download->trusted = trusted;
    for (size_t i = 0; i < download->count; i++)
        if (!fill_mirror(&download->mirrors[i], memo, err)) {
            download_free(download);
            return NULL;
        }
    return download;
}

/* Waits while all is paused and, once the queue is full, until half of it is
 * empty; false: stopped. */
static bool wait_for_room(struct fetch *room) REQUIRES(fetch_class)
{
    size_t most = room->options.window;

    while (!room->stopping && !room->ending &&
           (room->held || room->queued >= most ||
            room->event_count >= EVENTS_MAX)) {
        most = (room->options.window + 1) / 2;
        room->reader_waits = true;
        thread_mark(THREAD_COND);
        lock_wait(&room->lock, &fetch_class, &room->reader_cond, -1);
        thread_mark(THREAD_RUN);
    }
    return !room->stopping && !room->ending;
}

static bool add(struct fetch *room, struct download *download)
{
    bool ok;

    room_take(room);
    ok = wait_for_room(room);
    if (ok)
        download_add(room, download);
    room_drop(room);
    if (!ok)
        download_free(download);
    return ok;
}

static void report_bad(struct fetch *room, const struct err *err)
{
    room_take(room);
    if (wait_for_room(room)) {
        room->bad++;
        event_add(room, NULL, FETCH_EVENT_BAD, err, NULL, 0, 0);
    }
    room_drop(room);
}

/* ---- lists ---- */

static struct download *from_entry(const struct list_entry *entry,
                                   struct intake_memo *memo, struct err *err)
{
    const char **urls = mem_new((entry->mirrors_count + 1) * sizeof(*urls));
    struct fetch_spec spec = {.urls = urls,
                              .count = entry->mirrors_count + 1,
                              .out = entry->out,
                              .dir = entry->dir};
    struct download *download = NULL;
    struct digest digest;

    urls[0] = entry->url;
    for (size_t i = 0; i < entry->mirrors_count; i++)
        urls[i + 1] = entry->mirrors[i];
    spec.digest = entry->checksum ? &digest : NULL;
    if (!entry->checksum || digest_parse(entry->checksum, &digest, err))
        download = intake_download(&spec, true, memo, err);
    if (!download)
        err_prefix(err, "line %d", entry->line);
    mem_free(urls);
    return download;
}

/* Takes everything out of the reader; false: stopped. */
static bool drain(struct fetch *room, struct list_reader *reader,
                  enum list_next until)
{
    struct intake_memo memo = {0};
    struct list_entry entry;
    struct err err = {0};
    enum list_next next;
    bool going = true;

    list_entry_init(&entry);
    while (going && (next = list_reader_next(reader, &entry, &err)) != until) {
        struct download *download = NULL;

        if (next == LIST_ENTRY)
            download = from_entry(&entry, &memo, &err);
        if (download)
            going = add(room, download);
        else
            report_bad(room, &err);
        list_entry_fini(&entry);
    }
    list_entry_fini(&entry);
    return going;
}

/* Reads what is there, or waits for it: a pipe may be slow, and the room may
 * want to end meanwhile. -1: an error, or stopped. */
static ssize_t read_some(struct fetch *room, int fd, char *buffer)
{
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                           {.fd = room->reader_notify.fd, .events = POLLIN}};

    for (;;) {
        bool stop;
        ssize_t n;

        thread_mark(THREAD_POLL);
        n = poll(fds, ARRAY_LEN(fds), -1);
        thread_mark(THREAD_RUN);
        notify_drain(&room->reader_notify);
        room_take(room);
        stop = room->stopping || room->ending;
        room_drop(room);
        if (stop || (n < 0 && errno != EINTR))
            return -1;
        if (n <= 0 || !fds[0].revents)
            continue;
        n = read(fd, buffer, READ_BYTES);
        if (n >= 0 || (errno != EINTR && errno != EAGAIN))
            return n;
    }
}

static int open_input(struct fetch *room, const char *path)
{
    struct err err;
    int fd;

    if (strcmp(path, "-") == 0)
        return STDIN_FILENO;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        err_errno(&err, errno, "cannot read %s", path);
        report_bad(room, &err);
    }
    return fd;
}

static void read_list(struct fetch *room, const struct source *source)
{
    struct list_reader reader;
    char *buffer;
    ssize_t n = 0;
    bool going = true;
    int fd = open_input(room, source->path);

    if (fd < 0)
        return;
    buffer = mem_new(READ_BYTES);
    list_reader_init(&reader);
    while (going && (n = read_some(room, fd, buffer)) > 0) {
        list_reader_feed(&reader, buffer, (size_t)n);
        going = drain(room, &reader, LIST_MORE);
    }
    if (going && n == 0) {
        list_reader_end(&reader);
        drain(room, &reader, LIST_END);
    }
    list_reader_fini(&reader);
    mem_free(buffer);
    if (fd != STDIN_FILENO)
        close(fd);
}

/* ---- pages ---- */

/* One page being searched. */
struct search {
    struct fetch *room;
    const struct source *source;
    struct str page_key; /* the page's host, empty for a local text */
    struct intake_memo memo;
    bool from_public;
    bool stopped;
};

static bool found_only(struct fetch *room, const char *url)
{
    bool going;

    room_take(room);
    going = wait_for_room(room);
    if (going)
        event_found(room, url);
    room_drop(room);
    return going;
}

/* A link may carry the user's credentials only back to the page's own host. */
static bool on_found(void *arg, const char *url)
{
    struct search *search = arg;
    const char *urls[] = {url};
    struct fetch_spec spec = {
        .urls = urls, .count = 1, .dir = search->source->dir};
    struct download *download;
    struct err err;

    if (search->source->list_only) {
        search->stopped = !found_only(search->room, url);
        return !search->stopped;
    }
    download = intake_download(&spec, false, &search->memo, &err);
    if (!download) {
        report_bad(search->room, &err);
        return true;
    }
    download->trusted =
        search->page_key.len > 0 &&
        strcmp(search->page_key.data, download->mirrors[0].key) == 0;
    download->from_public = search->from_public;
    search->stopped = !add(search->room, download);
    return !search->stopped;
}

static void report_page(struct fetch *room, const char *url,
                        const struct harvest_counts *counts)
{
    for (size_t i = 0; i < counts->sample_count; i++)
        report_bad(room, &counts->samples[i]);
    room_take(room);
    room->duplicates += counts->duplicates;
    /* The samples have been counted by report_bad. */
    room->bad += counts->bad - counts->sample_count;
    event_page(room, url, counts->found, counts->duplicates, counts->bad);
    room_drop(room);
}

/* False: stopped. */
static bool search_text(struct search *search, const struct harvest_page *page)
{
    struct harvest_counts counts;
    struct err err;

    if (!harvest_run(search->source->harvest, page, on_found, search, &counts,
                     &err))
        report_bad(search->room, &err);
    report_page(search->room, page->base, &counts);
    return !search->stopped;
}

static void search_local(struct fetch *room, const struct source *source)
{
    struct search search = {.room = room, .source = source};
    struct str text;
    char *buffer;
    ssize_t n;
    int fd = open_input(room, source->path);
    struct err err;

    if (fd < 0)
        return;
    str_init(&text, PAGE_MAX);
    str_init(&search.page_key, LINK_MAX_BYTES);
    buffer = mem_new(READ_BYTES);
    while ((n = read_some(room, fd, buffer)) > 0)
        str_add(&text, buffer, (size_t)n);
    if (text.full) {
        err_set(&err, ERR_LIMIT, "%s is larger than %d MiB", source->path,
                PAGE_MAX >> 20);
        report_bad(room, &err);
    } else if (n == 0) {
        search_text(&search, &(struct harvest_page){.base = source->base,
                                                    .text = text.data,
                                                    .len = text.len});
    }
    mem_free(buffer);
    str_fini(&search.page_key);
    str_fini(&text);
    if (fd != STDIN_FILENO)
        close(fd);
}

/* Waits for the page that add has queued; NULL: stopped before. */
static struct download *wait_for_page(struct fetch *room)
{
    struct download *page;

    room_take(room);
    while (!room->page_queue && !room->ending) {
        thread_mark(THREAD_COND);
        lock_wait(&room->lock, &fetch_class, &room->reader_cond, -1);
        thread_mark(THREAD_RUN);
    }
    page = room->page_queue;
    if (page)
        room->page_queue = page->host_next;
    room_drop(room);
    return page;
}

static bool search_page(struct fetch *room, const struct source *source,
                        const struct download *page)
{
    struct search search = {
        .room = room, .source = source, .from_public = page->body_public};
    bool going;

    str_init(&search.page_key, LINK_MAX_BYTES);
    if (!link_host_key(page->mirrors[0].url, &search.page_key))
        str_clear(&search.page_key);
    going =
        search_text(&search, &(struct harvest_page){.base = page->body_url,
                                                    .type = page->body_type,
                                                    .text = page->body,
                                                    .len = page->body_bytes});
    str_fini(&search.page_key);
    return going;
}

static bool fetch_page(struct fetch *room, const struct source *source,
                       const char *url)
{
    struct fetch_spec spec = {.urls = &url, .count = 1};
    struct intake_memo memo = {0};
    struct download *page;
    struct err err;
    bool going;

    page = intake_download(&spec, true, &memo, &err);
    if (!page) {
        report_bad(room, &err);
        return true;
    }
    page->page = true;
    if (!add(room, page))
        return false;
    page = wait_for_page(room);
    if (!page)
        return false;
    going = page->state != FETCH_DONE || search_page(room, source, page);
    room_take(room);
    if (page->state != FETCH_DONE)
        event_page_failed(room, page);
    room->pages--;
    going = going && !room->stopping;
    room_drop(room);
    download_free(page);
    return going;
}

/* "{page}" in the URL becomes the number. */
static char *page_url(const struct source *source, int64_t number)
{
    static const char mark[] = "{page}";
    const char *at = strstr(source->page, mark);

    if (!at || source->page_last == 0)
        return mem_strdup(source->page);
    return mem_printf("%.*s%lld%s", (int)(at - source->page), source->page,
                      (long long)number, at + strlen(mark));
}

static void search_pages(struct fetch *room, const struct source *source)
{
    bool going = true;

    for (int64_t n = source->page_first; going && n <= source->page_last; n++) {
        char *url = page_url(source, n);

        going = fetch_page(room, source, url);
        mem_free(url);
    }
}

/* What was found and seen before: as on_found has it. */
static void add_links(struct fetch *room, const struct source *source)
{
    const struct links *links = source->links;
    struct search search = {
        .room = room, .source = source, .from_public = links->from_public};

    str_init(&search.page_key, LINK_MAX_BYTES);
    if (links->key)
        str_puts(&search.page_key, links->key);
    for (size_t i = 0; i < links->count; i++)
        if (!on_found(&search, links->urls[i]))
            break;
    str_fini(&search.page_key);
}

/* ---- sources ---- */

struct source *intake_source(const struct fetch_source *source, struct err *err)
{
    struct source *copy = mem_new(sizeof(*copy));

    *copy = (struct source){.path = mem_strdup(source->path),
                            .page = mem_strdup(source->page),
                            .base = mem_strdup(source->base),
                            .dir = mem_strdup(source->dir),
                            .page_first = source->page_first,
                            .page_last = source->page_last,
                            .list_only = source->list_only};
    if (!source->match && !source->json_path)
        return copy;
    copy->harvest = harvest_new(source->match, source->json_path, err);
    if (copy->harvest)
        return copy;
    intake_source_free(copy);
    return NULL;
}

void intake_source_free(struct source *source)
{
    if (!source)
        return;
    mem_free(source->path);
    mem_free(source->page);
    mem_free(source->base);
    mem_free(source->dir);
    harvest_free(source->harvest);
    links_free(source->links);
    mem_free(source);
}

void intake_add(struct fetch *room, struct source *source)
{
    room_take(room);
    if (room->sources_last)
        room->sources_last->next = source;
    else
        room->sources = source;
    room->sources_last = source;
    lock_cond_signal(&room->reader_cond);
    room_drop(room);
}

void intake_add_links(struct fetch *room, struct links *links, const char *dir)
{
    struct source *source = mem_new(sizeof(*source));

    *source = (struct source){.links = links, .dir = mem_strdup(dir)};
    intake_add(room, source);
}

static struct source *next_source(struct fetch *room)
{
    struct source *source;

    room_take(room);
    room->reading = false;
    /* What waits for the end has to hear of it before we wait ourselves. */
    room->ping = true;
    room_drop(room);
    room_take(room);
    while (!room->sources && !room->ending) {
        thread_mark(THREAD_COND);
        lock_wait(&room->lock, &fetch_class, &room->reader_cond, -1);
        thread_mark(THREAD_RUN);
    }
    source = room->ending ? NULL : room->sources;
    if (source) {
        room->sources = source->next;
        if (!room->sources)
            room->sources_last = NULL;
        room->reading = true;
    }
    room_drop(room);
    return source;
}

static const char *what(const struct source *source)
{
    if (source->links)
        return "links that were picked";
    return source->page ? source->page : source->path;
}

void intake_run(void *arg)
{
    struct fetch *room = arg;
    struct source *source;

    while ((source = next_source(room)) != NULL) {
        thread_job("%s", what(source));
        if (source->links)
            add_links(room, source);
        else if (source->page)
            search_pages(room, source);
        else if (source->harvest)
            search_local(room, source);
        else
            read_list(room, source);
        thread_job("%s", "");
        intake_source_free(source);
    }
}
