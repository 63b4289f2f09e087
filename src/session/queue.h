/* The keys of a session in their order, and which of them wait for the disk.
 *
 * A place is a number that grows along the queue; there is room between two, so
 * that a move changes one row. What waits is one record for each key, the last;
 * an entry that was removed stays until the disk knows.
 *
 * Pure; belongs to one thread at a time (the room's lock). */
#ifndef SESSION_QUEUE_H
#define SESSION_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/session.h"

struct entry {
    uint64_t key;
    int64_t place;
    struct entry *prev; /* along the queue */
    struct entry *next;
    struct entry *dirty_next;
    struct session_record *record; /* not on the disk yet, or NULL */
    bool dirty;                    /* waits for the disk */
    bool gone;
};

struct queue {
    struct entry **entries; /* by key, the removed ones too */
    size_t count;
    size_t room;
    size_t live;
    struct entry *first;
    struct entry *last;
    struct entry *dirty;
    size_t dirty_count;
    uint64_t last_key; /* the highest that was ever given */
};

/* One row to be written. */
struct change {
    struct entry *entry;
    uint64_t key;
    int64_t place;
    struct session_record *record; /* NULL: the place alone */
    bool gone;                     /* delete it */
};

/* last_key: the highest key ever given, also before this run. */
void queue_init(struct queue *queue, uint64_t last_key);
void queue_fini(struct queue *queue);

/* Enters what is on the disk: in ascending order of keys, none above last_key.
 * Then once queue_sort, before anything else. */
void queue_load(struct queue *queue, uint64_t key, int64_t place);
void queue_sort(struct queue *queue);

/* Takes record, a copy, over; gives it its key. 0, and it is freed, when the
 * queue is full or its key was never given. */
uint64_t queue_put(struct queue *queue, struct session_record *record);

/* These two say whether there was anything to do. */
bool queue_remove(struct queue *queue, uint64_t key);
bool queue_move(struct queue *queue, uint64_t key, uint64_t other);

/* Takes out all that waits: an array of *count, to be shown to one of the next
 * two and then freed (changes_free, which needs no lock). No other may be out
 * meanwhile. */
struct change *queue_take(struct queue *queue, size_t *count)
    __attribute__((returns_nonnull, warn_unused_result));

/* It is written. */
void queue_done(struct queue *queue, const struct change *changes,
                size_t count);

/* It is not: it waits again, but for what was changed once more since. */
void queue_back(struct queue *queue, struct change *changes, size_t count);

void changes_free(struct change *changes, size_t count);

#endif
