/* The roll: everything in a list that people look at through a window, in an
 * order they may change, and found by id. A row's position, an insertion in the
 * middle and a removal cost about the square root of the length; a look-up by
 * id costs the same however long it is. Entries are embedded in what is listed.
 * Pure; the caller brings the lock. */
#ifndef FETCH_ROLL_H
#define FETCH_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roll_chunk;

struct roll_entry {
    uint64_t id;    /* set by the owner before it is put in, not changed then */
    uint64_t place; /* grows along the order: of two entries, which is first */
    bool active;    /* by roll_mark */
    struct roll_chunk *chunk; /* NULL: not in a roll */
    struct roll_entry *slot_next;
};

struct roll {
    struct roll_chunk *first;
    struct roll_chunk *last;
    size_t count;
    struct roll_entry **slots; /* by id */
    size_t slot_count;         /* a power of two, or 0 */
};

void roll_init(struct roll *roll);

/* The entries are the caller's: they have been freed or are not used again. */
void roll_fini(struct roll *roll);

/* Puts entry right before another; NULL: last. */
void roll_insert(struct roll *roll, struct roll_entry *entry,
                 struct roll_entry *before);
void roll_remove(struct roll *roll, struct roll_entry *entry);

/* NULL: nothing has that id. */
struct roll_entry *roll_find(const struct roll *roll, uint64_t id);

/* How many entries stand before it. */
size_t roll_position(const struct roll_entry *entry);

/* Marks what a walk over active entries is to see. */
void roll_mark(struct roll_entry *entry, bool active);

/* A place between two entries; good until the roll changes. */
struct roll_walk {
    struct roll_chunk *chunk;
    size_t at;
    bool active; /* only those */
};

/* Before the entry at position (from 0) of all, or of the active ones. */
struct roll_walk roll_seek(const struct roll *roll, size_t position,
                           bool active);

/* The next entry; NULL: that was the last. */
struct roll_entry *roll_next(struct roll_walk *walk);

#endif
