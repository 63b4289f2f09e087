/* The lines that were entered, oldest first, each once. Pure; belongs to one
 * thread at a time; several editors may share one. */
#ifndef TUI_HISTORY_H
#define TUI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

enum { HISTORY_LINE = 4096 }; /* a longer line is not kept */

struct history;

/* max: how many lines are kept, at least 1. */
struct history *history_new(size_t max);
void history_free(struct history *history);

/* Keeps a copy as the newest; the same line from before is forgotten. Empty and
 * blank lines are not kept. Indexes change. */
void history_add(struct history *history, const char *line);

size_t history_count(const struct history *history);

/* NULL where there is no such line. Stays until the next history_add. */
const char *history_line(const struct history *history, size_t index);

/* The newest line before index, or the oldest behind it, that starts with
 * prefix and is not skip. False if there is none; *index then stays. */
bool history_before(const struct history *history, const char *prefix,
                    const char *skip, size_t *index);
bool history_behind(const struct history *history, const char *prefix,
                    const char *skip, size_t *index);

/* The newest line before index that has text in it. False as above. */
bool history_search(const struct history *history, const char *text,
                    size_t *index);

#endif
