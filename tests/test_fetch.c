/* The download room, driven through its own calls against the embedded origin:
 * requests of people in every state, mirrors, limits, and the end of it all. */
#include "fetch/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "origin/content.h"
#include "origin/origin.h"
#include "scratch.h"
#include "tap.h"

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    PATIENCE_MS = 60000, /* then a state that is waited for does not come */
    LOOK_MS = 20,
    ROWS = 64
};

static struct origin *fast;
static struct origin *slow; /* 4 MiB/s for each connection */
static struct content *content;
static struct notify notify;

/* ---- a room and what it shows ---- */

static struct fetch *make_room(struct fetch_options options)
{
    struct err err = {0};
    struct fetch *room;

    options.dir = scratch_folder;
    options.proxy = "";
    options.max_redirects = -1;
    room = fetch_new(&options, &notify, &err);
    if (!room) {
        printf("Bail out! %s\n", err.text);
        exit(99);
    }
    return room;
}

static uint64_t add_spec(struct fetch *room, const struct fetch_spec *spec)
{
    struct err err = {0};
    uint64_t id = 0;

    if (!fetch_add(room, spec, &id, &err))
        tap_ok(false, "added: %s", err.text);
    return id;
}

static uint64_t add(struct fetch *room, const char *base, const char *path,
                    const char *out)
{
    char *url = mem_printf("%s%s", base, path);
    const char *urls[] = {url};
    uint64_t id = add_spec(
        room, &(struct fetch_spec){.urls = urls, .count = 1, .out = out});

    mem_free(url);
    return id;
}

static struct fetch_row row_of(struct fetch *room, uint64_t id)
{
    struct fetch_row rows[ROWS];
    size_t count = fetch_rows(room, FETCH_ROWS_ALL, 0, rows, ROWS);

    for (size_t i = 0; i < count; i++)
        if (rows[i].id == id)
            return rows[i];
    return (struct fetch_row){.id = 0};
}

/* Waits for the next ping, but not for long. */
static void look_again(void)
{
    struct pollfd polled = {.fd = notify.fd, .events = POLLIN};

    poll(&polled, 1, LOOK_MS);
    notify_drain(&notify);
}

static bool comes_to(struct fetch *room, uint64_t id, enum fetch_state state)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (row_of(room, id).state != state) {
        if (clock_ms() > end_ms) {
            tap_note("%s, not %s: %s", fetch_state_word(row_of(room, id).state),
                     fetch_state_word(state), row_of(room, id).err.text);
            return false;
        }
        look_again();
    }
    return true;
}

static bool has_bytes(struct fetch *room, uint64_t id, uint64_t bytes)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (row_of(room, id).bytes < bytes) {
        if (clock_ms() > end_ms)
            return false;
        look_again();
    }
    return true;
}

static struct fetch_totals totals_of(struct fetch *room)
{
    struct fetch_totals totals;

    fetch_totals(room, &totals);
    return totals;
}

static bool finishes(struct fetch *room)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (!totals_of(room).finished) {
        if (clock_ms() > end_ms)
            return false;
        look_again();
    }
    return true;
}

/* Is the file called name the one the origin has at path? */
static bool same_file(const char *name, const char *path)
{
    const struct content_file *file = content_find(content, path);
    FILE *stream = fopen(scratch(name), "rb");
    static unsigned char got[64 * KIB];
    static unsigned char want[64 * KIB];
    uint64_t at = 0;
    size_t n;
    bool same = file && stream;

    while (same && (n = fread(got, 1, sizeof(got), stream)) > 0) {
        same = at + n <= file->size;
        if (same)
            content_read(file, at, want, n);
        same = same && memcmp(got, want, n) == 0;
        at += n;
    }
    if (stream)
        fclose(stream);
    return same && at == file->size;
}

static unsigned open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* The origins' ends of the room's connections are this process's, too. */
static bool falls_to(unsigned files)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (open_files() > files) {
        if (clock_ms() > end_ms)
            return false;
        look_again();
    }
    return true;
}

static void be_quiet(void)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct origin_stats of_fast;
    struct origin_stats of_slow;

    do {
        look_again();
        origin_stats(fast, &of_fast);
        origin_stats(slow, &of_slow);
    } while (of_fast.open + of_slow.open > 0 && clock_ms() < end_ms);
}

/* ---- a server that breaks off every answer halfway ---- */

struct breaker {
    int fd;
    pthread_t thread;
    char url[64];
    size_t bytes; /* of which half are sent */
    atomic_uint requests;
};

static void break_off(struct breaker *breaker, int fd)
{
    char request[4096];
    char head[200];
    char *body = mem_new(breaker->bytes / 2);
    int len = snprintf(head, sizeof(head),
                       "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
                       "Accept-Ranges: none\r\nContent-Length: %zu\r\n\r\n",
                       breaker->bytes);

    if (recv(fd, request, sizeof(request), 0) > 0) {
        atomic_fetch_add(&breaker->requests, 1);
        if (send(fd, head, (size_t)len, MSG_NOSIGNAL) == len)
            (void)!send(fd, body, breaker->bytes / 2, MSG_NOSIGNAL);
    }
    mem_free(body);
    close(fd);
}

static void *breaker_run(void *arg)
{
    struct breaker *breaker = arg;
    int fd;

    while ((fd = accept(breaker->fd, NULL, NULL)) >= 0)
        break_off(breaker, fd);
    return NULL;
}

