/* Events of the download room as words, or as JSON, for whoever started the
 * command: lines, or bars with lines above them. Main thread only. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/fetch.h"
#include "options.h"
#include "out.h"
#include "progress.h"
#include "tally.h"

struct report {
    const struct options *options;
    struct out out;
    struct progress *progress; /* NULL: no bars */
    int64_t start_ms;
    int64_t json_ms;  /* when the last progress object was made */
    uint64_t log_seq; /* the last line of the log that was shown */
    const char *note; /* for the bars: "stopping" */
};

/* options outlive it; they say how to report. signals_take has been called. */
void report_init(struct report *report, const struct options *options);

/* Writes what is left, takes the bars away. */
void report_fini(struct report *report);

void report_event(struct report *report, const struct fetch_event *event);

/* A failure that is not an event: an argument, a hook. what: "" or the URL or
 * path it is about. */
void report_failure(struct report *report, const char *what,
                    const struct err *err);

/* The first stop signal came. */
void report_stopping(struct report *report);

/* Once around the main loop: bars or a progress object where they are due, and
 * everything said so far is written. */
void report_turn(struct report *report, struct fetch *fetch,
                 const struct fetch_totals *totals);

/* When report_turn has something to do next, by clock_ms(); -1: only when
 * something happens. */
int64_t report_deadline(const struct report *report);

/* All is over. */
void report_end(struct report *report, const struct tally *tally,
                const struct fetch_totals *totals, int status);

#endif
