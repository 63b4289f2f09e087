/* The cookie jar, with real handles of libcurl. What a server would set comes
 * through CURLOPT_COOKIELIST as a Set-Cookie line; one test has a server. */
#include "fetch/jar.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "scratch.h"
#include "tap.h"

#define SOON "2147483647"

enum { THREADS = 4, ROUNDS = 150 };

static struct jar *empty(void)
{
    struct err err;
    struct jar *jar = jar_new(NULL, &err);

    if (!jar)
        exit(99);
    return jar;
}

static void put(CURL *easy, const char *line)
{
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, line);
}

/* How many cookies the handle has, and whether line is among them. */
static int cookies(CURL *easy, const char *line, bool *found)
{
    struct curl_slist *list = NULL;
    int count = 0;

    *found = false;
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list);
    for (struct curl_slist *item = list; item; item = item->next) {
        count++;
        *found |= strcmp(item->data, line) == 0;
    }
    curl_slist_free_all(list);
    return count;
}

static int count_of(struct jar *jar)
{
    CURL *easy = curl_easy_init();
    bool found;
    int count;

    jar_to_handle(jar, easy, 0);
    count = cookies(easy, "", &found);
    curl_easy_cleanup(easy);
    return count;
}

static bool has(struct jar *jar, const char *line)
{
    CURL *easy = curl_easy_init();
    bool found;

    jar_to_handle(jar, easy, 0);
    cookies(easy, line, &found);
    curl_easy_cleanup(easy);
    return found;
}

/* A request of one handle during which the server says line. */
static void say(struct jar *jar, const char *line)
{
    CURL *easy = curl_easy_init();
    uint64_t mark = jar_to_handle(jar, easy, 0);

    put(easy, line);
    jar_from_handle(jar, easy, mark);
    curl_easy_cleanup(easy);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        exit(99);
}

static char *read_file(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");

    text[0] = '\0';
    if (file) {
        text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
        fclose(file);
    }
    return text;
}

static void test_exchange(void)
{
    struct jar *jar = empty();
    CURL *easy = curl_easy_init();

    put(easy, "h.example\tFALSE\t/\tFALSE\t0\tstale\tv");
    jar_to_handle(jar, easy, 0);
    tap_int(count_of(jar), 0, "a new jar is empty");
    say(jar, "Set-Cookie: a=1; domain=h.example; path=/");
    tap_ok(has(jar, ".h.example\tTRUE\t/\tFALSE\t0\ta\t1"),
           "what one handle learns another gets");
    jar_from_handle(jar, easy, jar_to_handle(jar, easy, 0));
    tap_int(count_of(jar), 1, "a request that teaches nothing changes nothing");
    say(jar, "Set-Cookie: a=2; domain=H.Example; path=/");
    tap_int(count_of(jar), 1, "a domain is the same in any case");
    say(jar, "Set-Cookie: a=3; domain=h.example; path=/; HttpOnly; Secure");
    tap_ok(count_of(jar) == 1 &&
               has(jar, "#HttpOnly_.h.example\tTRUE\t/\tTRUE\t0\ta\t3"),
           "a changed cookie takes the place of the old one");
    say(jar, "Set-Cookie: a=4; domain=h.example; path=/deep");
    say(jar, "Set-Cookie: b=; domain=h.example; path=/");
    say(jar, "Set-Cookie: a=5; domain=www.h.example; path=/");
    tap_int(count_of(jar), 4, "path, name and domain make a cookie another");
    tap_ok(has(jar, ".h.example\tTRUE\t/\tFALSE\t0\tb\t"),
           "an empty value is one");
    say(jar, "Set-Cookie: b=x; domain=h.example; path=/; Max-Age=0");
    tap_int(count_of(jar), 3, "a cookie that the server deletes goes away");
    say(jar, "Set-Cookie: a=x; domain=www.h.example; path=/; "
             "Expires=Thu, 01 Jan 1970 00:00:01 GMT");
    tap_int(count_of(jar), 2, "so does one that it lets expire");
    jar_to_handle(jar, easy, 0);
    put(easy, "ALL");
    jar_from_handle(jar, easy, jar_to_handle(jar, easy, 0));
    tap_int(count_of(jar), 2, "a handle that is filled anew deletes nothing");
    jar_free(jar);
    jar_free(NULL);
    curl_easy_cleanup(easy);
}