static void breaker_init(struct breaker *breaker, size_t bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);

    *breaker = (struct breaker){.bytes = bytes};
    breaker->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (breaker->fd < 0 ||
        bind(breaker->fd, (struct sockaddr *)&address, len) != 0 ||
        listen(breaker->fd, 16) != 0 ||
        getsockname(breaker->fd, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&breaker->thread, NULL, breaker_run, breaker) != 0)
        abort();
    snprintf(breaker->url, sizeof(breaker->url), "http://127.0.0.1:%u",
             (unsigned)ntohs(address.sin_port));
}

static void breaker_fini(struct breaker *breaker)
{
    shutdown(breaker->fd, SHUT_RDWR);
    pthread_join(breaker->thread, NULL);
    close(breaker->fd);
}

/* ---- what people ask for ---- */

static void test_pause(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    uint64_t id = add(room, origin_url(slow), "/files/64M.bin", "pause.bin");
    uint64_t bytes;

    tap_ok(has_bytes(room, id, 8 * MIB), "pause: it runs");
    fetch_pause(room, id);
    tap_ok(comes_to(room, id, FETCH_PAUSED), "pause: it is paused");
    bytes = row_of(room, id).bytes;
    tap_ok(bytes >= 8 * MIB, "pause: what is here is still shown");
    fetch_close(room);
    tap_ok(!totals_of(room).finished, "pause: what is paused is not over");
    fetch_resume(room, id);
    tap_ok(comes_to(room, id, FETCH_RUN), "pause: it runs again");
    tap_ok(comes_to(room, id, FETCH_DONE), "pause: it is done");
    tap_ok(finishes(room), "pause: all is over");
    tap_ok(totals_of(room).bytes < (64 + 16) * MIB,
           "pause: the rest was fetched, not all of it again");
    tap_ok(same_file("pause.bin", "/files/64M.bin"), "pause: right bytes");
    fetch_free(room);
}

/* Requests in quick succession: the transfers have not come back yet. */
static void test_hurry(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    uint64_t id = add(room, origin_url(slow), "/files/16M.bin", "hurry.bin");

    tap_ok(has_bytes(room, id, MIB), "hurry: it runs");
    for (int i = 0; i < 20; i++) {
        fetch_pause(room, 0);
        if (i % 3 == 0)
            look_again();
        fetch_resume(room, 0);
        if (i % 5 == 0)
            look_again();
    }
    fetch_close(room);
    tap_ok(finishes(room), "hurry: all is over");
    tap_int((int)row_of(room, id).state, FETCH_DONE, "hurry: it is done");
    tap_ok(same_file("hurry.bin", "/files/16M.bin"), "hurry: right bytes");
    fetch_free(room);
}

static void test_cancel(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    uint64_t id = add(room, origin_url(slow), "/files/64M.bin", "cancel.bin");

    tap_ok(has_bytes(room, id, 8 * MIB), "cancel: it runs");
    fetch_cancel(room, id);
    tap_ok(comes_to(room, id, FETCH_CANCELED), "cancel: it is canceled");
    fetch_pause(room, id);
    fetch_resume(room, id);
    fetch_cancel(room, 99);
    tap_int((int)row_of(room, id).state, FETCH_CANCELED,
            "cancel: what says nothing there is ignored");
    fetch_retry(room, id);
    tap_ok(comes_to(room, id, FETCH_DONE), "cancel: it is retried");
    tap_ok(totals_of(room).bytes < (64 + 16) * MIB,
           "cancel: the part was kept");
    tap_ok(same_file("cancel.bin", "/files/64M.bin"), "cancel: right bytes");
    tap_ok(!totals_of(room).finished, "cancel: not over before the close");
    fetch_close(room);
    tap_ok(finishes(room), "cancel: all is over");
    fetch_free(room);
}

/* The queue's order as DONE events tell it. */
static size_t done_order(struct fetch *room, uint64_t *ids, size_t max)
{
    struct fetch_event events[ROWS];
    size_t taken = fetch_events(room, events, ROWS);
    size_t count = 0;

    for (size_t i = 0; i < taken; i++) {
        if (events[i].kind == FETCH_EVENT_DONE && count < max)
            ids[count++] = events[i].id;
        fetch_event_fini(&events[i]);
    }
    return count;
}

static void test_order(void)
{
    struct fetch *room = make_room(
        (struct fetch_options){.retries = -1, .max_jobs = 1, .events = true});
    uint64_t first = add(room, origin_url(slow), "/files/16M.bin", "o1.bin");
    uint64_t ids[4];
    uint64_t order[5] = {0};

    tap_ok(comes_to(room, first, FETCH_RUN), "order: the first runs");
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        char *out = mem_printf("order-%zu.bin", i);

        ids[i] = add(room, origin_url(slow), "/files/1K.bin", out);
        mem_free(out);
    }
    fetch_move(room, ids[2], ids[0]);
    fetch_move(room, ids[0], 0);
    fetch_move(room, ids[1], ids[1]);
    fetch_priority(room, ids[3], 5);
    fetch_close(room);
    tap_ok(finishes(room), "order: all is over");
    tap_int((long long)done_order(room, order, 5), 5, "order: five are done");
    tap_ok(order[0] == first && order[1] == ids[3] && order[2] == ids[2] &&
               order[3] == ids[1] && order[4] == ids[0],
           "order: as priorities and moves say");
    fetch_free(room);
}

/* Nobody takes events here, and each host is one thread's: who ends a job has
 * to wake the other. */
static void test_jobs(void)
{
    struct fetch *room = make_room((struct fetch_options){
        .retries = -1, .max_jobs = 1, .max_connections = 1, .threads = 2});
    char *other =
        mem_printf("http://localhost%s", strrchr(origin_url(fast), ':'));
    const char *bases[] = {origin_url(fast), other};

    for (size_t i = 0; i < 20; i++) {
        char *out = mem_printf("job-%zu.bin", i);

        add(room, bases[i % 2], "/files/1K.bin", out);
        mem_free(out);
    }
    fetch_close(room);
    tap_ok(finishes(room), "jobs: one at a time, of two hosts by turns");
    tap_int((long long)totals_of(room).count[FETCH_DONE], 20, "jobs: all done");
    mem_free(other);
    fetch_free(room);
}

