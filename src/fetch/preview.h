/* The fetch-preview thread: it fetches one page, searches it and shows what a
 * harvest would find. It starts with the first request (fetch_preview). */
#ifndef FETCH_PREVIEW_H
#define FETCH_PREVIEW_H

#include "fetch/room.h"

/* A preview's page is under way, or over: the thread takes it from here. */
void preview_enter(struct fetch *room, struct download *page)
    REQUIRES(fetch_class);
void preview_hand(struct fetch *room, struct download *page)
    REQUIRES(fetch_class);

/* Ends the page under way; then, with room->ending set, the thread. */
void preview_stop(struct fetch *room) REQUIRES(fetch_class);

/* Joins the thread and frees what it has: after the workers have ended. */
void preview_free(struct fetch *room);

#endif
