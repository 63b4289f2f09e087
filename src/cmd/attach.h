/* What is seen of another process, as text and as JSON. Main thread only. */
#ifndef CMD_ATTACH_H
#define CMD_ATTACH_H

#include <stddef.h>

#include "out.h"
#include "threads/threads.h"

enum { ATTACH_SCHEMA = 1 };

struct attach_view {
    struct threads_target target;
    struct threads_totals totals;
    struct threads_row *rows;
    char **stacks; /* of each row, as threads_stack tells it; or NULL */
    size_t count;
};

/* A report to read and to paste: deadlocks first, then all threads. */
void attach_report(struct out *out, const struct attach_view *view);

/* The same as one JSON object on one line, all ASCII. */
void attach_json(struct out *out, const struct attach_view *view);

/* The words both use. */
const char *attach_claim(enum threads_claim claim);

/* The row of the thread; NULL: none. */
const struct threads_row *attach_row(const struct attach_view *view, int tid);

/* The stack of one of the rows, or NULL. */
const char *attach_stack(const struct attach_view *view,
                         const struct threads_row *row);

/* The members of deadlock (or ring) number n in waiting order, from the first
 * in the list on: calls each with its place, from 1. */
void attach_members(const struct attach_view *view, bool ring, unsigned number,
                    void (*each)(void *arg, const struct threads_row *row,
                                 int place),
                    void *arg);

#endif
