/* threadlab get: options in, requests to the download room, its events out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/signals.h"
#include "cmd.h"
#include "engine/engine.h"
#include "hook.h"
#include "options.h"
#include "report.h"
#include "tally.h"
#include "wants.h"

enum { EVENTS = 64 };

struct get {
    struct options options;
    struct wants wants;
    struct engine engine;
    struct report report;
    struct hook hook;
    bool hooks; /* there is one */
    struct tally tally;
    bool stopping;
};

/* What to fetch. */

static void refused(void *arg, const char *url, const struct err *err)
{
    struct get *get = arg;

    report_failure(&get->report, url, err);
    get->tally.bad++;
}

/* True if there is something to do; if nothing is, *err is what is wrong with
 * the words. */
static bool add_all(struct get *get, struct err *err)
{
    bool added = wants_add(&get->wants, get->engine.fetch, refused, get, err);

    fetch_close(get->engine.fetch);
    return added;
}

/* What happens. */

static void hook_says(void *arg, const struct err *err)
{
    struct get *get = arg;

    report_failure(&get->report, "--on-complete", err);
}

static void take_event(struct get *get, struct fetch_event *event)
{
    tally_event(&get->tally, event);
    report_event(&get->report, event);
    if (get->hooks && event->kind == FETCH_EVENT_DONE && event->path)
        hook_run(&get->hook, event->url, event->path, event->bytes);
    fetch_event_fini(event);
}

static bool can_take(const struct get *get)
{
    return !get->hooks || hook_has_room(&get->hook);
}

/* Takes events until none waits (true), or the hooks have more to do than they
 * can: the room keeps the rest and slows down. */
static bool take_events(struct get *get)
{
    struct fetch_event events[EVENTS];

    while (can_take(get)) {
        size_t max = get->hooks ? 1 : EVENTS;
        size_t count = fetch_events(get->engine.fetch, events, max);

        for (size_t i = 0; i < count; i++)
            take_event(get, &events[i]);
        if (count < max)
            return true;
    }
    return false;
}

static void stop(struct get *get)
{
    get->stopping = true;
    fetch_stop(get->engine.fetch);
}

/* True if one came: there may be something to say or to see. Bars that somebody
 * has written over are given up before the next draw. */
static bool take_signals(struct get *get)
{
    struct progress *progress = get->report.progress;
    bool stopped = signals_stops() > 0 && !get->stopping;
    bool child = signals_child();
    bool continued = signals_continued();
    bool resized = signals_resized();

    if (stopped) {
        report_stopping(&get->report);
        stop(get);
    }
    if (child && get->hooks)
        hook_reap(&get->hook);
    if (continued && progress)
        progress_lost(progress);
    if (resized && progress)
        progress_resized(progress);
    return stopped || child || continued || resized;
}

static void wait_for_news(struct get *get)
{
    struct pollfd polled = {.fd = get->engine.notify.fd, .events = POLLIN};

    signals_wait(&polled, 1, report_deadline(&get->report));
    if (!polled.revents)
        return;
    notify_drain(&get->engine.notify);
    if (get->report.progress)
        progress_touch(get->report.progress);
}

/* Until all downloads and hooks are over. Totals are copied before events are
 * taken: what is counted as finished has left its event. */
static void watch(struct get *get, struct fetch_totals *totals)
{
    for (;;) {
        bool drained;

        fetch_totals(get->engine.fetch, totals);
        drained = take_events(get);
        report_turn(&get->report, get->engine.fetch, totals);
        /* Nobody reads the list any more: head(1) has had enough. */
        if (out_broken(&get->report.out) && get->options.list_only &&
            !get->stopping)
            stop(get);
        if (totals->finished && drained &&
            (!get->hooks || hook_idle(&get->hook)))
            return;
        /* A stop signal can come in while output is written, too. */
        if (take_signals(get))
            continue;
        wait_for_news(get);
        take_signals(get);
    }
}

static int status_of(const struct get *get)
{
    const struct tally_end end = {
        .harvest = options_harvest(&get->options),
        .interrupted = signals_stops() > 0,
        .output_failed = out_broken(&get->report.out),
        .hooks_failed = get->hooks ? get->hook.failed : 0,
    };

    return tally_status(&get->tally, &end);
}

/* The rooms exist. */
static int run(struct get *get)
{
    struct fetch_totals totals = {0};
    struct err err = {0};
    int status;

    report_init(&get->report, &get->options);
    if (add_all(get, &err)) {
        watch(get, &totals);
        status = status_of(get);
        if (status == 1 && get->tally.failed + get->tally.bad == 0 &&
            options_harvest(&get->options) && !out_broken(&get->report.out)) {
            err_set(&err, ERR_MISSING, "nothing on the page matches");
            report_failure(&get->report, "", &err);
        }
    } else {
        status = err_exit_status(ERR_USAGE);
    }
    report_end(&get->report, &get->tally, &totals, status);
    report_fini(&get->report);
    return status;
}

static bool start(struct get *get, struct err *err)
{
    struct options *options = &get->options;
    const char *command = options->on_complete_shell
                              ? options->on_complete_shell
                              : options->on_complete;
    const struct engine_options engine = {
        .log_file = options->log_file,
        .log_level = options->verbose ? LOG_DEBUG : LOG_INFO,
        .fetch = &options->fetch,
    };

    signals_take();
    if (command && !hook_init(&get->hook, command, options->on_complete_shell,
                              hook_says, get, err)) {
        err_prefix(err, "--on-complete");
        return false;
    }
    get->hooks = command != NULL;
    get->hook.to_stderr = options->json;
    if (!wants_secrets(&get->wants, options, err) ||
        !engine_init(&get->engine, &engine, err))
        return false;
    return true;
}

int cmd_get(int argc, char **argv)
{
    struct get get = {.hooks = false};
    struct err err = {0};
    int status;

    if (!options_parse(&get.options, OPTIONS_GET, argc, argv, &err)) {
        status = cmd_fail("get", &err);
    } else if (get.options.help) {
        options_help(stdout);
        status = fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    } else if (!start(&get, &err)) {
        status = cmd_fail("get", &err);
    } else {
        status = run(&get);
        signals_final();
        engine_fini(&get.engine);
    }
    if (get.hooks)
        hook_fini(&get.hook);
    wants_fini(&get.wants);
    options_fini(&get.options);
    return status;
}
