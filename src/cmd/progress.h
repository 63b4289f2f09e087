/* Bars on a terminal: one line for each running file and one for all, redrawn
 * in place at the foot of what has been said, at most ten times a second and
 * only where something has changed. The cursor is never hidden and stands
 * behind the last bar, so whatever ends the process leaves a usable terminal.
 * Main thread only. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/fetch.h"

struct progress;

/* Bars on the standard error; NULL where they cannot or should not be: it is
 * no terminal, TERM is unset or "dumb", or the standard output is a pipe, whose
 * reader may write to the same terminal. */
struct progress *progress_new(void);

/* Takes the bars away, writes what was to stand above them. NULL does
 * nothing. */
void progress_free(struct progress *progress);

/* A line (clean, without its end) to appear above the bars and stay. */
void progress_above(struct progress *progress, const char *line);

/* Draws what has changed since the last time, if a tenth of a second has gone
 * by. note: a word for the last line ("stopping"), or NULL. */
void progress_draw(struct progress *progress, struct fetch *fetch,
                   const struct fetch_totals *totals, const char *note);

/* When progress_draw has something to do next, by clock_ms(). */
int64_t progress_deadline(const struct progress *progress);

/* A snapshot has changed: the next draw comes as soon as it may. */
void progress_touch(struct progress *progress);

/* The terminal has another size. */
void progress_resized(struct progress *progress);

/* Somebody else has written (a shell, while the process was stopped): the bars
 * are drawn anew where the cursor is. */
void progress_lost(struct progress *progress);

#endif
