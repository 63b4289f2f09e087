/* The embedded origin, asked over the loopback by libcurl. */
#include "origin/origin.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "origin/content.h"
#include "tap.h"

enum { KIB = 1024, MIB = 1024 * 1024, ANSWER_MAX = 8 * MIB };

static struct origin *origin;
static struct content *content;

struct answer {
    long status;
    struct str body;
    struct str head;
    CURLcode code;
};

static size_t take(char *data, size_t size, size_t count, void *arg)
{
    return str_add(arg, data, size * count) ? size * count : 0;
}

static void prepare(CURL *curl, struct answer *answer, const char *path)
{
    char *url = mem_printf("%s%s", origin_url(origin), path);

    str_init(&answer->body, ANSWER_MAX);
    str_init(&answer->head, 64 * KIB);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer->body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer->head);
    mem_free(url);
}

static void ask(struct answer *answer, const char *path, const char *method,
                const char *const *fields)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *list = NULL;

    prepare(curl, answer, path);
    for (; fields && *fields; fields++)
        list = curl_slist_append(list, *fields);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (strcmp(method, "POST") == 0)
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, "a=1");
    else
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    answer->code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_slist_free_all(list);
    curl_easy_cleanup(curl);
}

static void get(struct answer *answer, const char *path, const char *field)
{
    const char *fields[] = {field, NULL};

    ask(answer, path, "GET", fields);
}

static void answer_fini(struct answer *answer)
{
    str_fini(&answer->body);
    str_fini(&answer->head);
}

/* The value of a field, or "" if it is not there. */
static const char *field_of(const struct answer *answer, const char *name,
                            char out[200])
{
    const char *at = answer->head.data;
    size_t len = strlen(name);

    snprintf(out, 200, "%s", "");
    for (; (at = strstr(at, "\r\n")); at += 2)
        if (strncasecmp(at + 2, name, len) == 0 && at[2 + len] == ':') {
            at += 2 + len + 1;
            at += strspn(at, " ");
            snprintf(out, 200, "%.*s", (int)strcspn(at, "\r"), at);
            break;
        }
    return out;
}

static bool is_slice(const struct answer *answer, const char *path,
                     uint64_t first, uint64_t last)
{
    const struct content_file *file = content_find(content, path);
    size_t len = (size_t)(last - first + 1);
    char *want = mem_new(len);
    bool same;

    content_read(file, first, want, len);
    same = answer->body.len == len && memcmp(answer->body.data, want, len) == 0;
    mem_free(want);
    return same;
}

static void test_whole(void)
{
    struct answer answer;
    char out[200];

    get(&answer, "/files/1M.bin", NULL);
    tap_int(answer.status, 200, "a file: 200");
    tap_ok(is_slice(&answer, "/files/1M.bin", 0, MIB - 1), "its bytes");
    tap_is(field_of(&answer, "Content-Length", out), "1048576", "its length");
    tap_is(field_of(&answer, "Accept-Ranges", out), "bytes", "ranges offered");
    tap_is(field_of(&answer, "Content-Type", out), "application/octet-stream",
           "its type");
    tap_is(field_of(&answer, "ETag", out),
           content_find(content, "/files/1M.bin")->etag, "its ETag");
    tap_is(field_of(&answer, "Last-Modified", out), content_date, "its date");
    answer_fini(&answer);

    get(&answer, "/images/%E4%BD%99%E5%A9%B7.png", NULL);
    tap_int(answer.status, 200, "an image with a Chinese name: 200");
    tap_is(field_of(&answer, "Content-Type", out), "image/png", "its type");
    tap_ok(is_slice(&answer, "/images/余婷.png", 0,
                    content_find(content, "/images/余婷.png")->size - 1),
           "its bytes");
    answer_fini(&answer);

    get(&answer, "/films/%E5%B0%8F%E9%BB%84%E4%BA%BA.mp4", "Range: bytes=0-99");
    tap_is(field_of(&answer, "Content-Type", out), "video/mp4",
           "a film's type");
    tap_ok(is_slice(&answer, "/films/小黄人.mp4", 0, 99), "a film's start");
    answer_fini(&answer);

    get(&answer, "/", NULL);
    tap_ok(answer.status == 200 && strstr(answer.body.data, "href="),
           "the page is at /");
    answer_fini(&answer);
    get(&answer, "/feed.json?type=1&page=1", NULL);
    tap_ok(answer.status == 200 && strstr(answer.body.data, "profile_image"),
           "the feed, whatever is asked for behind it");
    snprintf(out, sizeof out, "\"http:\\/\\/%s\\/images",
             origin_url(origin) + strlen("http://"));
    tap_ok(strstr(answer.body.data, out), "its links lead back here");
    answer_fini(&answer);
}

