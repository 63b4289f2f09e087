/* threadlab attach: what the threads of another process wait for. */
#include "attach.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/signals.h"
#include "cmd.h"
#include "engine/engine.h"
#include "longopt.h"

enum {
    DEADLOCKED = 2,
    INTERRUPTED = 130,
    PASS_MS = 100, /* how often is looked, whatever is printed */
    SHORTEST_MS = 10,
    MEASURE_MS = 250 /* the shortest time that says something about CPU */
};

struct words {
    pid_t pid;
    bool once;
    bool json;
    bool wait;
    bool help;
    int64_t interval_ms;
    int64_t for_ms; /* -1: until it ends */
};

struct attach {
    struct words words;
    struct engine engine;
    struct out out;
    struct attach_view view;
    int64_t end_ms; /* clock_ms(); -1: none */
    bool deadlocked;
};

/* The words. */

enum { HELP = 1, FOR, INTERVAL, JSON, ONCE, WAIT };

static const struct option longs[] = {
    {"help", no_argument, NULL, HELP},
    {"for", required_argument, NULL, FOR},
    {"interval", required_argument, NULL, INTERVAL},
    {"json", no_argument, NULL, JSON},
    {"once", no_argument, NULL, ONCE},
    {"wait-for-deadlock", no_argument, NULL, WAIT},
    {NULL, 0, NULL, 0},
};

const struct option_line cmd_attach_options[] = {
    {"once", NULL, "one report, and end", NULL, 0},
    {"interval", "TIME", "a report so often, until the process ends", "1s", 0},
    {"for", "TIME", "end after so long", NULL, 0},
    {"wait-for-deadlock", NULL, "no report until there is a deadlock, then end",
     NULL, 0},
    {"json", NULL, "each report as one line of JSON", NULL, 0},
    {NULL, NULL, NULL, NULL, 0},
};

