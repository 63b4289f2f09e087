#include "report.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/log.h"
#include "base/mem.h"
#include "report_json.h"

enum { JSON_PROGRESS_MS = 1000, LOG_LINES = 64 };

/* Words about a download: quiet leaves only failures of them. */
static bool talks(const struct report *report)
{
    return !report->options->quiet && !report->options->json;
}

void report_init(struct report *report, const struct options *options)
{
    bool bars = !options->quiet && !options->json && !options->no_bars &&
                !options->list_only;

    *report = (struct report){.options = options, .start_ms = clock_ms()};
    report->progress = bars ? progress_new() : NULL;
    out_init(&report->out, report->progress);
    if (options->json)
        report_json_begin(&report->out);
}

void report_fini(struct report *report)
{
    out_flush(&report->out);
    progress_free(report->progress);
    report->progress = NULL;
    out_fini(&report->out);
}

/* What a person knows a download by. */
static const char *label(const struct fetch_event *event)
{
    if (event->url)
        return event->url;
    return event->path ? event->path : "-";
}

static void say_done(struct out *out, const struct fetch_event *event)
{
    char bytes[FMT_MAX];
    char time[FMT_MAX];
    char speed[FMT_MAX];
    uint64_t ms = event->ms > 0 ? (uint64_t)event->ms : 1;
    uint64_t per_s = (uint64_t)((double)event->bytes * 1000 / (double)ms);

    out_line(out, OUT_RESULT, "done %s (%s in %s, %s)",
             event->path ? event->path : label(event),
             fmt_bytes(bytes, event->bytes), fmt_ms(time, (int64_t)ms),
             fmt_rate(speed, per_s));
}

static void say_page(struct out *out, const struct fetch_event *event)
{
    out_line(out, OUT_WORD,
             "threadlab get: %s: found %" PRIu64 ", %" PRIu64
             " of them twice, %" PRIu64 " of no use",
             label(event), event->found, event->duplicates, event->bad);
}

/* Results and what is worth a word in the usual case. */
static void say(struct out *out, const struct fetch_event *event, bool verbose)
{
    char text[FMT_MAX];

    switch (event->kind) {
    case FETCH_EVENT_DONE:
        say_done(out, event);
        break;
    case FETCH_EVENT_SKIPPED:
        out_line(out, OUT_RESULT, "skip %s: %s",
                 event->path ? event->path : label(event), event->err.text);
        break;
    case FETCH_EVENT_RETRY:
        out_line(out, OUT_WORD, "threadlab get: %s: %s; trying again in %s",
                 label(event), event->err.text, fmt_ms(text, event->wait_ms));
        break;
    case FETCH_EVENT_NOTE:
        out_line(out, OUT_WORD, "threadlab get: %s: %s", label(event),
                 event->err.text);
        break;
    case FETCH_EVENT_PAGE:
        say_page(out, event);
        break;
    case FETCH_EVENT_STARTED:
        if (verbose && event->total >= 0)
            out_line(out, OUT_WORD, "threadlab get: %s: started, %s",
                     label(event), fmt_bytes(text, (uint64_t)event->total));
        else if (verbose)
            out_line(out, OUT_WORD, "threadlab get: %s: started, size unknown",
                     label(event));
        break;
    case FETCH_EVENT_CANCELED:
        if (verbose)
            out_line(out, OUT_WORD, "threadlab get: %s: stopped", label(event));
        break;
    case FETCH_EVENT_ADDED:
    case FETCH_EVENT_FAILED:
    case FETCH_EVENT_FOUND:
    case FETCH_EVENT_BAD:
        break;
    }
}

void report_event(struct report *report, const struct fetch_event *event)
{
    if (report->options->json)
        report_json_event(&report->out, event);
    else if (event->kind == FETCH_EVENT_FOUND && event->url)
        out_data(&report->out, OUT_RESULT, event->url);
    else if (event->kind == FETCH_EVENT_BAD)
        out_line(&report->out, OUT_WORD, "threadlab get: %s", event->err.text);
    else if (event->kind == FETCH_EVENT_FAILED)
        out_line(&report->out, OUT_WORD, "threadlab get: %s: %s", label(event),
                 event->err.text);
    else if (talks(report))
        say(&report->out, event, report->options->verbose);
}

void report_failure(struct report *report, const char *what,
                    const struct err *err)
{
    if (report->options->json)
        report_json_failure(&report->out, what, err);
    else if (*what)
        out_line(&report->out, OUT_WORD, "threadlab get: %s: %s", what,
                 err->text);
    else
        out_line(&report->out, OUT_WORD, "threadlab get: %s", err->text);
}

void report_stopping(struct report *report)
{
    report->note = "stopping";
    if (talks(report))
        out_line(&report->out, OUT_WORD,
                 "threadlab get: stopping; what is here is kept, and the same "
                 "command goes on from it. Once more to leave at once.");
}

static void say_log(struct report *report)
{
    struct log_line lines[LOG_LINES];
    size_t count;

    do {
        count = log_since(report->log_seq, lines, LOG_LINES);
        for (size_t i = 0; i < count; i++)
            out_line(&report->out, OUT_WORD, "%s %s: %s",
                     log_level_word(lines[i].level), lines[i].thread,
                     lines[i].text);
        if (count > 0)
            report->log_seq = lines[count - 1].seq;
    } while (count == LOG_LINES);
}

void report_turn(struct report *report, struct fetch *fetch,
                 const struct fetch_totals *totals)
{
    if (report->options->verbose)
        say_log(report);
    if (report->options->json && clock_ms() >= report_deadline(report)) {
        report->json_ms = clock_ms();
        report_json_progress(&report->out, fetch, totals);
    }
    if (report->progress)
        progress_draw(report->progress, fetch, totals, report->note);
    out_flush(&report->out);
}

int64_t report_deadline(const struct report *report)
{
    if (report->progress)
        return progress_deadline(report->progress);
    if (report->options->json)
        return (report->json_ms ? report->json_ms : report->start_ms) +
               JSON_PROGRESS_MS;
    return -1;
}

static void say_sum(struct report *report, const struct tally *tally,
                    const struct fetch_totals *totals)
{
    int64_t ms = clock_ms() - report->start_ms;
    char bytes[FMT_MAX];
    char time[FMT_MAX];
    char speed[FMT_MAX];
    double per_s = (double)totals->bytes * 1000 / (double)(ms > 0 ? ms : 1);

    out_line(&report->out, OUT_RESULT,
             "%" PRIu64 " done, %" PRIu64 " skipped, %" PRIu64
             " failed, %" PRIu64 " left; %s in %s, %s",
             tally->done, tally->skipped, tally->failed + tally->bad,
             totals->count[FETCH_QUEUED] + totals->count[FETCH_PAUSED] +
                 totals->count[FETCH_CANCELED],
             fmt_bytes(bytes, totals->bytes), fmt_ms(time, ms),
             fmt_rate(speed, (uint64_t)per_s));
}

void report_end(struct report *report, const struct tally *tally,
                const struct fetch_totals *totals, int status)
{
    if (report->options->verbose)
        say_log(report);
    if (report->options->json)
        report_json_end(&report->out, tally, totals,
                        clock_ms() - report->start_ms, status);
    else if (talks(report) && !report->options->list_only &&
             status != err_exit_status(ERR_USAGE))
        say_sum(report, tally, totals);
    out_flush(&report->out);
}