static void test_set_jobs(void)
{
    struct fetch *room = make_room(
        (struct fetch_options){.retries = -1, .max_jobs = 1, .threads = 2});
    uint64_t first = add(room, origin_url(slow), "/files/64M.bin", "sj1.bin");
    uint64_t second = add(room, origin_url(slow), "/files/16M.bin", "sj2.bin");

    tap_ok(has_bytes(room, first, MIB), "set_jobs: the first runs");
    tap_int((int)row_of(room, second).state, FETCH_QUEUED,
            "set_jobs: the second waits");
    fetch_set_jobs(room, 2);
    tap_ok(comes_to(room, second, FETCH_RUN) &&
               row_of(room, first).state == FETCH_RUN,
           "set_jobs: both run");
    fetch_cancel(room, 0);
    fetch_close(room);
    tap_ok(finishes(room), "set_jobs: all is over");
    fetch_free(room);
}

static void test_set_rate(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    uint64_t id = add(room, origin_url(slow), "/files/64M.bin", "rate.bin");
    int64_t start_ms;
    uint64_t bytes;

    tap_ok(has_bytes(room, id, MIB), "set_rate: it runs");
    fetch_set_rate(room, 0, 512 * KIB);
    bytes = row_of(room, id).bytes;
    start_ms = clock_ms();
    while (clock_ms() < start_ms + 1000)
        look_again();
    bytes = row_of(room, id).bytes - bytes;
    tap_ok(bytes < 4 * MIB, "set_rate: held back (%llu bytes in a second)",
           (unsigned long long)bytes);
    fetch_set_rate(room, 0, 0);
    fetch_close(room);
    tap_ok(finishes(room), "set_rate: without a limit it comes to its end");
    tap_ok(same_file("rate.bin", "/files/64M.bin"), "set_rate: right bytes");
    fetch_free(room);
}

/* Waits until a network thread says that it works on job. */
static bool works_on(const char *job)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    do {
        struct thread_row rows[ROWS];
        size_t count = thread_roster(rows, ROWS);

        for (size_t i = 0; i < count && i < ROWS; i++)
            if (strcmp(rows[i].name, "fetch-1") == 0 &&
                strcmp(rows[i].job, job) == 0)
                return true;
        look_again();
    } while (clock_ms() < end_ms);
    return false;
}

static void test_thread_jobs(void)
{
    struct fetch *room = make_room(
        (struct fetch_options){.retries = -1, .threads = 1, .max_segments = 1});
    uint64_t first = add(room, origin_url(slow), "/files/64M.bin", "tj1.bin");

    tap_ok(works_on("tj1.bin"), "thread_jobs: the file it carries");
    add(room, origin_url(slow), "/files/64M.bin", "tj2.bin");
    tap_ok(works_on("tj2.bin +1"), "thread_jobs: one of two");
    fetch_cancel(room, first);
    tap_ok(works_on("tj2.bin"), "thread_jobs: the one that is left");
    fetch_cancel(room, 0);
    tap_ok(works_on(""), "thread_jobs: nothing");
    fetch_free(room);
}

/* ---- what the list is for ---- */

static struct fetch_detail detail_of(struct fetch *room, uint64_t id)
{
    struct fetch_detail detail;

    if (!fetch_detail(room, id, &detail))
        tap_ok(false, "detail: %llu is there", (unsigned long long)id);
    return detail;
}

/* Segments of a running file: whole, in order, carried by our threads. */
static bool good_segments(const struct fetch_detail *detail)
{
    for (size_t i = 0; i < detail->segment_count; i++) {
        const struct fetch_segment *segment = &detail->segments[i];

        if (segment->pos < segment->start ||
            strncmp(segment->thread, "fetch-", 6) != 0 ||
            (i > 0 && detail->segments[i - 1].pos > segment->pos))
            return false;
        if (segment->peer[0] &&
            (strncmp(segment->peer, "127.0.0.1:", 10) != 0 || !segment->port))
            return false;
    }
    return true;
}

static void test_detail(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    char *url = mem_printf("http://me:secret@%s/files/64M.bin",
                           strstr(origin_url(slow), "127"));
    const char *urls[] = {url};
    uint64_t id = add_spec(
        room,
        &(struct fetch_spec){.urls = urls, .count = 1, .out = "detail.bin"});
    struct fetch_detail detail;
    size_t connected = 0;
    size_t full = 0;

    tap_ok(has_bytes(room, id, 16 * MIB), "detail: it runs");
    detail = detail_of(room, id);
    tap_ok(detail.url && !strstr(detail.url, "secret") &&
               strstr(detail.url, "/files/64M.bin"),
           "detail: its URL without credentials");
    tap_is(detail.path, scratch("detail.bin"), "detail: where it will be");
    tap_ok(detail.etag && detail.last_modified && detail.ranges,
           "detail: validators, and that it can be gone on with");
    tap_ok(detail.segment_count > 1 && good_segments(&detail),
           "detail: its segments");
    for (size_t i = 0; i < detail.segment_count; i++)
        connected += detail.segments[i].peer[0] != '\0';
    tap_ok(connected > 0, "detail: which connection carries them");
    for (size_t i = 0; i < FETCH_MAP; i++)
        full += detail.map[i] == 255;
    tap_ok(full > 0 && full < FETCH_MAP, "detail: which parts are here");
    tap_is(detail.row.protocol, "h1", "detail: the protocol");
    fetch_detail_fini(&detail);
    fetch_set_rate(room, id, 3 * MIB);
    detail = detail_of(room, id);
    tap_int((long long)detail.rate_bytes_per_s, 3 * MIB,
            "detail: a limit of its own");
    fetch_detail_fini(&detail);
    fetch_set_rate(room, id, 0);
    tap_ok(comes_to(room, id, FETCH_DONE), "detail: it is done");
    detail = detail_of(room, id);
    tap_ok(detail.row.bytes == 64 * MIB && detail.map[0] == 255 &&
               detail.map[FETCH_MAP - 1] == 255 && detail.row.took_ms > 0,
           "detail: all of it is here");
    fetch_detail_fini(&detail);
    tap_ok(!fetch_detail(room, 99, &detail), "detail: nothing has that id");
    fetch_detail_fini(&detail);
    mem_free(url);
    fetch_free(room);
}

