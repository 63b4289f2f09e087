/* threadlab demo: the exercise this program began with, against an origin of
 * its own. A feed is searched for pictures, they and two films are downloaded
 * side by side, and everything is verified. */
#include "demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "cmd.h"
#include "engine/demo_dir.h"
#include "engine/engine.h"
#include "longopt.h"
#include "progress.h"
#include "tui/bench.h"

enum { EVENTS = 64, INTERRUPTED = 130 };

struct words {
    const char *dir;
    bool keep;
    bool report;
    bool help;
};

struct demo {
    char *top; /* the folder */
    struct exercise exercise;
    struct engine engine;
    struct out out;
    struct progress *progress;
    struct demo_result result;
    size_t film_count; /* entries of result.films */
    bool failed;
    bool stopping;
};

/* The words. */

enum { HELP = 1, IN_DIR, KEEP, REPORT };

static const struct option longs[] = {
    {"help", no_argument, NULL, HELP},
    {"dir", required_argument, NULL, IN_DIR},
    {"keep", no_argument, NULL, KEEP},
    {"report", no_argument, NULL, REPORT},
    {NULL, 0, NULL, 0},
};

const struct option_line cmd_demo_options[] = {
    {"dir", "DIR",
     "put the files in DIR, which is made or is empty, and keep "
     "them",
     NULL, 0},
    {"keep", NULL, "keep the temporary folder the files are in", NULL, 0},
    {"report", NULL, "tell it line by line, on a terminal too", NULL, 0},
    {NULL, NULL, NULL, NULL, 0},
};