static void test_ranges(void)
{
    static const struct {
        const char *field;
        const char *want;
        uint64_t first;
        uint64_t last;
    } cases[] = {
        {"Range: bytes=0-0", "bytes 0-0/1048576", 0, 0},
        {"Range: bytes=1000-70000", "bytes 1000-70000/1048576", 1000, 70000},
        {"Range: bytes=1048570-", "bytes 1048570-1048575/1048576", 1048570,
         1048575},
        {"Range: bytes=-5", "bytes 1048571-1048575/1048576", 1048571, 1048575},
        {"Range: bytes=1048000-9999999", "bytes 1048000-1048575/1048576",
         1048000, 1048575},
    };
    struct answer answer;
    char out[200];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        get(&answer, "/files/1M.bin", cases[i].field);
        tap_ok(answer.status == 206 && is_slice(&answer, "/files/1M.bin",
                                                cases[i].first, cases[i].last),
               "%s: 206 and its bytes", cases[i].field);
        tap_is(field_of(&answer, "Content-Range", out), cases[i].want,
               "and says so");
        answer_fini(&answer);
    }
    get(&answer, "/files/1K.bin", "Range: bytes=1024-");
    tap_int(answer.status, 416, "behind the end: 416");
    tap_is(field_of(&answer, "Content-Range", out), "bytes */1024",
           "with the length");
    answer_fini(&answer);
    get(&answer, "/files/1K.bin", "Range: bytes=5-4");
    tap_ok(answer.status == 200 && answer.body.len == 1024,
           "a range that is none: the whole");
    answer_fini(&answer);
}

static void if_range(const char *validator, long status, const char *what)
{
    char field[200];
    const char *fields[] = {"Range: bytes=10-19", field, NULL};
    struct answer answer;

    snprintf(field, sizeof field, "If-Range: %s", validator);
    ask(&answer, "/files/10K.bin", "GET", fields);
    tap_ok(answer.status == status &&
               answer.body.len == (status == 206 ? 10 : 10240),
           "If-Range with %s: %ld", what, status);
    answer_fini(&answer);
}

static void test_if_range(void)
{
    const char *etag = content_find(content, "/files/10K.bin")->etag;
    char weak[64];

    snprintf(weak, sizeof weak, "W/%s", etag);
    if_range(etag, 206, "the ETag");
    if_range(content_date, 206, "the date");
    if_range(weak, 200, "a weak form of it");
    if_range("\"other\"", 200, "another ETag");
    if_range("Tue, 02 Apr 2019 09:30:00 GMT", 200, "a later date");
}