static bool checks_to(struct fetch *room, uint64_t id, enum fetch_check check)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (row_of(room, id).check != check) {
        if (clock_ms() > end_ms)
            return false;
        look_again();
    }
    return true;
}

static void test_verify(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = 0});
    uint64_t id = add(room, origin_url(fast), "/files/4M.bin", "verify.bin");
    struct fetch_spec spec = {.count = 1, .out = "declared.bin"};
    char *url = mem_printf("%s/files/4M.bin", origin_url(fast));
    const char *urls[] = {url};
    struct digest digest;
    struct fetch_detail detail;
    uint64_t declared;
    FILE *file;

    tap_ok(comes_to(room, id, FETCH_DONE), "verify: it is done");
    tap_int((int)row_of(room, id).check, FETCH_CHECK_NONE,
            "verify: nothing was declared");
    fetch_verify(room, id);
    tap_ok(checks_to(room, id, FETCH_CHECK_READ), "verify: it is read");
    detail = detail_of(room, id);
    tap_ok(detail.digest && !detail.declared &&
               digest_parse(detail.digest, &digest, NULL),
           "verify: its digest is told");
    fetch_detail_fini(&detail);
    spec.urls = urls;
    spec.digest = &digest;
    declared = add_spec(room, &spec);
    tap_ok(comes_to(room, declared, FETCH_DONE), "verify: declared");
    tap_int((int)row_of(room, declared).check, FETCH_CHECK_OK,
            "verify: as declared");
    file = fopen(scratch("declared.bin"), "r+b");
    if (file) {
        fputs("other bytes", file);
        fclose(file);
    }
    fetch_verify(room, declared);
    tap_ok(checks_to(room, declared, FETCH_CHECK_BAD), "verify: changed since");
    tap_int((int)row_of(room, declared).err.code, ERR_MISMATCH,
            "verify: says so");
    unlink(scratch("declared.bin"));
    fetch_verify(room, declared);
    tap_ok(checks_to(room, declared, FETCH_CHECK_GONE), "verify: it is gone");
    mem_free(url);
    fetch_free(room);
}

static bool leaves(struct fetch *room, uint64_t id)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (row_of(room, id).id == id) {
        if (clock_ms() > end_ms)
            return false;
        look_again();
    }
    return true;
}

static unsigned files_here(void)
{
    DIR *folder = opendir(scratch_folder);
    struct dirent *entry;
    unsigned count = 0;

    while (folder && (entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    if (folder)
        closedir(folder);
    return count;
}

static void test_delete(void)
{
    struct fetch *room =
        make_room((struct fetch_options){.retries = 0, .max_jobs = 3});
    unsigned before = files_here();
    uint64_t done = add(room, origin_url(fast), "/files/4M.bin", "del1.bin");
    uint64_t failed = add(room, origin_url(fast), "/files/none.bin", NULL);
    uint64_t runs;
    uint64_t paused;
    uint64_t canceled;

    tap_ok(comes_to(room, done, FETCH_DONE), "delete: one is done");
    tap_ok(comes_to(room, failed, FETCH_FAILED), "delete: one has failed");
    runs = add(room, origin_url(slow), "/files/64M.bin", "del2.bin");
    paused = add(room, origin_url(slow), "/files/64M.bin", "del3.bin");
    canceled = add(room, origin_url(slow), "/files/64M.bin", "del4.bin");
    tap_ok(has_bytes(room, runs, MIB) && has_bytes(room, paused, MIB) &&
               has_bytes(room, canceled, MIB),
           "delete: others run");
    fetch_pause(room, paused);
    fetch_cancel(room, canceled);
    tap_ok(comes_to(room, paused, FETCH_PAUSED) &&
               comes_to(room, canceled, FETCH_CANCELED),
           "delete: one is paused, one canceled");
    tap_ok(files_here() > before + 3, "delete: there are files");
    fetch_delete(room, done);
    fetch_delete(room, failed);
    fetch_delete(room, runs);
    fetch_delete(room, runs);
    fetch_delete(room, paused);
    fetch_delete(room, canceled);
    fetch_retry(room, canceled);
    tap_ok(leaves(room, done) && leaves(room, failed) && leaves(room, runs) &&
               leaves(room, paused) && leaves(room, canceled),
           "delete: the rows go");
    tap_int(files_here(), before, "delete: and all that was left of them");
    fetch_close(room);
    tap_ok(finishes(room), "delete: all is over");
    fetch_free(room);
}

static void test_forget(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = 0});
    uint64_t one = add(room, origin_url(fast), "/files/1K.bin", "for1.bin");
    uint64_t two = add(room, origin_url(fast), "/files/1K.bin", "for2.bin");
    uint64_t runs = add(room, origin_url(slow), "/files/64M.bin", "for3.bin");

    tap_ok(comes_to(room, one, FETCH_DONE) && comes_to(room, two, FETCH_DONE) &&
               has_bytes(room, runs, MIB),
           "forget: two are done, one runs");
    fetch_forget(room, runs);
    fetch_forget(room, one);
    tap_ok(row_of(room, runs).id == runs && leaves(room, one),
           "forget: only what is over");
    fetch_forget(room, 0);
    tap_ok(leaves(room, two), "forget: all that is over");
    tap_int((long long)totals_of(room).listed[FETCH_DONE], 0,
            "forget: the list has none");
    tap_int((long long)totals_of(room).count[FETCH_DONE], 2,
            "forget: the run had two");
    tap_ok(access(scratch("for1.bin"), F_OK) == 0, "forget: the file stays");
    fetch_cancel(room, runs);
    tap_ok(comes_to(room, runs, FETCH_CANCELED), "forget: canceled");
    fetch_forget(room, runs);
    tap_ok(leaves(room, runs), "forget: the list is empty");
    fetch_free(room);
}

