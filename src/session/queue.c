#include "queue.h"

#include <stdlib.h>

#include "base/mem.h"

/* Between two new places. */
static const int64_t gap = INT64_C(1) << 32;

void queue_init(struct queue *queue, uint64_t last_key)
{
    *queue = (struct queue){.last_key = last_key};
}

static void free_entry(struct entry *entry)
{
    mem_free(entry->record);
    mem_free(entry);
}

void queue_fini(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        free_entry(queue->entries[i]);
    mem_free(queue->entries);
    *queue = (struct queue){.entries = NULL};
}

/* ---- by key ---- */

/* The number of keys below key: where it stands or would stand. */
static size_t find_slot(const struct queue *queue, uint64_t key)
{
    size_t low = 0;
    size_t high = queue->count;

    /* Most often the newest is wanted. */
    if (high > 0 && queue->entries[high - 1]->key < key)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (queue->entries[middle]->key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NULL if it never was there; it may be gone. */
static struct entry *find(const struct queue *queue, uint64_t key)
{
    size_t slot = find_slot(queue, key);

    return slot < queue->count && queue->entries[slot]->key == key
               ? queue->entries[slot]
               : NULL;
}

static struct entry *find_live(const struct queue *queue, uint64_t key)
{
    struct entry *entry = find(queue, key);

    return entry && !entry->gone ? entry : NULL;
}

static struct entry *insert(struct queue *queue, uint64_t key)
{
    size_t slot = find_slot(queue, key);
    struct entry *entry = mem_new(sizeof(*entry));

    if (queue->count == queue->room) {
        queue->room = queue->room ? 2 * queue->room : 64;
        queue->entries =
            mem_resize(queue->entries, queue->room, sizeof(struct entry *));
    }
    for (size_t i = queue->count; i > slot; i--)
        queue->entries[i] = queue->entries[i - 1];
    queue->entries[slot] = entry;
    queue->count++;
    entry->key = key;
    entry->gone = true; /* until it is linked */
    return entry;
}

/* ---- in order ---- */

static void mark(struct queue *queue, struct entry *entry)
{
    if (entry->dirty)
        return;
    entry->dirty = true;
    entry->dirty_next = queue->dirty;
    queue->dirty = entry;
    queue->dirty_count++;
}

static void renumber(struct queue *queue)
{
    int64_t place = 0;

    for (struct entry *entry = queue->first; entry; entry = entry->next) {
        place += gap;
        if (entry->place == place)
            continue;
        entry->place = place;
        mark(queue, entry);
    }
}

/* A place between the neighbours; false if there is none. */
static bool choose_place(struct entry *entry)
{
    const struct entry *prev = entry->prev;
    const struct entry *next = entry->next;
    uint64_t free;

    if (!prev && !next) {
        entry->place = gap;
        return true;
    }
    if (!next)
        return !__builtin_add_overflow(prev->place, gap, &entry->place);
    if (!prev)
        return !__builtin_sub_overflow(next->place, gap, &entry->place);
    free = (uint64_t)next->place - (uint64_t)prev->place;
    entry->place = (int64_t)((uint64_t)prev->place + free / 2);
    return next->place > prev->place && free >= 2;
}

/* Before next, or last if that is NULL. */
static void link_entry(struct queue *queue, struct entry *entry,
                       struct entry *next)
{
    struct entry *prev = next ? next->prev : queue->last;

    entry->prev = prev;
    entry->next = next;
    *(prev ? &prev->next : &queue->first) = entry;
    *(next ? &next->prev : &queue->last) = entry;
    entry->gone = false;
    queue->live++;
    if (!choose_place(entry))
        renumber(queue);
}

static void unlink_entry(struct queue *queue, struct entry *entry)
{
    *(entry->prev ? &entry->prev->next : &queue->first) = entry->next;
    *(entry->next ? &entry->next->prev : &queue->last) = entry->prev;
    entry->prev = NULL;
    entry->next = NULL;
    entry->gone = true;
    queue->live--;
}

/* ---- loading ---- */

void queue_load(struct queue *queue, uint64_t key, int64_t place)
{
    insert(queue, key)->place = place;
}

static int compare(const void *a, const void *b)
{
    const struct entry *left = *(struct entry *const *)a;
    const struct entry *right = *(struct entry *const *)b;

    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return left->key < right->key ? -1 : left->key > right->key;
}

void queue_sort(struct queue *queue)
{
    struct entry **order =
        mem_dup(queue->entries ? queue->entries : (struct entry *[]){NULL},
                queue->count * sizeof(struct entry *));

    qsort(order, queue->count, sizeof(struct entry *), compare);
    for (size_t i = 0; i < queue->count; i++) {
        order[i]->prev = i > 0 ? order[i - 1] : NULL;
        order[i]->next = i + 1 < queue->count ? order[i + 1] : NULL;
        order[i]->gone = false;
    }
    queue->live = queue->count;
    queue->first = queue->count > 0 ? order[0] : NULL;
    queue->last = queue->count > 0 ? order[queue->count - 1] : NULL;
    mem_free(order);
}

/* ---- requests ---- */

uint64_t queue_put(struct queue *queue, struct session_record *record)
{
    struct entry *entry = record->key ? find(queue, record->key) : NULL;

    if (record->key > queue->last_key ||
        ((!entry || entry->gone) && queue->live >= SESSION_ROWS)) {
        mem_free(record);
        return 0;
    }
    if (record->key == 0)
        record->key = ++queue->last_key;
    if (!entry)
        entry = insert(queue, record->key);
    if (entry->gone)
        link_entry(queue, entry, NULL);
    mem_free(entry->record);
    entry->record = record;
    mark(queue, entry);
    return entry->key;
}

bool queue_remove(struct queue *queue, uint64_t key)
{
    struct entry *entry = find_live(queue, key);

    if (!entry)
        return false;
    unlink_entry(queue, entry);
    MEM_CLEAR(entry->record);
    mark(queue, entry);
    return true;
}

bool queue_move(struct queue *queue, uint64_t key, uint64_t other)
{
    struct entry *entry = find_live(queue, key);
    struct entry *next = other ? find_live(queue, other) : NULL;

    if (!entry || entry == next || (other && !next) || entry->next == next)
        return false;
    unlink_entry(queue, entry);
    link_entry(queue, entry, next);
    mark(queue, entry);
    return true;
}

/* ---- to the disk ---- */

struct change *queue_take(struct queue *queue, size_t *count)
{
    struct change *changes = mem_new(queue->dirty_count * sizeof(*changes));
    struct entry *entry = queue->dirty;

    for (*count = 0; entry; entry = entry->dirty_next) {
        changes[(*count)++] = (struct change){
            .entry = entry,
            .key = entry->key,
            .place = entry->place,
            .record = entry->record,
            .gone = entry->gone,
        };
        entry->record = NULL;
        entry->dirty = false;
    }
    queue->dirty = NULL;
    queue->dirty_count = 0;
    return changes;
}

/* Frees what is removed here and on the disk, in one pass. */
static void sweep(struct queue *queue)
{
    size_t kept = 0;

    for (size_t i = 0; i < queue->count; i++) {
        struct entry *entry = queue->entries[i];

        if (entry->gone && !entry->dirty)
            free_entry(entry);
        else
            queue->entries[kept++] = entry;
    }
    queue->count = kept;
}

void queue_done(struct queue *queue, const struct change *changes, size_t count)
{
    bool any = false;

    for (size_t i = 0; i < count; i++)
        any |= changes[i].gone;
    if (any)
        sweep(queue);
}

void queue_back(struct queue *queue, struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = changes[i].entry;

        if (!entry->gone && !entry->record) {
            entry->record = changes[i].record;
            changes[i].record = NULL;
        }
        mark(queue, entry);
    }
}

void changes_free(struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mem_free(changes[i].record);
    mem_free(changes);
}
