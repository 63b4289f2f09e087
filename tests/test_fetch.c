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
    fetch_set_rate(room, 512 * KIB);
    bytes = row_of(room, id).bytes;
    start_ms = clock_ms();
    while (clock_ms() < start_ms + 1000)
        look_again();
    bytes = row_of(room, id).bytes - bytes;
    tap_ok(bytes < 4 * MIB, "set_rate: held back (%llu bytes in a second)",
           (unsigned long long)bytes);
    fetch_set_rate(room, 0);
    fetch_close(room);
    tap_ok(finishes(room), "set_rate: without a limit it comes to its end");
    tap_ok(same_file("rate.bin", "/files/64M.bin"), "set_rate: right bytes");
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
    test_mirrors();
    test_breaking(100 * 1000);
    test_breaking(4 * 1000 * 1000);
    test_checksum();
    test_folders();
    test_source();
    test_stop();
    test_free();
    notify_fini(&notify);
    content_free(content);
    origin_free(slow);
    origin_free(fast);
    scratch_close();
    curl_global_cleanup();
    return tap_done();
}