/* Two requests at once: one that is filled, and one that ends before it. */
static void test_mark(void)
{
    struct jar *jar = empty();
    CURL *slow = curl_easy_init();
    uint64_t mark;

    mark = jar_to_handle(jar, slow, 0);
    say(jar, "Set-Cookie: new=1; domain=h.example; path=/");
    jar_from_handle(jar, slow, mark);
    tap_ok(has(jar, ".h.example\tTRUE\t/\tFALSE\t0\tnew\t1"),
           "a cookie set by another since the mark stays");

    mark = jar_to_handle(jar, slow, 0);
    say(jar, "Set-Cookie: new=2; domain=h.example; path=/");
    jar_from_handle(jar, slow, mark);
    tap_ok(has(jar, ".h.example\tTRUE\t/\tFALSE\t0\tnew\t2"),
           "one changed by another is not put back");

    mark = jar_to_handle(jar, slow, 0);
    say(jar, "Set-Cookie: new=3; domain=h.example; path=/");
    put(slow, "Set-Cookie: new=x; domain=h.example; path=/; Max-Age=0");
    jar_from_handle(jar, slow, mark);
    tap_ok(has(jar, ".h.example\tTRUE\t/\tFALSE\t0\tnew\t3"),
           "nor deleted for a handle that lost the old one");

    mark = jar_to_handle(jar, slow, 0);
    say(jar, "Set-Cookie: new=x; domain=h.example; path=/; Max-Age=0");
    put(slow, "Set-Cookie: own=1; domain=h.example; path=/");
    jar_from_handle(jar, slow, mark);
    tap_ok(count_of(jar) == 1 &&
               has(jar, ".h.example\tTRUE\t/\tFALSE\t0\town\t1"),
           "one deleted by another does not come back");

    say(jar, "Set-Cookie: new=5; domain=h.example; path=/");
    tap_ok(has(jar, ".h.example\tTRUE\t/\tFALSE\t0\tnew\t5"),
           "until a server sets it again");
    curl_easy_cleanup(slow);
    jar_free(jar);
}

/* A handle that has what the jar has is left alone. */
static void test_same(void)
{
    struct jar *jar = empty();
    CURL *easy = curl_easy_init();
    uint64_t mark = jar_to_handle(jar, easy, 0);
    bool found;

    put(easy, "h.example\tFALSE\t/\tFALSE\t0\tx\tv");
    tap_ok(jar_to_handle(jar, easy, mark) == mark &&
               cookies(easy, "", &found) == 1,
           "a jar that is the same is not given again, an empty one, too");
    say(jar, "Set-Cookie: a=1; domain=h.example; path=/");
    mark = jar_to_handle(jar, easy, mark);
    cookies(easy, ".h.example\tTRUE\t/\tFALSE\t0\ta\t1", &found);
    tap_ok(found, "one that has changed is");
    say(jar, "Set-Cookie: a=1; domain=h.example; path=/");
    tap_ok(jar_to_handle(jar, easy, mark) == mark,
           "a cookie that is set again as it was changes nothing");
    say(jar, "Set-Cookie: a=1; domain=h.example; path=/; Max-Age=0");
    tap_ok(jar_to_handle(jar, easy, mark) != mark &&
               cookies(easy, "", &found) == 0,
           "one that is deleted does");
    curl_easy_cleanup(easy);
    jar_free(jar);
}

/* 50 Set-Cookie lines in one response, and libcurl takes no more. */
static void test_refused(void)
{
    struct jar *jar = empty();
    CURL *easy = curl_easy_init();
    uint64_t mark;

    say(jar, "Set-Cookie: mine=1; domain=h.example; path=/");
    mark = jar_to_handle(jar, easy, 0);
    tap_ok(mark != JAR_REFUSED, "a handle is filled");
    for (int i = 0; i < 60; i++) {
        char line[100];

        snprintf(line, sizeof(line),
                 "Set-Cookie: n%d=1; domain=evil.example; path=/", i);
        put(easy, line);
    }
    jar_from_handle(jar, easy, mark);
    tap_int(count_of(jar), 51, "it learns what libcurl takes of 60 cookies");
    mark = jar_to_handle(jar, easy, 0);
    tap_ok(mark == JAR_REFUSED, "it cannot be filled again");
    jar_from_handle(jar, easy, mark);
    tap_ok(count_of(jar) == 51 &&
               has(jar, ".h.example\tTRUE\t/\tFALSE\t0\tmine\t1"),
           "that it has none does not empty the jar");
    curl_easy_cleanup(easy);
    jar_free(jar);
}

