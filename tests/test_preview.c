/* Previews of a harvest: the page, what is found in it, other pages and
 * expressions while one is under way, and what of it is taken. */
#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/thread.h"
#include "fetch/fetch.h"
#include "origin/origin.h"
#include "scratch.h"
#include "tap.h"

enum { PATIENCE_MS = 60000, LOOK_MS = 20, ROWS = 64 };

static const char regex[] = "\"profile_image\":\"(.+?)\",";

static struct origin *origin;
static struct origin *slow;
static struct notify notify;
static struct fetch *room;

static uint64_t ask(const char *page, const char *match, const char *json_path)
{
    const struct fetch_look look = {
        .page = page, .match = match, .json_path = json_path};
    struct err err = {0};
    uint64_t number = 0;

    if (!fetch_preview(room, &look, &number, &err))
        tap_ok(false, "asked: %s", err.text);
    return number;
}

static void look_again(void)
{
    struct pollfd polled = {.fd = notify.fd, .events = POLLIN};

    poll(&polled, 1, LOOK_MS);
    notify_drain(&notify);
}

/* The answer to request number. */
static struct fetch_preview answer(uint64_t number)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct fetch_preview shown;

    for (;;) {
        fetch_preview_see(room, &shown);
        if (shown.number == number && !shown.searching)
            return shown;
        if (clock_ms() > end_ms) {
            tap_ok(false, "an answer to request %llu",
                   (unsigned long long)number);
            return shown;
        }
        look_again();
    }
}

static struct fetch_totals totals(void)
{
    struct fetch_totals totals;

    fetch_totals(room, &totals);
    return totals;
}

static bool comes_to(uint64_t done)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (totals().listed[FETCH_DONE] < done) {
        if (clock_ms() > end_ms)
            return false;
        look_again();
    }
    return true;
}

static char *feed(struct origin *from)
{
    return mem_printf("%s/feed.json", origin_url(from));
}

static void test_feed(void)
{
    char *url = feed(origin);
    struct fetch_preview shown = answer(ask(url, NULL, NULL));
    struct fetch_link links[ROWS];
    struct origin_stats before;
    struct origin_stats after;
    size_t count;

    tap_ok(shown.has_page && shown.bytes > 1000 && shown.found == 0,
           "without an expression there is the page");
    origin_stats(origin, &before);
    shown = answer(ask(url, regex, NULL));
    tap_int((long long)shown.found, 48, "what is found");
    tap_int((long long)shown.duplicates, 4, "what is there twice");
    tap_int((long long)shown.links, 44, "links to be had");
    origin_stats(origin, &after);
    tap_ok(before.requests == after.requests,
           "the page is not fetched for another expression");
    count = fetch_preview_links(room, 40, links, ROWS);
    tap_int((long long)count, 4, "a window of the links");
    tap_ok(count > 0 && strncmp(links[0].url, origin_url(origin),
                                strlen(origin_url(origin))) == 0,
           "links are absolute");
    shown = answer(ask(url, NULL, "$..profile_image"));
    tap_int((long long)shown.links, 44, "the same by a JSON path");
    tap_ok(totals().added == 0, "nothing is downloaded");
    mem_free(url);
}

static void test_words(void)
{
    char *url = feed(origin);
    char *none = mem_printf("%s/none", origin_url(origin));
    struct fetch_preview shown = answer(ask(url, "a(", NULL));

    tap_ok(shown.has_page && shown.match_err.code == ERR_USAGE,
           "a wrong expression: %s", shown.match_err.text);
    shown = answer(ask(url, NULL, "$["));
    tap_ok(shown.match_err.code == ERR_USAGE, "a wrong path: %s",
           shown.match_err.text);
    shown = answer(ask(url, "(x+x+)+y|(.*.*)*\\1=", NULL));
    tap_ok(shown.has_page && shown.match_err.code == ERR_LIMIT,
           "an expression without an end: %s", shown.match_err.text);
    shown = answer(ask(none, regex, NULL));
    tap_ok(!shown.has_page && strstr(shown.page_err.text, "404"),
           "a page that is not there: %s", shown.page_err.text);
    shown = answer(ask("x://y", regex, NULL));
    tap_ok(!shown.has_page && shown.page_err.code == ERR_USAGE, "no URL: %s",
           shown.page_err.text);
    shown = answer(ask("/none/none", regex, NULL));
    tap_ok(!shown.has_page && shown.page_err.code != ERR_NONE, "no file: %s",
           shown.page_err.text);
    shown = answer(ask("/dev/zero", regex, NULL));
    tap_ok(!shown.has_page, "no page at all: %s", shown.page_err.text);
    mem_free(none);
    mem_free(url);
}

static void test_file(void)
{
    char *path = path_join(scratch_folder, "page.html");
    FILE *file = fopen(path, "w");
    struct fetch_preview shown;

    fputs("<a href=\"http://127.0.0.1/a\"><a href=\"b\">", file);
    fclose(file);
    shown = answer(ask(path, "href=\"(.+?)\"", NULL));
    tap_int((long long)shown.found, 2, "links of a file");
    tap_ok(shown.links == 1 && shown.bad == 1 && shown.bad_err.code,
           "one has no page to start from: %s", shown.bad_err.text);
    mem_free(path);
}