static void test_undo(void)
{
    struct fetch *room =
        make_room((struct fetch_options){.retries = -1, .max_jobs = 2});
    uint64_t runs = add(room, origin_url(slow), "/files/64M.bin", "un1.bin");
    uint64_t paused = add(room, origin_url(slow), "/files/64M.bin", "un2.bin");
    uint64_t queued;

    tap_ok(has_bytes(room, runs, MIB) && has_bytes(room, paused, MIB),
           "undo: two run");
    fetch_pause(room, paused);
    tap_ok(comes_to(room, paused, FETCH_PAUSED), "undo: one is paused");
    fetch_set_jobs(room, 1);
    queued = add(room, origin_url(slow), "/files/1M.bin", "un3.bin");
    fetch_cancel(room, queued);
    fetch_cancel(room, 0);
    tap_int((int)row_of(room, queued).state, FETCH_CANCELED,
            "undo: the queued one is canceled");
    tap_int((int)row_of(room, paused).state, FETCH_CANCELED,
            "undo: the paused one as well");
    tap_int((long long)fetch_undo_cancel(room), 2,
            "undo: what the last request ended");
    tap_int((int)row_of(room, paused).state, FETCH_PAUSED,
            "undo: what was paused is");
    tap_ok(comes_to(room, runs, FETCH_RUN), "undo: what ran does");
    tap_int((int)row_of(room, queued).state, FETCH_CANCELED,
            "undo: an earlier request still stands");
    fetch_cancel(room, runs);
    tap_ok(comes_to(room, runs, FETCH_CANCELED), "undo: canceled again");
    tap_int((long long)fetch_undo_cancel(room), 1, "undo: and taken back");
    tap_ok(comes_to(room, runs, FETCH_RUN), "undo: it runs");
    tap_int((long long)fetch_undo_cancel(room), 1, "undo: the first request");
    tap_int((long long)fetch_undo_cancel(room), 0, "undo: there was no more");
    fetch_resume(room, 0);
    fetch_set_jobs(room, 0);
    fetch_close(room);
    tap_ok(finishes(room), "undo: all is over");
    tap_int((long long)totals_of(room).count[FETCH_DONE], 3, "undo: all done");
    tap_ok(same_file("un1.bin", "/files/64M.bin") &&
               same_file("un2.bin", "/files/64M.bin"),
           "undo: right bytes");
    fetch_free(room);
}

/* All paused: nothing starts, not even what comes from a source. */
static void test_hold(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    char *page = mem_printf("%s/page.html", origin_url(fast));
    struct fetch_source source = {.page = page,
                                  .match = "src=\"(images/.+?)\""};
    struct err err = {0};
    uint64_t id;

    fetch_pause(room, 0);
    id = add(room, origin_url(fast), "/files/1K.bin", "hold.bin");
    tap_ok(fetch_add_source(room, &source, &err), "hold: a source");
    tap_int((int)row_of(room, id).state, FETCH_PAUSED, "hold: paused at once");
    tap_ok(totals_of(room).held, "hold: it is told");
    fetch_resume(room, id);
    tap_ok(comes_to(room, id, FETCH_DONE), "hold: one is let go");
    tap_int((long long)totals_of(room).added, 1, "hold: the source waits");
    fetch_resume(room, 0);
    fetch_close(room);
    tap_ok(finishes(room), "hold: all is over");
    tap_int((long long)totals_of(room).count[FETCH_DONE], CONTENT_IMAGES + 1,
            "hold: all are done");
    mem_free(page);
    fetch_free(room);
}

static size_t view_rows(struct fetch *room, struct fetch_view *view,
                        struct fetch_query query, struct fetch_row *rows,
                        size_t first)
{
    size_t count;
    size_t copied;

    fetch_view_ask(view, &query);
    copied = fetch_view_rows(room, view, first, rows, ROWS, &count);
    if (copied != (count > first + ROWS ? ROWS : count - first))
        tap_ok(false, "view: %zu rows of %zu", copied, count);
    return count;
}