static void test_others(void)
{
    struct answer answer;
    char out[200];

    ask(&answer, "/files/64M.bin", "HEAD", NULL);
    tap_ok(answer.status == 200 && answer.body.len == 0 &&
               answer.code == CURLE_OK,
           "HEAD: no body");
    tap_is(field_of(&answer, "Content-Length", out), "67108864",
           "but the length");
    answer_fini(&answer);
    get(&answer, "/files/none.bin", NULL);
    tap_ok(answer.status == 404 && strstr(answer.body.data, "no such file"),
           "an unknown path: 404 and a sentence");
    answer_fini(&answer);
    get(&answer, "/files/../files/1K.bin", NULL);
    tap_int(answer.status, 404, "paths are not resolved");
    answer_fini(&answer);
    ask(&answer, "/files/1K.bin", "POST", NULL);
    tap_int(answer.status, 405, "POST: 405");
    tap_is(field_of(&answer, "Allow", out), "GET, HEAD", "and what may be");
    answer_fini(&answer);
    ask(&answer, "/files/1K.bin", "DELETE", NULL);
    tap_int(answer.status, 405, "DELETE: 405");
    answer_fini(&answer);
}

static void test_variants(void)
{
    struct answer answer;
    char out[200];

    get(&answer, "/norange/files/10K.bin", "Range: bytes=10-19");
    tap_ok(answer.status == 200 && answer.body.len == 10240,
           "norange: the whole");
    tap_is(field_of(&answer, "Accept-Ranges", out), "none", "and none offered");
    answer_fini(&answer);
    get(&answer, "/nolength/files/1M.bin", NULL);
    tap_ok(answer.status == 200 && answer.code == CURLE_OK &&
               is_slice(&answer, "/files/1M.bin", 0, MIB - 1),
           "nolength: all bytes");
    tap_is(field_of(&answer, "Content-Length", out), "", "without a length");
    answer_fini(&answer);
    get(&answer, "/novalidator/files/10K.bin", "Range: bytes=10-19");
    tap_int(answer.status, 206, "novalidator: ranges");
    tap_is(field_of(&answer, "ETag", out), "", "no ETag");
    tap_is(field_of(&answer, "Last-Modified", out), "", "no date");
    answer_fini(&answer);
    get(&answer, "/norangefiles/10K.bin", NULL);
    tap_int(answer.status, 404, "a prefix ends at a slash");
    answer_fini(&answer);
}

static void test_ipv6(void)
{
    struct answer answer;
    CURL *curl = curl_easy_init();
    char *url = mem_printf("http://[::1]%s/files/1K.bin",
                           strrchr(origin_url(origin), ':'));
    CURLcode code;

    prepare(curl, &answer, "/");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    code = curl_easy_perform(curl);
    if (code == CURLE_COULDNT_CONNECT)
        tap_ok(true, "IPv6 # SKIP this machine has no ::1");
    else
        tap_ok(code == CURLE_OK && answer.body.len == KIB, "IPv6");
    curl_easy_cleanup(curl);
    mem_free(url);
    answer_fini(&answer);
}

static void test_stats(void)
{
    struct origin_stats before;
    struct origin_stats after;
    struct answer answer;

    origin_stats(origin, &before);
    get(&answer, "/files/10K.bin", NULL);
    answer_fini(&answer);
    origin_stats(origin, &after);
    tap_int((long long)(after.requests - before.requests), 1, "one request");
    tap_int((long long)(after.bytes - before.bytes), 10240, "its bytes");
    tap_int((long long)(after.connections - before.connections), 1,
            "its connection");
    /* libmicrohttpd learns of the end a moment later. */
    for (int64_t end = clock_ms() + 10000; after.open > 0 && clock_ms() < end;)
        origin_stats(origin, &after);
    tap_int((long long)after.open, 0, "no connection is left");
}

