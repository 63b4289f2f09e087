#include "base/log.h"

#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "scratch.h"
#include "tap.h"

enum { WRITERS = 4, LINES = 200 };

static struct log_line lines[LOG_RING + 1];

static void test_closed(void)
{
    log_write(LOG_ERROR, "nobody listens");
    tap_int((long long)log_since(0, lines, LOG_RING), 0, "closed: no line");
    log_close();
}

static void test_ring(void)
{
    int64_t start_ms = clock_wall_ms();
    bool good = true;

    log_open();
    log_write(LOG_DEBUG, "a detail");
    log_write(LOG_WARN, "low: %d", 7);
    log_write(LOG_INFO, "x\x1b[2Jy\nz\xff");
    tap_int((long long)log_since(0, lines, LOG_RING), 2, "two lines");
    tap_is(lines[0].text, "low: 7", "the first, without those below the level");
    tap_ok(lines[0].seq == 1 && lines[0].level == LOG_WARN &&
               lines[0].wall_ms >= start_ms &&
               lines[0].wall_ms <= clock_wall_ms(),
           "its number, level and time");
    tap_is(lines[0].thread, "main", "its thread");
    tap_is(lines[1].text, "x\xef\xbf\xbd[2Jy z\xef\xbf\xbd", "it is cleaned");
    tap_int((long long)log_since(1, lines, LOG_RING), 1, "after the first");
    tap_int((long long)lines[0].seq, 2, "comes the second");
    tap_int((long long)log_since(2, lines, LOG_RING), 0, "and no more");
    log_set_level(LOG_DEBUG);
    log_write(LOG_DEBUG, "%0400d", 0);
    log_since(2, lines, 1);
    tap_ok(lines[0].level == LOG_DEBUG &&
               strlen(lines[0].text) >= LOG_TEXT - 2 &&
               strcmp(lines[0].text + strlen(lines[0].text) - 3,
                      "\xe2\x80\xa6") == 0,
           "a long text is cut");
    for (int i = 4; i <= LOG_RING + 100; i++)
        log_write(LOG_INFO, "%d", i);
    tap_int((long long)log_since(0, lines, LOG_RING + 1), LOG_RING,
            "a full ring");
    for (int i = 0; i < LOG_RING; i++)
        good = good && lines[i].seq == (uint64_t)i + 101 &&
               atoi(lines[i].text) == i + 101;
    tap_ok(good, "the newest lines, oldest first");
    tap_ok(log_since(0, lines, 3) == 3 && lines[0].seq == 101,
           "the oldest of them where there is no room for all");
    log_set_level(LOG_INFO);
    log_close();
}

/* The file at path as a string. */
static char *content(const char *path)
{
    static char text[1 << 17];
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    if (file)
        fclose(file);
    text[len] = '\0';
    return text;
}

static void test_file(void)
{
    const char *path = scratch("log");
    struct err err = {0};
    struct stat status;
    char *text;
    int end = 0;

    log_open();
    tap_ok(log_to_file(path, &err), "a file");
    tap_ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600,
           "private");
    tap_ok(!log_to_file(scratch("other"), &err) && err.code == ERR_USAGE,
           "only one");
    log_write(LOG_DEBUG, "not this");
    log_write(LOG_WARN, "mirror gone");
    log_close();
    text = content(path);
    tap_ok(sscanf(text,
                  "%*4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*3dZ warn main mirror "
                  "gone%n",
                  &end) == 0 &&
               end > 0 && strcmp(text + end, "\n") == 0,
           "one line in its format");
    tap_note("%.*s", end, text);
    log_open();
    if (log_to_file(path, &err))
        log_write(LOG_ERROR, "more");
    log_close();
    text = content(path);
    tap_ok(strstr(text, "mirror gone\n") && strstr(text, " error main more\n"),
           "appended to, not cut");
}

static void test_refused(void)
{
    struct err err = {0};

    log_open();
    if (symlink(scratch("target"), scratch("link")) != 0 ||
        mkfifo(scratch("pipe"), 0600) != 0)
        tap_ok(false, "no symlink, no pipe");
    tap_ok(!log_to_file(scratch("link"), &err) && err.code == ERR_REFUSED,
           "a symlink");
    tap_ok(access(scratch("target"), F_OK) != 0, "nothing behind it");
    tap_ok(!log_to_file(scratch("pipe"), &err), "a pipe");
    tap_ok(!log_to_file(scratch("no/folder"), &err) &&
               err.code == ERR_MISSING && strstr(err.text, "no/folder"),
           "no folder");
    log_close();
}

static void test_full(void)
{
    struct err err = {0};
    size_t count;

    log_open();
    if (!log_to_file("/dev/full", &err)) {
        tap_ok(true, "a full disk # SKIP %s", err.text);
    } else {
        log_write(LOG_INFO, "a");
        log_write(LOG_INFO, "b");
        count = log_since(0, lines, LOG_RING);
        tap_ok(count == 3 && strcmp(lines[2].text, "b") == 0,
               "a full disk: the ring goes on");
        tap_is(lines[1].text,
               "the log file gets no more lines: No space left on device",
               "and tells it once");
    }
    log_close();
}

static void write_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < LINES; i++)
        log_write(LOG_INFO, "line %04d of a thread, as long as the others", i);
}

static void test_threads(void)
{
    struct thread *threads[WRITERS];
    struct err err = {0};
    char *text;
    int good = 0;
    int all = 0;

    log_open();
    tap_ok(log_to_file(scratch("many"), &err), "a file for many");
    for (int i = 0; i < WRITERS; i++)
        threads[i] = thread_start("writer", "writes", write_many, NULL, &err);
    for (int i = 0; i < WRITERS; i++)
        thread_join(threads[i]);
    tap_int((long long)log_since(0, lines, LOG_RING), WRITERS * LINES,
            "every line is in the ring");
    tap_is(lines[0].thread, "writer", "with its thread");
    log_close();
    text = content(scratch("many"));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        int end = 0;

        all++;
        sscanf(line,
               "%*s info writer line %*4d of a thread, as long as the "
               "others%n",
               &end);
        good += end > 0 && line[end] == '\0';
    }
    tap_ok(all == WRITERS * LINES && good == all, "and whole in the file");
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8")) {
        printf("1..0 # SKIP there is no locale C.UTF-8\n");
        return 0;
    }
    thread_adopt("main", "tests");
    scratch_open();
    test_closed();
    test_ring();
    test_file();
    test_refused();
    test_full();
    test_threads();
    tap_is(log_level_word(LOG_DEBUG), "debug", "a level's word");
    scratch_close();
    return tap_done();
}