/* The last wish counts, however many come before it is begun. */
static void test_haste(void)
{
    char *first = mem_printf(
        "%s/films/%%E5%%B0%%8F%%E9%%BB%%84%%E4%%BA%%BA.mp4", origin_url(slow));
    char *second = feed(origin);
    struct fetch_preview shown;
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    ask(first, regex, NULL);
    do {
        fetch_preview_see(room, &shown);
        look_again();
    } while (!(shown.fetching && shown.bytes > 0) && clock_ms() < end_ms);
    tap_ok(shown.fetching && shown.bytes > 0, "a page is under way");
    for (int i = 0; i < 20; i++)
        ask(first, regex, NULL);
    ask(second, "x", NULL);
    shown = answer(ask(second, regex, NULL));
    tap_int((long long)shown.links, 44, "the last of many wishes");
    fetch_preview_end(room);
    fetch_preview_see(room, &shown);
    tap_ok(shown.number == 0 && fetch_preview_links(room, 0, NULL, 0) == 0,
           "an end");
    mem_free(first);
    mem_free(second);
}

/* Other downloads have all that may be had at once, and are paused. */
static void test_beside(void)
{
    char *url = feed(origin);
    char *film = mem_printf("%s/films/%%E5%%B0%%8F%%E9%%BB%%84%%E4%%BA%%BA.mp4",
                            origin_url(slow));
    const char *urls[] = {film};
    const struct fetch_spec spec = {.urls = urls, .count = 1, .out = "film"};
    struct fetch_preview shown;
    struct err err;
    uint64_t id;

    fetch_set_jobs(room, 1);
    tap_ok(fetch_add(room, &spec, &id, &err), "a long download");
    while (totals().listed[FETCH_RUN] == 0)
        look_again();
    shown = answer(ask(url, regex, NULL));
    tap_int((long long)shown.links, 44, "beside a file, one at once");
    fetch_pause(room, 0);
    fetch_preview_end(room);
    shown = answer(ask(url, regex, NULL));
    tap_int((long long)shown.links, 44, "while all are paused");
    fetch_cancel(room, id);
    fetch_resume(room, 0);
    fetch_set_jobs(room, 0);
    while (totals().listed[FETCH_CANCELED] == 0)
        look_again();
    fetch_forget(room, 0);
    mem_free(film);
    mem_free(url);
}

static void test_take(void)
{
    char *url = feed(origin);
    uint64_t number = ask(url, regex, NULL);
    struct fetch_preview shown = answer(number);
    uint64_t before = totals().added;
    bool off[ROWS] = {[0] = true, [3] = true};
    struct err err;
    struct fetch_row rows[ROWS];
    struct fetch_link links[ROWS];
    struct fetch_detail detail;
    char *dir = path_join(scratch_folder, "taken");

    fetch_preview_links(room, 0, links, ROWS);
    tap_ok(!fetch_preview_take(room, number + 1, off, dir, &err),
           "not another preview: %s", err.text);
    tap_ok(shown.links <= ROWS &&
               fetch_preview_take(room, number, off, dir, &err),
           "taken");
    tap_ok(comes_to(42), "all but two come");
    tap_int((long long)(totals().added - before), 42, "and no others");
    fetch_rows(room, FETCH_ROWS_ALL, 0, rows, ROWS);
    tap_ok(fetch_detail(room, rows[0].id, &detail), "the first");
    tap_is(detail.url, links[1].url, "is the second link");
    tap_ok(strncmp(detail.path, dir, strlen(dir)) == 0, "in the folder");
    fetch_detail_fini(&detail);
    fetch_preview_see(room, &shown);
    tap_ok(shown.number == 0 && shown.links == 0, "they are gone from there");
    tap_ok(!fetch_preview_take(room, number, NULL, dir, &err), "only once");
    mem_free(dir);
    mem_free(url);
}

/* A room that ends while a page is under way. */
static void test_end(void)
{
    char *url = mem_printf("%s/films/%%E5%%B0%%8F%%E9%%BB%%84%%E4%%BA%%BA.mp4",
                           origin_url(slow));
    struct fetch_preview shown;

    ask(url, regex, NULL);
    do {
        fetch_preview_see(room, &shown);
        look_again();
    } while (!shown.fetching);
    fetch_free(room);
    tap_ok(true, "the room ends while a page is under way");
    mem_free(url);
}

int main(void)
{
    struct err err = {0};

    thread_block_signals();
    thread_adopt("main", "tests previews");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    scratch_open();
    origin = origin_new(&(struct origin_options){.port = 0}, &err);
    slow =
        origin_new(&(struct origin_options){.rate_bytes_per_s = 1 << 20}, &err);
    if (!origin || !slow || !notify_init(&notify, &err)) {
        printf("Bail out! %s\n", err.text);
        return 99;
    }
    room = fetch_new(&(struct fetch_options){.dir = scratch_folder,
                                             .proxy = "",
                                             .retries = 0,
                                             .max_redirects = -1,
                                             .events = true},
                     &notify, &err);
    if (!room) {
        printf("Bail out! %s\n", err.text);
        return 99;
    }
    test_feed();
    test_words();
    test_file();
    test_haste();
    test_beside();
    test_take();
    test_end();
    notify_fini(&notify);
    origin_free(slow);
    origin_free(origin);
    scratch_close();
    curl_global_cleanup();
    return tap_done();
}