static int help(void)
{
    fputs("usage: threadlab demo [OPTION]...\n\n"
          "Starts an origin on the loopback, finds the pictures in its feed, "
          "downloads them\nand two films side by side: on the workbench, or "
          "without a terminal verified and\ntold in a report.\n\n",
          stdout);
    option_lines_print(stdout, cmd_demo_options);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool parse(struct words *words, int argc, char **argv, struct err *err)
{
    int option;

    longopt_begin();
    while ((option = longopt_next(argc, argv, longs, false, err)) !=
           LONGOPT_END) {
        if (option == LONGOPT_BAD)
            return false;
        if (option == IN_DIR)
            words->dir = optarg;
        words->keep = words->keep || option == KEEP || option == IN_DIR;
        words->report = words->report || option == REPORT;
        words->help = words->help || option == HELP;
    }
    return !words->dir || *words->dir ||
           err_set(err, ERR_USAGE, "--dir needs the name of a folder");
}

/* What happens. */

static bool is_in(const char *path, const char *dir)
{
    size_t len = strlen(dir);

    return strncmp(path, dir, len) == 0 && path[len] == '/';
}

static void take_done(struct demo *demo, const struct fetch_event *event)
{
    struct demo_result *result = &demo->result;

    if (is_in(event->path, demo->exercise.images)) {
        result->images.count++;
        result->images.bytes += event->bytes;
        result->images.ms += event->ms;
    } else if (is_in(event->path, demo->exercise.films) &&
               demo->film_count < EXERCISE_FILMS) {
        result->films[demo->film_count++] = (struct demo_film){
            .name = mem_strdup(event->path + strlen(demo->exercise.films) + 1),
            .bytes = event->bytes,
            .ms = event->ms,
        };
    }
}

static void take_failure(struct demo *demo, const struct fetch_event *event)
{
    demo->failed = true;
    out_line(&demo->out, OUT_WORD, "threadlab demo: %s: %s",
             event->url ? event->url : "-", event->err.text);
}

static void take_event(struct demo *demo, struct fetch_event *event)
{
    switch (event->kind) {
    case FETCH_EVENT_DONE:
        if (event->path)
            take_done(demo, event);
        break;
    case FETCH_EVENT_PAGE:
        demo->result.links += event->found;
        demo->result.duplicates += event->duplicates;
        break;
    case FETCH_EVENT_FAILED:
    case FETCH_EVENT_BAD:
        take_failure(demo, event);
        break;
    case FETCH_EVENT_ADDED:
    case FETCH_EVENT_STARTED:
    case FETCH_EVENT_RETRY:
    case FETCH_EVENT_SKIPPED:
    case FETCH_EVENT_CANCELED:
    case FETCH_EVENT_FOUND:
    case FETCH_EVENT_NOTE:
        break;
    }
    fetch_event_fini(event);
}

static void take_events(struct demo *demo)
{
    struct fetch_event events[EVENTS];
    size_t count;

    do {
        count = fetch_events(demo->engine.fetch, events, EVENTS);
        for (size_t i = 0; i < count; i++)
            take_event(demo, &events[i]);
    } while (count == EVENTS);
}

static void stop(struct demo *demo, const char *why)
{
    if (demo->stopping)
        return;
    demo->stopping = true;
    out_line(&demo->out, OUT_WORD, "threadlab demo: %s", why);
    fetch_stop(demo->engine.fetch);
}

static void wait_for_news(struct demo *demo)
{
    struct pollfd polled = {.fd = demo->engine.notify.fd, .events = POLLIN};

    signals_wait(&polled, 1,
                 demo->progress ? progress_deadline(demo->progress) : -1);
    if (signals_stops() > 0)
        stop(demo, "stopping");
    if (polled.revents)
        notify_drain(&demo->engine.notify);
    if (!demo->progress)
        return;
    if (polled.revents)
        progress_touch(demo->progress);
    if (signals_continued())
        progress_lost(demo->progress);
    if (signals_resized())
        progress_resized(demo->progress);
}

/* Until all is over. Totals are copied before events are taken: what is counted
 * as finished has left its event. */
static void watch(struct demo *demo)
{
    int64_t start_ms = clock_ms();
    struct fetch_totals totals;

    for (;;) {
        fetch_totals(demo->engine.fetch, &totals);
        take_events(demo);
        if (demo->progress)
            progress_draw(demo->progress, demo->engine.fetch, &totals,
                          demo->stopping ? "stopping" : NULL);
        out_flush(&demo->out);
        if (totals.finished)
            break;
        wait_for_news(demo);
    }
    demo->result.ms = clock_ms() - start_ms;
}

/* The bars go before the report comes. */
static void end_bars(struct demo *demo)
{
    out_flush(&demo->out);
    progress_free(demo->progress);
    demo->progress = NULL;
    demo->out.progress = NULL;
}

static bool verify(struct demo *demo)
{
    struct err err = {.code = ERR_NONE};

    demo->result.checked =
        demo_check(demo->top, exercise_folders, &demo->result.check, &err);
    if (!demo->result.checked)
        out_line(&demo->out, OUT_WORD, "threadlab demo: %s", err.text);
    return demo_result_good(&demo->result) && !demo->failed;
}

/* The rooms exist. */
static int run(struct demo *demo)
{
    struct err err = {.code = ERR_NONE};
    bool good;

    if (!exercise_add(&demo->exercise, demo->engine.fetch, &err))
        return cmd_fail("demo", &err);
    fetch_close(demo->engine.fetch);
    watch(demo);
    end_bars(demo);
    if (signals_stops() > 0)
        return INTERRUPTED;
    good = verify(demo);
    origin_stats(demo->exercise.origin, &demo->result.served);
    demo_report(&demo->out, &demo->result);
    out_flush(&demo->out);
    return good && !out_broken(&demo->out) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A report about it. */
static int tell(struct demo *demo)
{
    int status;

    demo->result.url = origin_url(demo->exercise.origin);
    demo->progress = progress_new();
    out_init(&demo->out, demo->progress);
    status = run(demo);
    end_bars(demo);
    out_fini(&demo->out);
    return status;
}

/* The workbench, with it running. */
static int show(struct demo *demo)
{
    const struct bench_options options = {.script = NULL};
    struct err err = {.code = ERR_NONE};

    if (!exercise_add(&demo->exercise, demo->engine.fetch, &err))
        return cmd_fail("demo", &err);
    demo->engine.demo = &demo->exercise;
    return bench_main(&demo->engine, &options);
}

/* The loopback needs no proxy, whatever the environment says. */
static int with_folder(struct demo *demo, bool bench)
{
    const struct fetch_options fetch = {
        .dir = demo->top,
        .on_exists = FETCH_FAIL,
        .max_connections = EXERCISE_CONNECTIONS,
        .retries = -1,
        .max_redirects = -1,
        .no_proxy = "*",
        .events = true,
    };
    const struct engine_options engine = {
        .log_level = LOG_INFO,
        .fetch = &fetch,
        .threads = bench,
    };
    struct err err = {.code = ERR_NONE};
    int status;

    if (!exercise_init(&demo->exercise, demo->top, &err))
        return cmd_fail("demo", &err);
    if (engine_init(&demo->engine, &engine, &err)) {
        status = bench ? show(demo) : tell(demo);
        signals_final();
        engine_fini(&demo->engine);
    } else {
        status = cmd_fail("demo", &err);
    }
    exercise_fini(&demo->exercise);
    return status;
}

int cmd_demo(int argc, char **argv)
{
    struct words words = {.keep = false};
    struct demo demo = {.stopping = false};
    struct err err = {.code = ERR_NONE};
    bool bench;
    int status;

    if (!parse(&words, argc, argv, &err))
        return cmd_fail("demo", &err);
    if (words.help)
        return help();
    bench = !words.report && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    signals_take();
    demo.top = demo_dir_make(words.dir, &err);
    if (!demo.top)
        return cmd_fail("demo", &err);
    demo.result.dir = demo.top;
    demo.result.kept = words.keep;
    demo.result.rate_bytes_per_s = EXERCISE_RATE;
    status = with_folder(&demo, bench);
    if (!words.keep && !demo_dir_remove(demo.top, &err))
        status = cmd_fail("demo", &err);
    for (size_t i = 0; i < EXERCISE_FILMS; i++)
        mem_free(demo.result.films[i].name);
    mem_free(demo.top);
    return status;
}