static int help(void)
{
    fputs("usage: threadlab attach PID [OPTION]...\n\n"
          "Tells what the threads of a running program do, which lock each "
          "waits for and\nwho holds it. The program is not stopped, not "
          "signalled and not changed. Ends with\nstatus 2 if there is a "
          "deadlock.\n\n",
          stdout);
    option_lines_print(stdout, cmd_attach_options);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool take_time(int option, int64_t *ms, struct err *err)
{
    if (fmt_parse_ms(optarg, ms, err) &&
        (*ms >= SHORTEST_MS ||
         err_set(err, ERR_USAGE, "%s is too short: at least %d ms", optarg,
                 SHORTEST_MS)))
        return true;
    err_prefix(err, "--%s", longs[option - 1].name);
    return false;
}

static bool take_pid(struct words *words, struct err *err)
{
    int64_t pid;

    if (words->pid != 0)
        return err_set(err, ERR_USAGE,
                       "\"%s\" is one word too many: one process at a time",
                       optarg);
    if (!fmt_parse_int(optarg, 1, INT_MAX, &pid, err))
        return err_set(
            err, ERR_USAGE,
            "\"%s\" is not a process id; \"pidof PROGRAM\" tells one", optarg);
    words->pid = (pid_t)pid;
    return true;
}

static bool take(struct words *words, int option, struct err *err)
{
    switch (option) {
    case HELP:
        words->help = true;
        return true;
    case JSON:
        words->json = true;
        return true;
    case ONCE:
        words->once = true;
        return true;
    case WAIT:
        words->wait = true;
        return true;
    case FOR:
        return take_time(option, &words->for_ms, err);
    case INTERVAL:
        return take_time(option, &words->interval_ms, err);
    default:
        return take_pid(words, err);
    }
}

static bool parse(struct words *words, int argc, char **argv, struct err *err)
{
    int option;

    longopt_begin();
    while ((option = longopt_next(argc, argv, longs, true, err)) !=
           LONGOPT_END) {
        if (option == LONGOPT_BAD || !take(words, option, err))
            return false;
        if (words->help)
            return true;
    }
    if (words->pid == 0)
        return err_set(err, ERR_USAGE,
                       "which process? \"threadlab help attach\" tells more");
    return !(words->once && words->wait) ||
           err_set(err, ERR_USAGE,
                   "--once does not wait: leave out --wait-for-deadlock");
}

/* What happens. */

/* Sleeps, or waits for the room; false: it was told to stop. */
static bool wait_until(struct attach *attach, int64_t deadline_ms, bool ping)
{
    struct pollfd polled = {.fd = attach->engine.notify.fd, .events = POLLIN};

    while (signals_stops() == 0) {
        signals_wait(&polled, ping ? 1 : 0, deadline_ms);
        if (ping && polled.revents) {
            notify_drain(&attach->engine.notify);
            return true;
        }
        if (deadline_ms >= 0 && clock_ms() >= deadline_ms)
            return true;
    }
    return false;
}

/* One look at all threads; false: it was told to stop. */
static bool look(struct attach *attach)
{
    struct threads *threads = attach->engine.threads;
    uint64_t before = attach->view.totals.passes;

    threads_sample(threads);
    do {
        if (!wait_until(attach, -1, true))
            return false;
        threads_totals(threads, &attach->view.totals);
    } while (attach->view.totals.passes == before);
    threads_target(threads, &attach->view.target);
    return true;
}

static void free_view(struct attach_view *view)
{
    for (size_t i = 0; view->stacks && i < view->count; i++)
        mem_free(view->stacks[i]);
    MEM_CLEAR(view->stacks);
    MEM_CLEAR(view->rows);
    view->count = 0;
}

static void copy_view(struct attach *attach)
{
    struct threads *threads = attach->engine.threads;
    struct attach_view *view = &attach->view;

    free_view(view);
    view->rows = mem_resize(NULL, view->totals.rows, sizeof(*view->rows));
    view->count = threads_rows(threads, 0, view->rows, view->totals.rows);
    view->stacks = mem_resize(NULL, view->count, sizeof(*view->stacks));
    for (size_t i = 0; i < view->count; i++)
        view->stacks[i] = view->rows[i].state == THREADS_GONE
                              ? NULL
                              : threads_stack(threads, view->rows[i].tid);
}

static void tell(struct attach *attach)
{
    struct attach_view *view = &attach->view;

    copy_view(attach);
    if (attach->words.json)
        attach_json(&attach->out, view);
    else
        attach_report(&attach->out, view);
    attach->deadlocked |= view->totals.cycles > 0;
    out_flush(&attach->out);
}

/* One more look, with stacks. */
static bool look_closely(struct attach *attach)
{
    threads_want_stacks(attach->engine.threads, true);
    return look(attach);
}

static bool once(struct attach *attach)
{
    if (!look(attach) || !wait_until(attach, clock_ms() + MEASURE_MS, false) ||
        !look_closely(attach))
        return false;
    tell(attach);
    return true;
}

static bool is_over(const struct attach *attach)
{
    return attach->view.target.ended || out_broken(&attach->out) ||
           (attach->end_ms >= 0 && clock_ms() >= attach->end_ms);
}

/* Whether what was seen now is to be told. */
static bool is_due(const struct attach *attach, int64_t next_ms)
{
    if (attach->words.wait)
        return attach->view.totals.cycles > 0;
    return clock_ms() >= next_ms;
}

static bool watch(struct attach *attach)
{
    const struct words *words = &attach->words;
    int64_t step_ms =
        words->interval_ms < PASS_MS ? words->interval_ms : PASS_MS;
    int64_t next_ms = clock_ms() + words->interval_ms;

    for (;;) {
        int64_t step_end_ms = clock_ms() + step_ms;

        if (!look(attach))
            return false;
        if (is_due(attach, next_ms)) {
            if (words->wait && !look_closely(attach))
                return false;
            tell(attach);
            next_ms += words->interval_ms;
            if (next_ms < clock_ms())
                next_ms = clock_ms() + words->interval_ms;
        }
        if (is_over(attach) || (words->wait && attach->deadlocked))
            return true;
        if (!wait_until(attach, step_end_ms, false))
            return false;
    }
}

static int run(struct attach *attach)
{
    bool done;

    out_init(&attach->out, NULL);
    done = attach->words.once ? once(attach) : watch(attach);
    out_flush(&attach->out);
    if (attach->words.wait && attach->view.target.ended && !attach->deadlocked)
        out_line(&attach->out, OUT_WORD,
                 "threadlab attach: the process has ended without a deadlock");
    out_flush(&attach->out);
    done = done && !out_broken(&attach->out);
    out_fini(&attach->out);
    free_view(&attach->view);
    if (signals_stops() > 0)
        return INTERRUPTED;
    if (!done)
        return EXIT_FAILURE;
    return attach->deadlocked ? DEADLOCKED : EXIT_SUCCESS;
}

int cmd_attach(int argc, char **argv)
{
    struct attach attach = {
        .words = {.interval_ms = 1000, .for_ms = -1},
        .end_ms = -1,
    };
    struct engine_options options = {.log_level = LOG_INFO, .threads = true};
    struct err err = {.code = ERR_NONE};
    int status;

    if (!parse(&attach.words, argc, argv, &err))
        return cmd_fail("attach", &err);
    if (attach.words.help)
        return help();
    signals_take();
    options.attach = attach.words.pid;
    if (!engine_init(&attach.engine, &options, &err))
        return cmd_fail("attach", &err);
    if (attach.words.for_ms >= 0)
        attach.end_ms = clock_ms() + attach.words.for_ms;
    status = run(&attach);
    signals_final();
    engine_fini(&attach.engine);
    return status;
}