static void test_view(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    struct fetch_view *view = fetch_view_new();
    struct fetch_row rows[ROWS];
    static const char *const names[] = {"pear.bin", "Apple.bin", "fig.iso",
                                        "apricot.iso"};
    uint64_t ids[4];
    size_t at = 99;

    fetch_pause(room, 0);
    for (size_t i = 0; i < 4; i++)
        ids[i] = add(room, origin_url(fast), "/files/1K.bin", names[i]);
    tap_int((long long)view_rows(room, view, (struct fetch_query){0}, rows, 0),
            4, "view: all");
    tap_ok(rows[0].id == ids[0] && rows[3].id == ids[3], "view: as queued");
    view_rows(room, view, (struct fetch_query){.sort = FETCH_BY_NAME}, rows, 0);
    tap_ok(rows[0].id == ids[1] && rows[1].id == ids[3] &&
               rows[2].id == ids[2] && rows[3].id == ids[0],
           "view: by name");
    view_rows(room, view,
              (struct fetch_query){.sort = FETCH_BY_NAME, .reverse = true},
              rows, 1);
    tap_ok(rows[0].id == ids[2] && rows[1].id == ids[3] && rows[2].id == ids[1],
           "view: by name, the other way, from the second");
    tap_int((long long)view_rows(room, view, (struct fetch_query){.text = "AP"},
                                 rows, 0),
            2, "view: of a text");
    tap_ok(fetch_view_find(room, view, ids[3], &at) && at == 1 &&
               !fetch_view_find(room, view, ids[0], &at),
           "view: where a row stands");
    fetch_move(room, ids[3], ids[0]);
    fetch_resume(room, ids[0]);
    tap_ok(comes_to(room, ids[0], FETCH_DONE), "view: one is done");
    tap_int((long long)view_rows(
                room, view, (struct fetch_query){.states = 1 << FETCH_DONE},
                rows, 0),
            1, "view: of a state");
    tap_ok(rows[0].id == ids[0], "view: that one");
    view_rows(room, view, (struct fetch_query){0}, rows, 0);
    tap_ok(rows[0].id == ids[3] && rows[1].id == ids[0],
           "view: what is paused is moved as well");
    tap_ok(fetch_view_find(room, view, ids[2], &at) && at == 3,
           "view: where a row stands in all");
    fetch_view_free(view);
    fetch_free(room);
}

static double ms_each(int64_t start_ns, int times)
{
    return (double)(clock_ns() - start_ns) / 1e6 / times;
}

/* What a screen asks for must not depend on how long the list is. */
static void test_long_list(void)
{
    enum { LONG = 100000, TIMES = 50 };
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    struct fetch_view *view = fetch_view_new();
    struct fetch_row rows[ROWS];
    struct fetch_query query = {.text = "9.bin", .sort = FETCH_BY_NAME};
    int64_t start_ns;
    uint64_t last = 0;
    double ms;
    size_t count;

    fetch_pause(room, 0);
    for (int i = 0; i < LONG; i++) {
        char *path = mem_printf("/some/folder/picture-%06d.bin", i * 7 % LONG);

        last = add(room, "http://127.0.0.1:1", path, NULL);
        mem_free(path);
    }
    start_ns = clock_ns();
    for (size_t i = 0; i < TIMES; i++)
        fetch_rows(room, FETCH_ROWS_ALL, LONG / TIMES * i, rows, ROWS);
    ms = ms_each(start_ns, TIMES);
    tap_ok(ms < 1, "long: a window takes %.3f ms", ms);
    start_ns = clock_ns();
    for (size_t i = 0; i < TIMES; i++)
        fetch_rows(room, FETCH_ROWS_ACTIVE, 0, rows, ROWS);
    ms = ms_each(start_ns, TIMES);
    tap_ok(ms < 1, "long: the active ones %.3f ms", ms);
    start_ns = clock_ns();
    for (size_t i = 0; i < TIMES; i++)
        fetch_move(room, last - i, 1);
    ms = ms_each(start_ns, TIMES);
    tap_ok(ms < 1, "long: a move %.3f ms", ms);
    start_ns = clock_ns();
    count = view_rows(room, view, query, rows, 0);
    tap_note("filtered and sorted anew: %.1f ms", ms_each(start_ns, 1));
    tap_int((long long)count, LONG / 10, "long: what has the text");
    tap_is(rows[1].name, "picture-000019.bin", "long: in order");
    start_ns = clock_ns();
    for (size_t i = 0; i < TIMES; i++)
        fetch_view_rows(room, view, LONG / 20, rows, ROWS, &count);
    ms = ms_each(start_ns, TIMES);
    tap_ok(ms < 10, "long: a window of the view %.3f ms", ms);
    fetch_view_free(view);
    fetch_free(room);
}

/* The server caps each connection: none may be idle while another has some
 * time to go. */
static void test_tail(void)
{
    struct fetch *room = make_room((struct fetch_options){
        .retries = -1, .max_connections = 16, .threads = 2});
    uint64_t id = add(room, origin_url(slow), "/files/256M.bin", "tail.bin");
    struct fetch_totals totals;
    unsigned fewest = 16;
    unsigned looks = 0;

    tap_ok(has_bytes(room, id, 160 * MIB), "tail: most of it is here");
    while ((totals = totals_of(room)).bytes_left > 24 * MIB) {
        looks++;
        if (totals.connections < fewest)
            fewest = totals.connections;
        look_again();
    }
    tap_ok(looks > 0, "tail: seen %u times", looks);
    tap_ok(fewest >= 12, "tail: %u connections until the end is near", fewest);
    tap_ok(comes_to(room, id, FETCH_DONE), "tail: it is done");
    tap_ok(same_file("tail.bin", "/files/256M.bin"), "tail: right bytes");
    fetch_delete(room, id);
    fetch_free(room);
}

/* ---- servers that fail ---- */

