#include "preview.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "fetch/download.h"
#include "fetch/harvest.h"
#include "fetch/intake.h"
#include "fetch/link.h"

enum {
    READ_BYTES = 64 << 10,
    /* Somebody waits and watches: longer than this is of no use. */
    SEARCH_CPU_MS = 1000
};

struct job {
    uint64_t number;
    char *page;
    char *match;
    char *json_path;
    bool again; /* the page, too */
};

/* A page that is here. */
struct paper {
    char *page; /* what it was asked by; NULL: none is here */
    char *url;  /* where it came from in the end; NULL: a local file */
    char *type;
    char *text;
    size_t len;
    char *key; /* its host; NULL: a local file */
    bool is_public;
};

struct preview {
    struct thread *thread; /* of the face that asks */
    struct paper paper;    /* the thread's */
    /* guarded by the room's lock */
    struct lock_cond cond;
    struct job *job; /* waits for the thread */
    bool end;        /* the page may be forgotten */
    uint64_t last;   /* number given out */
    struct download *page;
    char *page_name; /* what it was asked by */
    struct download *done;
    struct fetch_preview shown;
    struct links *links; /* that shown has */
};

static void job_free(struct job *job)
{
    if (!job)
        return;
    mem_free(job->page);
    mem_free(job->match);
    mem_free(job->json_path);
    mem_free(job);
}

static void paper_fini(struct paper *paper)
{
    mem_free(paper->page);
    mem_free(paper->url);
    mem_free(paper->type);
    mem_free(paper->text);
    mem_free(paper->key);
    *paper = (struct paper){.page = NULL};
}

void links_free(struct links *links)
{
    if (!links)
        return;
    for (size_t i = 0; i < links->count; i++)
        mem_free(links->urls[i]);
    mem_free(links->urls);
    mem_free(links->key);
    mem_free(links);
}

/* ---- requests and what is seen ---- */

static struct preview *preview_new(struct fetch *room)
{
    struct preview *preview = mem_new(sizeof(*preview));

    lock_cond_init(&preview->cond);
    room_take(room);
    room->preview = preview;
    room_drop(room);
    return preview;
}

/* What is looked up now is of no use to this job. */
static void turn_away(struct fetch *room, struct preview *preview,
                      const struct job *job) REQUIRES(fetch_class)
{
    if (preview->page &&
        (!job || job->again || strcmp(preview->page_name, job->page) != 0))
        download_cancel(room, preview->page, clock_ms());
}

static void forget_links(struct preview *preview)
{
    links_free(preview->links);
    preview->links = NULL;
    preview->shown.links = 0;
}

static void run(void *arg);

bool fetch_preview(struct fetch *room, const struct fetch_look *look,
                   uint64_t *number, struct err *err)
{
    struct preview *preview = room->preview ? room->preview : preview_new(room);
    struct job *job;

    if (!preview->thread)
        preview->thread = thread_start(
            "fetch-preview", "downloads: what a page has", run, room, err);
    if (!preview->thread)
        return false;
    job = mem_new(sizeof(*job));
    *job = (struct job){.page = mem_strdup(look->page),
                        .match = mem_strdup(look->match),
                        .json_path = mem_strdup(look->json_path),
                        .again = look->again};
    room_take(room);
    *number = job->number = ++preview->last;
    /* What was not begun may have asked for a fresh page. */
    if (preview->job)
        job->again |=
            preview->job->again && strcmp(preview->job->page, job->page) == 0;
    job_free(preview->job);
    preview->job = job;
    preview->end = false;
    preview->shown.searching = true;
    turn_away(room, preview, job);
    lock_cond_signal(&preview->cond);
    room_drop(room);
    return true;
}

void fetch_preview_end(struct fetch *room)
{
    struct preview *preview = room->preview;

    if (!preview)
        return;
    room_take(room);
    job_free(preview->job);
    preview->job = NULL;
    preview->end = true;
    /* What is being searched right now is for nobody. */
    preview->last++;
    turn_away(room, preview, NULL);
    forget_links(preview);
    preview->shown = (struct fetch_preview){.number = 0};
    lock_cond_signal(&preview->cond);
    room_drop(room);
}

void fetch_preview_see(struct fetch *room, struct fetch_preview *shown)
{
    const struct preview *preview = room->preview;

    *shown = (struct fetch_preview){.number = 0};
    if (!preview)
        return;
    room_take(room);
    *shown = preview->shown;
    if (preview->page) {
        shown->fetching = true;
        shown->bytes = download_bytes(preview->page);
        if (preview->page->err.code)
            shown->page_err = preview->page->err;
    }
    room_drop(room);
}

size_t fetch_preview_links(struct fetch *room, size_t first,
                           struct fetch_link *links, size_t max)
{
    const struct preview *preview = room->preview;
    size_t count = 0;