static const char sample[] =
    "# Netscape HTTP Cookie File\n"
    "\n"
    "  \t\n"
    ".h.example\tTRUE\t/\tFALSE\t0\tsession\tv 1\r\n"
    "#HttpOnly_.h.example\tTRUE\t/\tTRUE\t" SOON "\tsecret\t\"q\"\n"
    "h.example\tFALSE\t/p\tFALSE\t" SOON "\tblank\t\n"
    "h.example\tFALSE\t/p\tFALSE\t1000000000\told\tv\n"
    "h.example FALSE / FALSE 0 spaces v\n"
    "Set-Cookie: a\tb\tc\td\te\tf\tg\n"
    "ALL\n"
    "h.example\tFALSE\t/\tFALSE\tsoon\tdate\tv\n"
    "h.example\tFALSE\t/\tFALSE\t0\tlast\tone";

static const char *const lines[] = {
    ".h.example\tTRUE\t/\tFALSE\t0\tsession\tv 1",
    "#HttpOnly_.h.example\tTRUE\t/\tTRUE\t" SOON "\tsecret\t\"q\"",
    "h.example\tFALSE\t/p\tFALSE\t" SOON "\tblank\t",
    "h.example\tFALSE\t/\tFALSE\t0\tlast\tone",
};

static bool has_all(struct jar *jar)
{
    bool ok = count_of(jar) == (int)ARRAY_LEN(lines);

    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        ok &= has(jar, lines[i]);
    return ok;
}

static bool logged(const char *words)
{
    static struct log_line log[LOG_RING];
    size_t count = log_since(0, log, LOG_RING);
    bool found = false;

    for (size_t i = 0; i < count; i++)
        found |= strstr(log[i].text, words) != NULL;
    return found;
}

static void test_file(void)
{
    struct err err = {0};
    struct stat status = {0};
    struct jar *jar;
    struct jar *again;

    write_file(scratch("in.txt"), sample);
    jar = jar_new(scratch("in.txt"), &err);
    if (!tap_ok(jar != NULL, "a cookie file is read (%s)", err.text))
        return;
    tap_ok(has_all(jar), "its cookies are there, the one that is over is not");
    tap_ok(logged("4 lines are no cookie"), "bad lines are counted in the log");
    write_file(scratch("out.txt"), "an older file");
    chmod(scratch("out.txt"), 0644);
    tap_ok(jar_save(jar, scratch("out.txt"), &err), "saved (%s)", err.text);
    tap_ok(stat(scratch("out.txt"), &status) == 0 &&
               (status.st_mode & 07777) == 0600,
           "for the owner's eyes only");
    tap_ok(strncmp(read_file(scratch("out.txt")), sample, 28) == 0,
           "with the first line that other programs look for");
    again = jar_new(scratch("out.txt"), &err);
    tap_ok(again && has_all(again), "it reads the same");
    jar_free(again);
    jar_free(jar);
}

static void test_not_read(void)
{
    struct err err = {0};
    struct jar *jar;

    tap_ok(!jar_new(scratch("none"), &err) && err.code == ERR_MISSING,
           "no file: %s", err.text);
    tap_ok(!jar_new(scratch_folder, &err) && err.code == ERR_IO, "a folder: %s",
           err.text);
    write_file(scratch("json"), "[{\"name\": \"a\",\n\"value\": \"b\"}]\n");
    tap_ok(!jar_new(scratch("json"), &err) && err.code == ERR_PROTOCOL,
           "another format: %s", err.text);
    write_file(scratch("comments"), "# nothing\n\n");
    jar = jar_new(scratch("comments"), &err);
    tap_ok(jar && count_of(jar) == 0, "an empty jar is one");
    jar_free(jar);
    if (truncate(scratch("comments"), (off_t)33 << 20) != 0)
        exit(99);
    tap_ok(!jar_new(scratch("comments"), &err) && err.code == ERR_LIMIT,
           "too large: %s", err.text);
}

static int entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;

    while (folder && readdir(folder))
        count++;
    closedir(folder);
    return count - 2;
}

static void test_not_saved(void)
{
    struct err err = {0};
    struct jar *jar = empty();

    say(jar, "Set-Cookie: a=1; domain=h.example; path=/");
    mkdir(scratch("save"), 0700);
    write_file(scratch("save/real"), "untouched");
    if (symlink("real", scratch("save/link")) != 0 ||
        symlink("nowhere", scratch("save/broken")) != 0 ||
        mkfifo(scratch("save/pipe"), 0600) != 0)
        exit(99);
    tap_ok(!jar_save(jar, scratch("save/link"), &err) &&
               err.code == ERR_REFUSED,
           "a symlink: %s", err.text);
    tap_ok(!jar_save(jar, scratch("save/broken"), &err) &&
               err.code == ERR_REFUSED,
           "one that leads nowhere, too");
    tap_ok(!jar_save(jar, scratch("save/pipe"), &err) &&
               err.code == ERR_REFUSED,
           "a pipe is not replaced by a file");
    tap_ok(!jar_save(jar, scratch("save"), &err) && err.code == ERR_REFUSED,
           "nor a folder");
    tap_ok(!jar_save(jar, scratch("none/jar"), &err) && err.code == ERR_MISSING,
           "no such folder: %s", err.text);
    tap_is(read_file(scratch("save/real")), "untouched",
           "what the link leads to is as before");
    tap_ok(jar_save(jar, scratch("save/jar"), &err), "a new file");
    tap_int(entries(scratch("save")), 5, "and nothing else is left behind");
    jar_free(jar);
}

