/* Byte ranges of a file: which bytes are here, which are still wanted.
 * Pure: no locks, no I/O; a set belongs to one thread at a time. */
#ifndef FETCH_SPAN_H
#define FETCH_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes start .. end-1. Empty when start == end; start > end is no span. */
struct span {
    uint64_t start;
    uint64_t end;
};

/* A set that never holds more pieces than this (1 MiB of memory). */
enum { SPANS_MAX = 65536 };

/* A set of bytes: pieces sorted, none empty, none touching another. Read list
 * and count freely, change them through the calls below only. */
struct spans {
    struct span *list;
    size_t count;
    size_t room; /* allocated pieces */
};

uint64_t span_bytes(const struct span *span);

/* Cuts a span in two for a second worker: span keeps its first keep bytes, rest
 * gets the others, which start there, rounded up to a multiple of align (>= 1).
 * False, and nothing is changed, where either part would be smaller than least
 * bytes. */
bool span_split(struct span *span, uint64_t keep, uint64_t align,
                uint64_t least, struct span *rest)
    __attribute__((warn_unused_result));

void spans_init(struct spans *spans);
void spans_fini(struct spans *spans);
void spans_clear(struct spans *spans);

/* Puts bytes in, joining what touches. False, and the set is unchanged, for
 * start > end or where SPANS_MAX would be passed. */
bool spans_add(struct spans *spans, uint64_t start, uint64_t end);

/* Takes bytes out; the same failures (a hole makes two pieces of one). */
bool spans_remove(struct spans *spans, uint64_t start, uint64_t end);

/* How many bytes are in the set. */
uint64_t spans_total(const struct spans *spans);

/* True if every byte of start .. end-1 is in the set; so for an empty span,
 * false for start > end. */
bool spans_has(const struct spans *spans, uint64_t start, uint64_t end);

/* The first run of missing bytes below length; false if there is none. */
bool spans_first_gap(const struct spans *spans, uint64_t length,
                     struct span *gap) __attribute__((warn_unused_result));

/* Makes out (initialised, another set than spans) the missing bytes below
 * length. It may hold SPANS_MAX + 1 pieces; a next add may then fail. */
void spans_invert(const struct spans *spans, uint64_t length,
                  struct spans *out);

/* Removes the first run, or its first max_bytes (>= 1), and returns it in out.
 * False if the set is empty. */
bool spans_take(struct spans *spans, uint64_t max_bytes, struct span *out)
    __attribute__((warn_unused_result));

#endif