    if (!preview)
        return 0;
    room_take(room);
    while (preview->links && count < max &&
           first + count < preview->links->count) {
        snprintf(links[count].url, sizeof(links->url), "%s",
                 preview->links->urls[first + count]);
        count++;
    }
    room_drop(room);
    return count;
}

/* Keeps those that are not off. */
static void pick(struct links *links, const bool *off)
{
    size_t kept = 0;

    for (size_t i = 0; i < links->count; i++) {
        if (off[i])
            mem_free(links->urls[i]);
        else
            links->urls[kept++] = links->urls[i];
    }
    links->count = kept;
}

bool fetch_preview_take(struct fetch *room, uint64_t number, const bool *off,
                        const char *dir, struct err *err)
{
    struct preview *preview = room->preview;
    struct links *links = NULL;

    if (preview) {
        room_take(room);
        if (preview->shown.number == number && !preview->shown.searching) {
            links = preview->links;
            preview->links = NULL;
            preview->shown = (struct fetch_preview){.number = 0};
        }
        room_drop(room);
    }
    if (!links)
        return err_set(err, ERR_BUSY, "the page is still being searched");
    if (off)
        pick(links, off);
    intake_add_links(room, links, dir);
    return true;
}

/* ---- the page ---- */

void preview_enter(struct fetch *room, struct download *page)
{
    room->preview->page = page;
}

void preview_hand(struct fetch *room, struct download *page)
{
    struct preview *preview = room->preview;

    preview->page = NULL;
    preview->done = page;
    room->ping = true;
    lock_cond_signal(&preview->cond);
}

/* NULL: the room ends. */
static struct download *wait_for(struct fetch *room, struct preview *preview)
{
    struct download *page;

    room_take(room);
    while (!preview->done && !room->ending) {
        thread_mark(THREAD_COND);
        lock_wait(&room->lock, &fetch_class, &preview->cond, -1);
        thread_mark(THREAD_RUN);
    }
    page = preview->done;
    preview->done = NULL;
    room_drop(room);
    return page;
}

static void take_page(struct paper *paper, struct download *page)
{
    struct str key;

    str_init(&key, LINK_MAX_BYTES);
    if (link_host_key(page->mirrors[0].url, &key))
        paper->key = mem_strdup(key.data);
    str_fini(&key);
    paper->url = page->body_url;
    paper->type = page->body_type;
    paper->text = page->body;
    paper->len = page->body_bytes;
    paper->is_public = page->body_public;
    page->body_url = page->body_type = page->body = NULL;
}

static bool load_url(struct fetch *room, const struct job *job, struct err *err)
{
    struct preview *preview = room->preview;
    const char *urls[] = {job->page};
    const struct fetch_spec spec = {
        .urls = urls, .count = 1, .priority = INT_MAX};
    struct intake_memo memo = {0};
    struct download *page = intake_download(&spec, true, &memo, err);
    bool ok;

    if (!page)
        return false;
    page->page = page->preview = true;
    room_take(room);
    mem_free(preview->page_name);
    preview->page_name = mem_strdup(job->page);
    download_add(room, page);
    room->ping = true;
    /* Somebody may have thought of another page before this one was there. */
    if (preview->end || preview->job)
        turn_away(room, preview, preview->job);
    room_drop(room);
    page = wait_for(room, preview);
    if (!page)
        return err_set(err, ERR_CANCELED, "the program ends");
    ok = page->state == FETCH_DONE;
    if (ok)
        take_page(&preview->paper, page);
    else
        *err = page->err;
    download_free(page);
    return ok;
}

/* A regular file: what waits for somebody who writes would wait for ever. */
static bool load_file(struct paper *paper, const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat stat;
    struct str text;
    char *buffer;
    ssize_t n;

    if (fd < 0)
        return err_errno(err, errno, "cannot read %s", path);
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        close(fd);
        return err_set(err, ERR_USAGE, "%s is no file with a page", path);
    }
    str_init(&text, PAGE_MAX);
    buffer = mem_new(READ_BYTES);
    thread_mark(THREAD_IO);
    while ((n = read(fd, buffer, READ_BYTES)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && !str_add(&text, buffer, (size_t)n))
            break;
    thread_mark(THREAD_RUN);
    if (n < 0)
        err_errno(err, errno, "cannot read %s", path);
    else if (n > 0)
        err_set(err, ERR_LIMIT, "%s is larger than %d MiB", path,
                PAGE_MAX >> 20);
    mem_free(buffer);
    close(fd);
    if (n == 0) {
        paper->len = text.len;
        paper->text = str_take(&text);
    }
    str_fini(&text);
    return n == 0;
}

