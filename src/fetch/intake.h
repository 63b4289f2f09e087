/* The fetch-list thread: it reads lists and searches pages, and adds downloads
 * as the queue has room for them. */
#ifndef FETCH_INTAKE_H
#define FETCH_INTAKE_H

#include "fetch/room.h"

/* Checks and copies a source. ERR_USAGE where it cannot work. */
struct source *intake_source(const struct fetch_source *source, struct err *err)
    __attribute__((warn_unused_result));
void intake_source_free(struct source *source);

/* The place of the last URL, and its host's key; starts as zeros. */
struct intake_memo {
    char place[256];
    char key[256];
};

/* Checks a spec's URLs and makes a download of it, known to nobody yet. */
struct download *intake_download(const struct fetch_spec *spec, bool trusted,
                                 struct intake_memo *memo, struct err *err)
    __attribute__((warn_unused_result));

/* Puts a source, the room's from then on, behind the others. */
void intake_add(struct fetch *room, struct source *source);

/* Gives links, which are its own from then on, to the reader. */
void intake_add_links(struct fetch *room, struct links *links, const char *dir);

/* The thread's body; arg is the room. Ends when room->ending is set. */
void intake_run(void *arg);

#endif
