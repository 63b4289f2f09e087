/* What a command says: results on the standard output, words about them on the
 * standard error, both a line at a time, and never into a line of bars. Written
 * at out_flush. Main thread only. */
#ifndef CMD_OUT_H
#define CMD_OUT_H

#include <stdbool.h>

#include "base/str.h"
#include "progress.h"

enum out_way { OUT_RESULT, OUT_WORD, OUT_WAYS };

struct out_stream {
    int fd;
    bool tty;
    bool broken; /* a write failed: nothing more is written */
    struct str text;
};

struct out {
    struct out_stream streams[OUT_WAYS];
    struct progress *progress; /* lines for a terminal go above its bars */
};

/* progress: NULL if there are no bars; the caller's. SIGPIPE is ignored by
 * now. */
void out_init(struct out *out, struct progress *progress);
void out_fini(struct out *out);

/* One line of words, cleaned for a terminal. */
void out_line(struct out *out, enum out_way way, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One line for a program to read: as it is, but cleaned on a terminal. */
void out_data(struct out *out, enum out_way way, const char *text);

/* Writes what has gathered; may wait for a slow reader. The first failure is
 * told on the standard error, unless it is only that nobody reads any more. */
void out_flush(struct out *out);

/* A result did not get where it should. */
bool out_broken(const struct out *out);

/* Writes all of it to fd, waiting where it must, with stop signals let
 * in (signals.h); false: errno. */
bool out_write(int fd, const char *text, size_t len)
    __attribute__((warn_unused_result));

#endif