static void test_expiry(void)
{
    struct jar *jar = empty();
    struct err err;
    char line[100];
    long long over_s;
    bool there;

    say(jar, "h.example\tFALSE\t/\tFALSE\t0\tb\tv");
    /* Again where this machine took longer than the cookie lasts. */
    do {
        over_s = clock_wall_ms() / 1000 + 2;
        snprintf(line, sizeof(line), "h.example\tFALSE\t/\tFALSE\t%lld\ta\tv",
                 over_s);
        say(jar, line);
        there = has(jar, line);
    } while (!there && clock_wall_ms() / 1000 >= over_s);
    tap_ok(there, "a cookie is there until it is over");
    while (clock_wall_ms() / 1000 < over_s)
        poll(NULL, 0, 20);
    tap_ok(!has(jar, line) && count_of(jar) == 1, "and no longer");
    tap_ok(jar_save(jar, scratch("over.txt"), &err) &&
               !strstr(read_file(scratch("over.txt")), "\ta\t"),
           "nor is it saved");
    jar_free(jar);
}

static void test_bounds(void)
{
    FILE *file = fopen(scratch("many.txt"), "w");
    CURL *easy = curl_easy_init();
    struct err err = {0};
    struct jar *jar;
    uint64_t mark;
    bool found;

    for (int i = 0; i < JAR_COOKIES + 100; i++)
        fprintf(file, "h%d.example\tFALSE\t/\tFALSE\t0\tn%d\tv\n", i / 100, i);
    fprintf(file, "h.example\tFALSE\t/%0*d\tFALSE\t0\tlong\tv\n", JAR_LINE, 0);
    fclose(file);
    jar = jar_new(scratch("many.txt"), &err);
    tap_int(count_of(jar), JAR_COOKIES, "a jar holds so many");
    tap_ok(!has(jar, "h0.example\tFALSE\t/\tFALSE\t0\tn99\tv") &&
               has(jar, "h1.example\tFALSE\t/\tFALSE\t0\tn100\tv"),
           "the oldest have gone");
    tap_ok(logged("1 line is no cookie"), "a line over the ceiling, too");

    mark = jar_to_handle(jar, easy, 0);
    for (int i = 0; i < 300; i++) {
        char line[100];

        snprintf(line, sizeof(line), "h1.example\tFALSE\t/\tFALSE\t0\tx%d\tv",
                 i);
        put(easy, line);
    }
    jar_from_handle(jar, easy, mark);
    jar_to_handle(jar, easy, 0);
    tap_int(cookies(easy, "h2.example\tFALSE\t/\tFALSE\t0\tn200\tv", &found),
            JAR_COOKIES, "a site that sets too many");
    tap_ok(!found, "pushes old ones out up to its share");
    cookies(easy, "h2.example\tFALSE\t/\tFALSE\t0\tn280\tv", &found);
    tap_ok(found, "and then its own");
    curl_easy_cleanup(easy);
    jar_free(jar);
}

/* More comes and goes than is remembered. */
static void test_forgotten(void)
{
    struct jar *jar = empty();
    CURL *easy = curl_easy_init();
    uint64_t mark;

    say(jar, "h.example\tFALSE\t/\tFALSE\t0\tstays\tv");
    for (int round = 0; round < 50; round++) {
        mark = jar_to_handle(jar, easy, 0);
        for (int i = 0; i < 150; i++) {
            char line[100];

            snprintf(line, sizeof(line),
                     "h%d.example\tFALSE\t/\tFALSE\t0\tn%d\tv", round, i);
            put(easy, line);
        }
        jar_from_handle(jar, easy, mark);
        mark = jar_to_handle(jar, easy, 0);
        put(easy, "ALL");
        put(easy, "h.example\tFALSE\t/\tFALSE\t0\tstays\tv");
        jar_from_handle(jar, easy, mark);
    }
    tap_ok(count_of(jar) == 1 &&
               has(jar, "h.example\tFALSE\t/\tFALSE\t0\tstays\tv"),
           "thousands come and go, one stays");
    curl_easy_cleanup(easy);
    jar_free(jar);
}

