/* Accounts in memory, by number and by name: what a store has read and what it
 * has to write. Pointers stay good until book_clear. Pure; belongs to one
 * thread. */
#ifndef ACCOUNT_BOOK_H
#define ACCOUNT_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "account/entry.h"

struct book_row;

struct book {
    struct book_row **by_id;   /* buckets */
    struct book_row **by_name; /* as many */
    size_t buckets;            /* a power of 2, or 0 */
    size_t count;
    struct book_row *touched; /* a list, the last touched first */
    uint64_t salt;            /* so that nobody can choose names that meet */
};

/* Everything is zero at the start; salt may be set. */
void book_clear(struct book *book);

/* NULL: not here. */
struct holder *book_by_id(struct book *book, int64_t id);
struct holder *book_by_name(struct book *book, const char *name);

/* Adds a copy; neither its id nor its name is here yet. */
struct holder *book_add(struct book *book, const struct holder *holder);

/* Marks one of the book's as changed. */
void book_touch(struct book *book, struct holder *holder);

/* Takes one that was touched off the list; NULL: no more. */
struct holder *book_next_touched(struct book *book);

#endif
