/* One file, or all of them, as a line of exactly so many terminal columns. The
 * narrower the line, the fewer fields; names are cleaned and cut by columns.
 * Pure but for the locale; any thread. */
#ifndef CMD_BAR_H
#define CMD_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { BAR_COLUMNS_MAX = 500 }; /* wider terminals get no wider lines */

struct bar_style {
    bool utf8;   /* eighth blocks; else ASCII */
    bool colour; /* only repeats what the words say */
};

struct bar {
    const char *name; /* outside text */
    const char *word; /* what it does while no bytes flow ("wait"); or NULL */
    uint64_t bytes;
    int64_t total; /* -1: unknown */
    uint64_t speed;
    int64_t ms; /* to the end, or with a word to the end of that; -1: unknown */
};

/* Appends the line. Below 4 columns there is none. */
void bar_line(struct str *out, const struct bar *bar, size_t columns,
              struct bar_style style);

struct bar_total {
    uint64_t done;
    uint64_t of;
    bool more; /* of still grows */
    uint64_t failed;
    uint64_t bytes;
    uint64_t speed;
    int64_t eta_ms; /* -1: unknown */
    unsigned connections;
    const char *note; /* "stopping", or NULL */
};

/* Appends the line of all files, which may be shorter than columns. */
void bar_total_line(struct str *out, const struct bar_total *total,
                    size_t columns, struct bar_style style);

/* Appends "+ 12 more". */
void bar_more_line(struct str *out, size_t more, size_t columns);

/* How this process can show bars: by locale, and by colour unless NO_COLOR is
 * set and not empty (no-color.org). */
struct bar_style bar_style_here(void);

#endif