static void test_mirrors(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = 0});
    char *missing = mem_printf("%s/files/none.bin", origin_url(fast));
    char *good = mem_printf("%s/files/16M.bin", origin_url(fast));
    const char *urls[] = {"http://127.0.0.1:1/f", missing, good};
    struct fetch_spec spec = {.urls = urls, .count = 3, .out = "mirror.bin"};
    uint64_t id = add_spec(room, &spec);
    uint64_t lost;

    spec.count = 2;
    spec.out = "lost.bin";
    lost = add_spec(room, &spec);
    fetch_close(room);
    tap_ok(finishes(room), "mirrors: all is over");
    tap_int((int)row_of(room, id).state, FETCH_DONE,
            "mirrors: the third helps");
    tap_ok(same_file("mirror.bin", "/files/16M.bin"), "mirrors: right bytes");
    tap_int((int)row_of(room, lost).state, FETCH_FAILED,
            "mirrors: without it the file is not to be had");
    mem_free(missing);
    mem_free(good);
    fetch_free(room);
}

static void test_breaking(size_t bytes)
{
    struct fetch *room = make_room((struct fetch_options){.retries = 2});
    struct breaker breaker;
    uint64_t id;

    breaker_init(&breaker, bytes);
    id = add(room, breaker.url, "/f.png", "broken.png");
    fetch_close(room);
    tap_ok(finishes(room), "breaking: a server that always breaks is given up");
    tap_int((int)row_of(room, id).state, FETCH_FAILED, "breaking: it failed");
    tap_ok(atomic_load(&breaker.requests) <= 8, "breaking: after %u requests",
           atomic_load(&breaker.requests));
    fetch_free(room);
    breaker_fini(&breaker);
}

/* First a whole file comes, whose checksum is wrong; tried again, a half. What
 * was held the first time must not make that half a whole. */
static void test_checksum(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = 0});
    struct digest digest = {.algo = DIGEST_SHA256, .len = 32};
    char *url = mem_printf("%s/files/16M.bin", origin_url(slow));
    const char *urls[] = {url};
    uint64_t id = add_spec(room, &(struct fetch_spec){.urls = urls,
                                                      .count = 1,
                                                      .out = "sum.bin",
                                                      .digest = &digest});

    tap_ok(comes_to(room, id, FETCH_FAILED), "checksum: a wrong one fails");
    tap_int((int)row_of(room, id).err.code, ERR_MISMATCH, "checksum: says so");
    fetch_retry(room, id);
    tap_ok(comes_to(room, id, FETCH_RUN), "checksum: tried again");
    tap_ok(has_bytes(room, id, 2 * MIB), "checksum: it comes anew");
    tap_ok(row_of(room, id).bytes < 16 * MIB,
           "checksum: nothing of the first try counts");
    fetch_cancel(room, id);
    tap_ok(comes_to(room, id, FETCH_CANCELED), "checksum: canceled");
    fetch_retry(room, id);
    tap_ok(comes_to(room, id, FETCH_FAILED), "checksum: wrong again");
    tap_ok(access(scratch("sum.bin"), F_OK) != 0, "checksum: no such file");
    mem_free(url);
    fetch_free(room);
}

/* ---- the whole room ---- */

static void test_folders(void)
{
    struct fetch *room =
        make_room((struct fetch_options){.retries = -1, .max_connections = 2});
    char *url = mem_printf("%s/files/1K.bin", origin_url(fast));
    const char *urls[] = {url};
    unsigned before = open_files();

    for (int i = 0; i < 100; i++) {
        char *dir = mem_printf("%s/%d", scratch("folders"), i);

        add_spec(room,
                 &(struct fetch_spec){.urls = urls, .count = 1, .dir = dir});
        mem_free(dir);
    }
    fetch_close(room);
    tap_ok(finishes(room), "folders: all is over");
    tap_int((long long)totals_of(room).count[FETCH_DONE], 100,
            "folders: one file in each of 100");
    tap_ok(open_files() < before + 50, "folders: none stays open");
    mem_free(url);
    fetch_free(room);
}

static void test_source(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    char *page = mem_printf("%s/feed.json", origin_url(fast));
    struct fetch_source source = {.page = page,
                                  .match = "\"profile_image\":\"(.+?)\","};
    struct err err = {0};

    tap_ok(fetch_add_source(room, &source, &err), "source: added");
    fetch_close(room);
    tap_ok(finishes(room), "source: all is over");
    tap_int((long long)totals_of(room).count[FETCH_DONE], CONTENT_IMAGES,
            "source: every picture once");
    mem_free(page);
    fetch_free(room);
}

static uint64_t sum(const struct fetch_totals *totals)
{
    uint64_t count = 0;

    for (int i = 0; i < FETCH_STATES; i++)
        count += totals->count[i];
    return count;
}

/* Downloads in as many states as there are, and a page under way. */
static struct fetch *busy_room(void)
{
    struct fetch *room = make_room((struct fetch_options){
        .retries = 100, .max_jobs = 3, .events = true, .threads = 2});
    struct fetch_source source = {.match = "x"};
    char *page = mem_printf("%s/files/64M.bin", origin_url(slow));
    uint64_t waits = add(room, "http://127.0.0.1:1", "/f", "w.bin");
    uint64_t paused = add(room, origin_url(slow), "/files/256M.bin", "p.bin");
    uint64_t runs = add(room, origin_url(slow), "/files/64M.bin", "r.bin");
    struct err err = {0};

    add(room, origin_url(fast), "/files/1M.bin", "d.bin");
    add(room, origin_url(fast), "/files/none.bin", "n.bin");
    source.page = page;
    tap_ok(fetch_add_source(room, &source, &err), "busy: a source");
    tap_ok(has_bytes(room, paused, MIB), "busy: one runs");
    fetch_pause(room, paused);
    tap_ok(has_bytes(room, runs, MIB), "busy: another runs");
    tap_ok(comes_to(room, paused, FETCH_PAUSED), "busy: one is paused");
    tap_ok(comes_to(room, waits, FETCH_WAIT), "busy: one waits");
    for (int i = 0; i < 20; i++)
        add(room, origin_url(slow), "/files/16M.bin", NULL);
    mem_free(page);
    return room;
}

