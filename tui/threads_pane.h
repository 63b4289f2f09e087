/* What the files of the threads pane share. UI thread. */
#ifndef TUI_THREADS_PANE_H
#define TUI_THREADS_PANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action.h"
#include "list.h"
#include "threads/threads.h"
#include "view.h"

enum {
    THREADS_ROWS_MAX = 512,
    THREADS_LOCKS_MAX = 64,
    THREADS_DETAIL = 10, /* rows of the details */
    THREADS_FILTER = 64
};

/* A row of the list: a room's heading, or one of its threads. */
struct threads_line {
    const struct threads_row *row; /* the first of its room for a heading */
    bool heading;
    bool inside;  /* below a heading */
    size_t count; /* of a heading: threads in the room */
};

enum threads_order { THREADS_BY_ROOM, THREADS_BY_CPU, THREADS_BY_STATE };

struct threads_pane {
    struct bench *bench;
    struct threads *threads;
    struct threads_totals totals;
    struct threads_row rows[THREADS_ROWS_MAX];
    size_t row_count;
    struct threads_lock locks[THREADS_LOCKS_MAX];
    size_t lock_count;

    struct threads_line lines[2 * THREADS_ROWS_MAX];
    struct list list;
    int selected; /* TID; 0: a heading, or none */
    enum threads_order order;
    char filter[THREADS_FILTER];
    bool hide_idle;
    bool show_locks; /* in place of the threads */
    bool detailed;

    int64_t sampled_ms; /* when a pass was asked for last */
    uint64_t passes;    /* the last that was copied */
};

extern const struct action threads_actions[];

/* The thread that is selected; NULL: none. */
const struct threads_row *threads_selected(const struct threads_pane *pane);

/* Tells again which rows are shown, in which order. */
void threads_arrange(struct threads_pane *pane);

/* threads_draw.c */
void threads_draw_list(const struct threads_pane *pane, const struct view *view,
                       bool focus);
void threads_draw_locks(const struct threads_pane *pane,
                        const struct view *view, bool focus);
void threads_draw_detail(const struct threads_pane *pane,
                         const struct view *view);

/* "acct.lock < 4141 acct-2": what a thread waits for and who has it. */
void threads_waits_for(const struct threads_row *row, char *out, size_t size);

#endif
