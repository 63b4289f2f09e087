/* Lines from a descriptor, as they come. Belongs to one thread. */
#ifndef TUI_LINES_H
#define TUI_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct lines {
    int fd; /* the caller's */
    struct str text;
    size_t taken;  /* bytes at the start that were given out */
    size_t number; /* of the line given out last, from 1 */
    bool end;      /* no more will come */
};

void lines_init(struct lines *lines, int fd);
void lines_fini(struct lines *lines);

/* Reads what is there now, waiting only if nothing is: after a poll. */
void lines_read(struct lines *lines);

/* The next whole line without its end, or at the end what is left; NULL: more
 * has to be read. A line longer than words_split takes is cut. Stays until the
 * next call of either. */
char *lines_next(struct lines *lines);

#endif
