/* The same report for programs: one JSON object a line on the standard output,
 * all ASCII. The man page lists events and members; REPORT_SCHEMA grows when
 * one of them changes its meaning or goes, not when one comes. Main thread
 * only. */
#ifndef CMD_REPORT_JSON_H
#define CMD_REPORT_JSON_H

#include <stdint.h>

#include "fetch/fetch.h"
#include "out.h"
#include "tally.h"

enum { REPORT_SCHEMA = 1 };

void report_json_begin(struct out *out);
void report_json_event(struct out *out, const struct fetch_event *event);
void report_json_failure(struct out *out, const char *what,
                         const struct err *err);
void report_json_progress(struct out *out, struct fetch *fetch,
                          const struct fetch_totals *totals);
void report_json_end(struct out *out, const struct tally *tally,
                     const struct fetch_totals *totals, int64_t ms, int status);

#endif