static double cpu_s(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

enum { PARALLEL = 6 };

/* One thread of the library serves them all: a connection that blocked would
 * make them wait for one another. */
static double load_parallel(const char *path, size_t size)
{
    CURLM *multi = curl_multi_init();
    CURL *handles[PARALLEL];
    struct answer answers[PARALLEL];
    int64_t start = clock_ms();
    int running = 1;
    size_t whole = 0;

    for (size_t i = 0; i < PARALLEL; i++) {
        handles[i] = curl_easy_init();
        prepare(handles[i], &answers[i], path);
        curl_multi_add_handle(multi, handles[i]);
    }
    while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    for (size_t i = 0; i < PARALLEL; i++) {
        whole += answers[i].body.len == size;
        curl_multi_remove_handle(multi, handles[i]);
        curl_easy_cleanup(handles[i]);
        answer_fini(&answers[i]);
    }
    curl_multi_cleanup(multi);
    tap_int((long long)whole, PARALLEL, "all arrive whole");
    return (double)(clock_ms() - start) / 1000;
}

static void test_cap(void)
{
    struct origin_options options = {.rate_bytes_per_s = MIB, .threads = 1};
    struct err err = {.code = ERR_NONE};
    double cpu;
    double wall;

    origin = origin_new(&options, &err);
    if (!tap_ok(origin != NULL, "an origin with a cap: %s", err.text))
        return;
    cpu = cpu_s();
    wall = load_parallel("/files/1M.bin", MIB);
    cpu = cpu_s() - cpu;
    tap_note("%d times 1 MiB at 1 MiB/s: %.2f s, processor %.2f s", PARALLEL,
             wall, cpu);
    tap_ok(wall > 0.85, "no connection is faster than its cap");
    tap_ok(wall < 3, "and none waits for another");
    tap_ok(cpu < wall * 0.7, "nothing turns in circles");
    origin_free(origin);
}

/* What is cut while it waits for its cap must not hang or leak. */
static void test_cut(void)
{
    struct origin_options options = {.rate_bytes_per_s = 10 * KIB};
    CURLM *multi = curl_multi_init();
    CURL *handles[PARALLEL];
    struct answer answers[PARALLEL];
    struct origin_stats stats;
    int running = 1;
    int64_t start;

    origin = origin_new(&options, NULL);
    for (size_t i = 0; i < PARALLEL; i++) {
        handles[i] = curl_easy_init();
        prepare(handles[i], &answers[i],
                i % 2 ? "/files/1M.bin" : "/nolength/files/1M.bin");
        curl_multi_add_handle(multi, handles[i]);
    }
    do {
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 100, NULL);
        origin_stats(origin, &stats);
    } while (stats.requests < PARALLEL || stats.bytes < PARALLEL);
    /* Some clients go, some stay. */
    for (size_t i = 0; i < PARALLEL / 2; i++) {
        curl_multi_remove_handle(multi, handles[i]);
        curl_easy_cleanup(handles[i]);
    }
    start = clock_ms();
    origin_free(origin);
    tap_ok(clock_ms() - start < 5000, "an origin ends in the middle of it");
    while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    for (size_t i = 0; i < PARALLEL; i++) {
        if (i >= PARALLEL / 2) {
            curl_multi_remove_handle(multi, handles[i]);
            curl_easy_cleanup(handles[i]);
        }
        answer_fini(&answers[i]);
    }
    curl_multi_cleanup(multi);
}

static void test_start(void)
{
    struct origin_options options = {0};
    struct err err = {.code = ERR_NONE};

    options.port = (uint16_t)atoi(strrchr(origin_url(origin), ':') + 1);
    tap_ok(!origin_new(&options, &err) && err.code == ERR_BUSY,
           "a port that is taken is refused");
    tap_note("%s", err.text);
}

int main(void)
{
    struct origin_options options = {0};
    struct err err = {.code = ERR_NONE};

    curl_global_init(CURL_GLOBAL_DEFAULT);
    thread_block_signals();
    origin = origin_new(&options, &err);
    if (!tap_ok(origin != NULL, "an origin: %s", err.text))
        return tap_done();
    content = content_new(origin_url(origin), NULL);
    test_stats();
    test_whole();
    test_ranges();
    test_if_range();
    test_others();
    test_variants();
    test_ipv6();
    test_start();
    origin_free(origin);
    test_cap();
    test_cut();
    content_free(content);
    curl_global_cleanup();
    return tap_done();
}