/* The page that job names is here. */
static bool load(struct fetch *room, const struct job *job, struct err *err)
{
    struct paper *paper = &room->preview->paper;
    bool ok;

    if (paper->page && !job->again && strcmp(paper->page, job->page) == 0)
        return true;
    paper_fini(paper);
    thread_job("%s", job->page);
    ok = strstr(job->page, "://") ? load_url(room, job, err)
                                  : load_file(paper, job->page, err);
    thread_job("%s", "");
    if (ok)
        paper->page = mem_strdup(job->page);
    return ok;
}

/* ---- the search ---- */

struct search {
    struct fetch *room;
    uint64_t number;
    struct links *links;
    size_t room_for;
    size_t looks;
};

static bool is_old(struct fetch *room, uint64_t number)
{
    bool old;

    room_take(room);
    old = room->ending || room->preview->last != number;
    room_drop(room);
    return old;
}

static bool on_found(void *arg, const char *url)
{
    enum { LOOK_UP = 64 };
    struct search *search = arg;
    struct links *links = search->links;

    if (++search->looks % LOOK_UP == 0 && is_old(search->room, search->number))
        return false;
    if (links->count == FETCH_PREVIEW_LINKS)
        return true;
    if (links->count == search->room_for) {
        search->room_for = search->room_for ? search->room_for * 2 : 64;
        links->urls =
            mem_resize(links->urls, search->room_for, sizeof(*links->urls));
    }
    links->urls[links->count++] = mem_strdup(url);
    return true;
}

/* Fills shown and links. */
static void search(struct fetch *room, const struct job *job,
                   struct fetch_preview *shown, struct links *links)
{
    const struct paper *paper = &room->preview->paper;
    struct search search = {
        .room = room, .number = job->number, .links = links};
    struct harvest *harvest =
        harvest_new(job->match, job->json_path, &shown->match_err);
    struct harvest_counts counts;

    if (!harvest)
        return;
    harvest_set_cpu_ms(harvest, SEARCH_CPU_MS);
    links->key = mem_strdup(paper->key);
    links->from_public = paper->is_public;
    if (harvest_run(harvest,
                    &(struct harvest_page){.base = paper->url,
                                           .type = paper->type,
                                           .text = paper->text,
                                           .len = paper->len},
                    on_found, &search, &counts, &shown->match_err))
        shown->match_err = (struct err){0};
    harvest_free(harvest);
    shown->found = counts.found;
    shown->duplicates = counts.duplicates;
    shown->bad = counts.bad;
    shown->others = counts.others;
    shown->links = links->count;
    if (counts.sample_count > 0)
        shown->bad_err = counts.samples[0];
}

static void work(struct fetch *room, const struct job *job)
{
    struct preview *preview = room->preview;
    struct fetch_preview shown = {.number = job->number};
    struct links *links = mem_new(sizeof(*links));

    shown.has_page = load(room, job, &shown.page_err);
    if (shown.has_page) {
        shown.page_err = (struct err){0};
        shown.bytes = preview->paper.len;
        if ((job->match || job->json_path) && !is_old(room, job->number))
            search(room, job, &shown, links);
    }
    room_take(room);
    if (preview->last == job->number) {
        links_free(preview->links);
        preview->links = links;
        links = NULL;
        preview->shown = shown;
        room->ping = true;
    }
    room_drop(room);
    links_free(links);
}

/* NULL: nobody wants the page any more, or the room ends. */
static struct job *next_job(struct fetch *room, struct preview *preview,
                            bool *ending)
{
    struct job *job;

    room_take(room);
    while (!preview->job && !room->ending && !preview->end) {
        thread_mark(THREAD_COND);
        lock_wait(&room->lock, &fetch_class, &preview->cond, -1);
        thread_mark(THREAD_RUN);
    }
    job = preview->job;
    preview->job = NULL;
    preview->end = false;
    *ending = room->ending;
    room_drop(room);
    return job;
}

static void run(void *arg)
{
    struct fetch *room = arg;
    struct preview *preview = room->preview;
    bool ending = false;

    while (!ending) {
        struct job *job = next_job(room, preview, &ending);

        if (!job)
            paper_fini(&preview->paper);
        else if (!ending)
            work(room, job);
        job_free(job);
    }
}

/* ---- the end ---- */

void preview_stop(struct fetch *room)
{
    if (!room->preview)
        return;
    turn_away(room, room->preview, NULL);
    lock_cond_signal(&room->preview->cond);
}

void preview_free(struct fetch *room)
{
    struct preview *preview = room->preview;

    if (!preview)
        return;
    thread_join(preview->thread);
    room_take(room);
    download_free(preview->page);
    download_free(preview->done);
    room->preview = NULL;
    room_drop(room);
    job_free(preview->job);
    links_free(preview->links);
    paper_fini(&preview->paper);
    mem_free(preview->page_name);
    lock_cond_fini(&preview->cond);
    mem_free(preview);
}
