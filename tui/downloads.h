/* What the files of the downloads pane share. UI thread. */
#ifndef TUI_DOWNLOADS_H
#define TUI_DOWNLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action.h"
#include "base/str.h"
#include "fetch/fetch.h"
#include "list.h"
#include "view.h"

enum {
    DOWNLOADS_ROWS = 256,  /* no screen shows more */
    DOWNLOADS_SPEEDS = 60, /* a second each */
    DOWNLOADS_DETAIL = 12, /* rows of the details, where there is room */
    DOWNLOADS_FILTER = 128
};

struct downloads {
    struct bench *bench;
    struct fetch *fetch;
    struct fetch_view *rows_view;
    struct fetch_query query;
    char filter[DOWNLOADS_FILTER];

    struct list list;
    struct fetch_row rows[DOWNLOADS_ROWS]; /* from rows_first on */
    size_t rows_first;
    size_t row_count;
    uint64_t selected; /* the id at list.selected; 0: none yet */
    struct fetch_totals totals;

    bool detailed; /* details are asked for */
    bool has_detail;
    struct fetch_detail detail;

    uint64_t *tags; /* ids */
    size_t tag_count;
    uint64_t *going; /* removed, but u could still bring them back */
    size_t going_count;

    uint64_t speeds[DOWNLOADS_SPEEDS]; /* of all together; the newest last */
    int64_t speeds_s;                  /* the second of the newest */
};

extern const struct action downloads_actions[];
extern const char *const downloads_sorts[]; /* N_() words by enum fetch_sort */

/* Only rows with this text, in these states (0: all). */
void downloads_show(struct downloads *downloads, const char *text,
                    unsigned states);

/* The row that is selected; NULL: there is none. */
const struct fetch_row *downloads_row(const struct downloads *downloads);

bool downloads_has(const uint64_t *ids, size_t count, uint64_t id);

void downloads_add_id(uint64_t **ids, size_t *count, uint64_t id);
void downloads_drop_id(uint64_t *ids, size_t *count, uint64_t id);

/* downloads_removal.c, for the tagged rows, else the selected one. Cancels it,
 * or takes it off the list if it is over; takes all that is done off it; asks,
 * and deletes the file. */
bool downloads_cancel(struct downloads *downloads, struct bench *bench,
                      struct err *err);
void downloads_clear(struct downloads *downloads, struct bench *bench);
bool downloads_delete(struct downloads *downloads, struct bench *bench,
                      struct err *err);

/* How many rows of a pane of so many are the list's; the rest is details. */
size_t downloads_list_rows(const struct downloads *downloads, int rows);

/* downloads_draw.c */
void downloads_draw_list(const struct downloads *downloads,
                         const struct view *view, bool focus);
void downloads_draw_detail(const struct downloads *downloads,
                           const struct view *view);

/* Row number row as a line: "> 2 run film.mp4, 46%, 11M of 24M, 8.4M/s". */
bool downloads_print(struct downloads *downloads, size_t row, struct str *out);

/* What a row says in place of a bar ("HTTP 404, press r"); or "". */
void downloads_words(const struct fetch_row *row, char *out, size_t size);

/* Adds the URLs that stand in a text, one a line; returns how many. */
size_t downloads_add_text(struct downloads *downloads, const char *text,
                          bool count_only);

#endif
