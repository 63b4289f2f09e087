/* What the files of the harvest dialog share. */
#ifndef TUI_HARVEST_STATE_H
#define TUI_HARVEST_STATE_H

#include "bench.h"
#include "editor.h"
#include "fetch/fetch.h"

enum harvest_place {
    HARVEST_PAGE,
    HARVEST_MATCH,
    HARVEST_PATH,
    HARVEST_INTO,
    HARVEST_FIELDS, /* so many can be typed; behind them: */
    HARVEST_LINKS = HARVEST_FIELDS,
    HARVEST_PLACES
};

enum { HARVEST_TEXT = 4096 };

struct harvest_dialog {
    struct bench *bench;
    struct fetch *fetch;
    struct editor *fields[HARVEST_FIELDS];
    enum harvest_place place; /* where the keys go */
    int rows[HARVEST_FIELDS]; /* where each was drawn last */
    int links_row;

    char *page;                 /* the last one asked for; "" if none */
    uint64_t asked;             /* the number of that; 0: nothing */
    struct fetch_preview shown; /* the answer that is there */
    struct list list;
    bool *off; /* by link of shown */
    size_t off_count;
    struct fetch_link *links; /* those in sight */
    size_t links_room;
    size_t links_here;
    bool bare;      /* there is no frame to write hints into */
    struct err why; /* what the last key did not do; ERR_NONE */
};

/* Copies what there is now. */
void harvest_see(struct harvest_dialog *dialog);

size_t harvest_on(const struct harvest_dialog *dialog); /* links to take */

const char *harvest_hint(void *self);
void harvest_draw(void *self, const struct view *view, int *row, int *col);

#endif