/* Threads: each has its own handle and its own cookie, and sets all share
 * one jar. */
struct worker {
    struct jar *jar;
    const char *path;
    int number;
};

static void work(void *arg)
{
    struct worker *worker = arg;
    CURL *easy = curl_easy_init();
    struct err err;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t mark = jar_to_handle(worker->jar, easy, 0);
        char line[100];

        snprintf(line, sizeof(line), "h.example\tFALSE\t/\tFALSE\t0\tt%d\t%d",
                 worker->number, round);
        put(easy, line);
        snprintf(line, sizeof(line), "h.example\tFALSE\t/\tFALSE\t%d\tall\t%d",
                 round % 3 == 0, worker->number);
        put(easy, line);
        jar_from_handle(worker->jar, easy, mark);
        if (round == ROUNDS / 2 && !jar_save(worker->jar, worker->path, &err))
            exit(99);
    }
    curl_easy_cleanup(easy);
}

static void test_threads(void)
{
    struct jar *jar = empty();
    struct worker workers[THREADS];
    struct thread *threads[THREADS];
    const char *path = scratch("threads.txt");
    struct err err;
    bool ok = true;

    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){jar, path, i};
        threads[i] = thread_start("jar", "test", work, &workers[i], &err);
        ok &= threads[i] != NULL;
    }
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    for (int i = 0; i < THREADS; i++) {
        char line[100];

        snprintf(line, sizeof(line), "h.example\tFALSE\t/\tFALSE\t0\tt%d\t%d",
                 i, ROUNDS - 1);
        ok &= has(jar, line);
    }
    tap_ok(ok, "with %d threads at work no cookie is lost", THREADS);
    jar_free(jar);
}

/* A server of three answers, each on a connection of its own. */
struct server {
    int fd;
    char cookie[3][200]; /* the Cookie field of each request */
};

static const char *const answers[] = {
    "Set-Cookie: a=1\r\nSet-Cookie: b=2; Path=/; Max-Age=3600\r\n",
    "Set-Cookie: a=x; Max-Age=0\r\n",
    "",
};

static void serve(void *arg)
{
    struct server *server = arg;

    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        int fd = accept(server->fd, NULL, NULL);
        char text[4096] = "";
        size_t len = 0;
        ssize_t n;
        const char *cookie;

        while (!strstr(text, "\r\n\r\n") &&
               (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
            len += (size_t)n;
            text[len] = '\0';
        }
        cookie = strstr(text, "Cookie: ");
        if (cookie)
            snprintf(server->cookie[i], sizeof(server->cookie[i]), "%.*s",
                     (int)strcspn(cookie, "\r"), cookie);
        dprintf(fd,
                "HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n"
                "Connection: close\r\n\r\n",
                answers[i]);
        close(fd);
    }
}

static void request(struct jar *jar, int port)
{
    CURL *easy = curl_easy_init();
    char url[64];
    uint64_t mark;

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
    mark = jar_to_handle(jar, easy, 0);
    tap_int(curl_easy_perform(easy), CURLE_OK, "a request");
    jar_from_handle(jar, easy, mark);
    curl_easy_cleanup(easy);
}

static void test_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    struct server server = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    struct jar *jar = empty();
    struct thread *thread;
    struct err err;

    if (bind(server.fd, (struct sockaddr *)&address, len) != 0 ||
        listen(server.fd, 4) != 0 ||
        getsockname(server.fd, (struct sockaddr *)&address, &len) != 0)
        exit(99);
    thread = thread_start("server", "test", serve, &server, &err);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++)
        request(jar, ntohs(address.sin_port));
    thread_join(thread);
    close(server.fd);
    tap_is(server.cookie[0], "", "the first request has no cookie");
    tap_ok(strstr(server.cookie[1], "a=1") && strstr(server.cookie[1], "b=2"),
           "the next handle sends what the first has got");
    tap_is(server.cookie[2], "Cookie: b=2", "and the next what is left");
    jar_free(jar);
}

int main(void)
{
    curl_global_init(CURL_GLOBAL_ALL);
    log_open();
    scratch_open();
    test_exchange();
    test_mark();
    test_same();
    test_refused();
    test_file();
    test_not_read();
    test_not_saved();
    test_expiry();
    test_bounds();
    test_forgotten();
    test_server();
    test_threads();
    scratch_close();
    log_close();
    curl_global_cleanup();
    return tap_done();
}
