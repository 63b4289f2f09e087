#include "roll.h"

#include <string.h>

#include "base/mem.h"

enum {
    CHUNK = 512,
    SLOTS_FIRST = 256,
    PLACE_STEP = 1 << 20 /* so many insertions fit between two neighbours */
};

struct roll_chunk {
    struct roll_chunk *next;
    struct roll_chunk *prev;
    size_t count;
    size_t active;
    struct roll_entry *entries[CHUNK];
};

void roll_init(struct roll *roll)
{
    *roll = (struct roll){0};
}

void roll_fini(struct roll *roll)
{
    for (struct roll_chunk *chunk = roll->first, *next; chunk; chunk = next) {
        next = chunk->next;
        mem_free(chunk);
    }
    mem_free(roll->slots);
    *roll = (struct roll){0};
}

/* ---- by id ---- */

/* Ids come one after another: their low bits spread them as well as a hash. */
static struct roll_entry **slot_of(const struct roll *roll, uint64_t id)
{
    return &roll->slots[(size_t)id & (roll->slot_count - 1)];
}

static void grow_slots(struct roll *roll)
{
    struct roll_entry **old = roll->slots;
    size_t count = roll->slot_count;

    roll->slot_count = count ? count * 2 : SLOTS_FIRST;
    roll->slots = mem_new(roll->slot_count * sizeof(*roll->slots));
    for (size_t i = 0; i < count; i++)
        for (struct roll_entry *entry = old[i], *next; entry; entry = next) {
            struct roll_entry **slot = slot_of(roll, entry->id);

            next = entry->slot_next;
            entry->slot_next = *slot;
            *slot = entry;
        }
    mem_free(old);
}

struct roll_entry *roll_find(const struct roll *roll, uint64_t id)
{
    struct roll_entry *entry = roll->slot_count ? *slot_of(roll, id) : NULL;

    while (entry && entry->id != id)
        entry = entry->slot_next;
    return entry;
}

/* ---- in order ---- */

static struct roll_chunk *new_chunk(struct roll *roll, struct roll_chunk *prev)
{
    struct roll_chunk *chunk = mem_new(sizeof(*chunk));

    chunk->prev = prev;
    chunk->next = prev ? prev->next : NULL;
    if (prev)
        prev->next = chunk;
    else
        roll->first = chunk;
    if (chunk->next)
        chunk->next->prev = chunk;
    else
        roll->last = chunk;
    return chunk;
}

static void free_chunk(struct roll *roll, struct roll_chunk *chunk)
{
    if (chunk->prev)
        chunk->prev->next = chunk->next;
    else
        roll->first = chunk->next;
    if (chunk->next)
        chunk->next->prev = chunk->prev;
    else
        roll->last = chunk->prev;
    mem_free(chunk);
}

/* Moves the second half into a chunk of its own. */
static void split(struct roll *roll, struct roll_chunk *chunk)
{
    struct roll_chunk *right = new_chunk(roll, chunk);

    for (size_t i = CHUNK / 2; i < chunk->count; i++) {
        struct roll_entry *entry = chunk->entries[i];

        right->entries[right->count++] = entry;
        right->active += entry->active;
        entry->chunk = right;
    }
    chunk->count = CHUNK / 2;
    chunk->active -= right->active;
}

static size_t index_of(const struct roll_entry *entry)
{
    size_t at = 0;

    while (entry->chunk->entries[at] != entry)
        at++;
    return at;
}

static void renumber(struct roll *roll)
{
    struct roll_walk walk = roll_seek(roll, 0, false);
    struct roll_entry *entry;
    uint64_t place = 0;

    while ((entry = roll_next(&walk)) != NULL)
        entry->place = place += PLACE_STEP;
}

static uint64_t place_before(const struct roll_chunk *chunk, size_t at)
{
    if (at > 0)
        return chunk->entries[at - 1]->place;
    return chunk->prev ? chunk->prev->entries[chunk->prev->count - 1]->place
                       : 0;
}

/* Gives the entry at chunk->entries[at] a place between its neighbours'. */
static void set_place(struct roll *roll, struct roll_chunk *chunk, size_t at)
{
    struct roll_entry *entry = chunk->entries[at];
    const struct roll_entry *next = at + 1 < chunk->count
                                        ? chunk->entries[at + 1]
                                    : chunk->next ? chunk->next->entries[0]
                                                  : NULL;
    uint64_t before = place_before(chunk, at);

    if (!next)
        entry->place = before + PLACE_STEP;
    else if (next->place - before > 1)
        entry->place = before + (next->place - before) / 2;
    else
        renumber(roll);
}

void roll_insert(struct roll *roll, struct roll_entry *entry,
                 struct roll_entry *before)
{
    struct roll_chunk *chunk = before ? before->chunk : roll->last;
    struct roll_entry **slot;
    size_t at;

    if (!chunk || (!before && chunk->count == CHUNK))
        chunk = new_chunk(roll, roll->last);
    if (chunk->count == CHUNK) {
        split(roll, chunk);
        chunk = before->chunk;
    }
    at = before ? index_of(before) : chunk->count;
    memmove(&chunk->entries[at + 1], &chunk->entries[at],
            (chunk->count - at) * sizeof(*chunk->entries));
    chunk->entries[at] = entry;
    chunk->count++;
    chunk->active += entry->active;
    entry->chunk = chunk;
    set_place(roll, chunk, at);
    if (roll->count >= roll->slot_count)
        grow_slots(roll);
    roll->count++;
    slot = slot_of(roll, entry->id);
    entry->slot_next = *slot;
    *slot = entry;
}

void roll_remove(struct roll *roll, struct roll_entry *entry)
{
    struct roll_chunk *chunk = entry->chunk;
    struct roll_entry **slot = slot_of(roll, entry->id);
    size_t at = index_of(entry);

    chunk->count--;
    chunk->active -= entry->active;
    memmove(&chunk->entries[at], &chunk->entries[at + 1],
            (chunk->count - at) * sizeof(*chunk->entries));
    if (chunk->count == 0)
        free_chunk(roll, chunk);
    entry->chunk = NULL;
    while (*slot != entry)
        slot = &(*slot)->slot_next;
    *slot = entry->slot_next;
    roll->count--;
}

size_t roll_position(const struct roll_entry *entry)
{
    size_t count = index_of(entry);

    for (const struct roll_chunk *chunk = entry->chunk->prev; chunk;
         chunk = chunk->prev)
        count += chunk->count;
    return count;
}

void roll_mark(struct roll_entry *entry, bool active)
{
    if (entry->chunk && entry->active != active) {
        if (active)
            entry->chunk->active++;
        else
            entry->chunk->active--;
    }
    entry->active = active;
}

struct roll_walk roll_seek(const struct roll *roll, size_t position,
                           bool active)
{
    struct roll_walk walk = {.chunk = roll->first, .active = active};

    while (walk.chunk) {
        size_t count = active ? walk.chunk->active : walk.chunk->count;

        if (position < count)
            break;
        position -= count;
        walk.chunk = walk.chunk->next;
    }
    if (!active)
        walk.at = position;
    for (; active && walk.chunk && position > 0; position--)
        (void)roll_next(&walk);
    return walk;
}

struct roll_entry *roll_next(struct roll_walk *walk)
{
    for (; walk->chunk; walk->chunk = walk->chunk->next, walk->at = 0) {
        const struct roll_chunk *chunk = walk->chunk;

        if (walk->active && chunk->active == 0)
            continue;
        while (walk->at < chunk->count) {
            struct roll_entry *entry = chunk->entries[walk->at++];

            if (!walk->active || entry->active)
                return entry;
        }
    }
    return NULL;
}
