/* What has happened, in order, for whoever asks by fetch_events. Nothing is
 * kept unless the options say so. */
#ifndef FETCH_EVENT_H
#define FETCH_EVENT_H

#include "fetch/room.h"

/* About download, or about none. wait_ms: RETRY, else 0. */
void event_add(struct fetch *room, struct download *download,
               enum fetch_event_kind kind, const struct err *err,
               const char *path, int64_t wait_ms, int64_t now_ms)
    REQUIRES(fetch_class);

/* Of the reader: a link that was only to be listed; a page was searched; a page
 * could not be had (it counts as a failed download). */
void event_found(struct fetch *room, const char *url) REQUIRES(fetch_class);
void event_page(struct fetch *room, const char *url, uint64_t found,
                uint64_t duplicates, uint64_t bad) REQUIRES(fetch_class);
void event_page_failed(struct fetch *room, struct download *page)
    REQUIRES(fetch_class);

#endif
