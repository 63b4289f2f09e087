/* The last few texts that were cut, to be put back. Pure; belongs to one thread
 * at a time. */
#ifndef TUI_KILLRING_H
#define TUI_KILLRING_H

#include <stdbool.h>
#include <stddef.h>

enum { KILLRING_SIZE = 8 };

/* Read no fields. */
struct killring {
    char *texts[KILLRING_SIZE];
    size_t newest;
    size_t count;
};

void killring_init(struct killring *ring);
void killring_fini(struct killring *ring);

/* A new text, in the place of the oldest. */
void killring_add(struct killring *ring, const char *text, size_t len);

/* More of the newest text, before or behind it, as several cuts in a row are
 * one. */
void killring_extend(struct killring *ring, const char *text, size_t len,
                     bool before);

/* 0: the newest. Goes round over the texts there are; NULL if there is none.
 * Stays until the ring changes. */
const char *killring_get(const struct killring *ring, size_t back);

#endif
