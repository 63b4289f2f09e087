/* Named texts that wait for the disk, in the order they came, each name once.
 * Pure; belongs to one thread at a time. */
#ifndef SESSION_NOTES_H
#define SESSION_NOTES_H

#include <stddef.h>

struct note {
    struct note *next;
    char *name;
    char *value; /* may be NULL */
};

struct notes {
    struct note *first;
    struct note *last;
    size_t count;
};

enum { NOTES_MAX = 1000 }; /* beyond it the oldest goes */

void notes_fini(struct notes *notes);

/* Copies both; what had this name before is gone. */
void notes_put(struct notes *notes, const char *name, const char *value);

/* Moves all of newer behind notes, and then all of it to newer: what could not
 * be written stands before what came since. notes is empty after it. */
void notes_back(struct notes *notes, struct notes *newer);

#endif