static void test_stop(void)
{
    struct fetch *room = busy_room();
    struct fetch_totals totals;
    uint64_t late;

    fetch_close(room);
    fetch_stop(room);
    late = add(room, origin_url(fast), "/files/1K.bin", "late.bin");
    tap_int((int)row_of(room, late).state, FETCH_CANCELED,
            "stop: what is added afterwards does not begin");
    fetch_retry(room, 0);
    fetch_resume(room, 0);
    tap_ok(finishes(room), "stop: all is over");
    fetch_retry(room, 0);
    totals = totals_of(room);
    tap_ok(totals.finished, "stop: and stays so");
    tap_int((long long)sum(&totals), (long long)totals.added + 1,
            "stop: every download is in one state, the page has failed");
    tap_int((long long)(totals.count[FETCH_QUEUED] + totals.count[FETCH_RUN] +
                        totals.count[FETCH_WAIT] + totals.count[FETCH_CHECK] +
                        totals.count[FETCH_PAUSED]),
            0, "stop: nothing is left to do");
    tap_int(totals.connections, 0, "stop: no connection either");
    fetch_free(room);
}

/* The room is ended with everything under way. */
static void test_free(void)
{
    struct fetch *room;
    unsigned before;

    be_quiet();
    before = open_files();
    fetch_free(make_room((struct fetch_options){.retries = -1}));
    room = busy_room();
    fetch_free(room);
    tap_ok(falls_to(before), "free: no descriptor stays open");
}

/* ---- from one run to the next ---- */

static bool restore(struct fetch *room, const struct fetch_record *record,
                    uint64_t *id)
{
    struct err err = {0};

    if (fetch_restore(room, record, id, &err))
        return true;
    tap_ok(false, "restored: %s", err.text);
    return false;
}

static void test_record(void)
{
    struct fetch *room = make_room((struct fetch_options){.retries = -1});
    uint64_t done = add(room, origin_url(fast), "/SHA256SUMS", "record.sums");
    uint64_t paused =
        add(room, origin_url(slow), "/files/64M.bin", "record.bin");
    uint64_t failed = add(room, origin_url(fast), "/nothere", "record.none");
    struct fetch_record records[3];
    struct fetch_record none;
    uint64_t ids[3];
    struct fetch_row row;

    tap_ok(has_bytes(room, paused, MIB), "record: it runs");
    fetch_pause(room, paused);
    tap_ok(comes_to(room, done, FETCH_DONE) &&
               comes_to(room, failed, FETCH_FAILED),
           "record: the others are over");
    tap_ok(fetch_record(room, done, &records[0]) &&
               fetch_record(room, paused, &records[1]) &&
               fetch_record(room, failed, &records[2]),
           "record: there are three");
    tap_ok(!fetch_record(room, failed + 1, &none), "record: and no fourth");
    tap_int((int)records[1].state, FETCH_PAUSED,
            "record: what is about to be paused is");
    tap_ok(records[0].dir[0] == '/', "record: its folder in full");
    fetch_free(room);

    room = make_room((struct fetch_options){.retries = -1});
    for (size_t i = 0; i < 3; i++)
        tap_ok(restore(room, &records[i], &ids[i]), "restore: number %zu", i);
    row = row_of(room, ids[0]);
    tap_int((int)row.state, FETCH_DONE, "restore: what was done is done");
    tap_int((long long)row.bytes, (long long)records[0].bytes,
            "restore: with its size");
    row = row_of(room, ids[1]);
    tap_int((int)row.state, FETCH_PAUSED, "restore: paused");
    tap_ok(row.bytes >= MIB / 2 && row.total == 64 * MIB,
           "restore: as far as it was");
    row = row_of(room, ids[2]);
    tap_ok(row.state == FETCH_FAILED && row.err.code == ERR_MISSING,
           "restore: failed, and why");
    fetch_resume(room, ids[1]);
    tap_ok(has_bytes(room, ids[1], records[1].bytes + MIB),
           "restore: it goes on where it stood");
    fetch_retry(room, ids[2]);
    tap_ok(comes_to(room, ids[2], FETCH_FAILED), "restore: can be tried again");
    fetch_forget(room, ids[0]);
    for (size_t i = 0; i < 3; i++)
        fetch_record_fini(&records[i]);
    fetch_free(room);
}

int main(void)
{
    struct err err = {0};

    thread_block_signals();
    thread_adopt("main", "tests the download room");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    scratch_open();
    fast = origin_new(&(struct origin_options){.port = 0}, &err);
    slow =
        origin_new(&(struct origin_options){.rate_bytes_per_s = 4 * MIB}, &err);
    content = fast ? content_new(origin_url(fast), &err) : NULL;
    if (!slow || !content || !notify_init(&notify, &err)) {
        printf("Bail out! %s\n", err.text);
        return 99;
    }
    test_pause();
    test_hurry();
    test_cancel();
    test_order();
    test_jobs();
    test_set_jobs();
    test_set_rate();
    test_thread_jobs();
    test_detail();
    test_verify();
    test_delete();
    test_forget();
    test_undo();
    test_hold();
    test_view();
    test_long_list();
    test_tail();
    test_mirrors();
    test_breaking(100 * 1000);
    test_breaking(4 * 1000 * 1000);
    test_checksum();
    test_folders();
    test_source();
    test_stop();
    test_record();
    test_free();
    notify_fini(&notify);
    content_free(content);
    origin_free(slow);
    origin_free(fast);
    scratch_close();
    curl_global_cleanup();
    return tap_done();
}
