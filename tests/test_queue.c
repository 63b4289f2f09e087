#include "session/queue.h"

#include <string.h>

#include "base/mem.h"
#include "session/record.h"
#include "tap.h"

enum { KEYS_MAX = 64, STEPS = 20000 };

static struct session_record *record(uint64_t key, uint64_t bytes)
{
    static const char *const urls[] = {"http://a/"};
    const struct session_record model = {
        .key = key,
        .urls = urls,
        .url_count = 1,
        .bytes = bytes,
    };

    return record_copy(&model);
}

/* What a disk would hold. */
static struct {
    struct {
        bool there;
        uint64_t bytes;
        int64_t place;
    } rows[KEYS_MAX + 1];
    size_t written;
} disk;

static void write_all(const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct change *change = &changes[i];

        disk.rows[change->key].there = !change->gone;
        disk.rows[change->key].place = change->place;
        if (change->record)
            disk.rows[change->key].bytes = change->record->bytes;
    }
    disk.written += count;
}

static void flush(struct queue *queue)
{
    size_t count;
    struct change *changes = queue_take(queue, &count);

    write_all(changes, count);
    queue_done(queue, changes, count);
    changes_free(changes, count);
}

/* The keys on the disk in their order, "3 1 2". */
static const char *shown(void)
{
    static char text[400];
    bool used[KEYS_MAX + 1] = {false};
    size_t len = 0;

    text[0] = '\0';
    for (;;) {
        size_t best = 0;

        for (size_t key = 1; key <= KEYS_MAX; key++)
            if (disk.rows[key].there && !used[key] &&
                (!best || disk.rows[key].place < disk.rows[best].place))
                best = key;
        if (!best)
            return text;
        used[best] = true;
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%zu",
                                len ? " " : "", best);
    }
}

static void fill(struct queue *queue, uint64_t count)
{
    memset(&disk, 0, sizeof(disk));
    queue_init(queue, 0);
    for (uint64_t i = 1; i <= count; i++)
        queue_put(queue, record(0, i));
    flush(queue);
}

static void test_order(void)
{
    struct queue queue;

    fill(&queue, 4);
    tap_is(shown(), "1 2 3 4", "as they came");
    tap_int((long long)disk.written, 4, "each written once");
    tap_ok(queue_move(&queue, 4, 1), "the last to the front");
    flush(&queue);
    tap_is(shown(), "4 1 2 3", "is there");
    tap_int((long long)disk.written, 5, "by one change");
    queue_move(&queue, 1, 0);
    queue_move(&queue, 4, 3);
    flush(&queue);
    tap_is(shown(), "2 4 3 1", "to the end, to the middle");
    tap_ok(!queue_move(&queue, 4, 3) && !queue_move(&queue, 1, 0) &&
               !queue_move(&queue, 9, 1) && !queue_move(&queue, 1, 9) &&
               !queue_move(&queue, 1, 1) && !queue.dirty,
           "moves to where it is, and of what is not there");
    tap_ok(queue_remove(&queue, 4) && !queue_remove(&queue, 4) &&
               !queue_remove(&queue, 9),
           "removed once");
    tap_ok(!queue_move(&queue, 4, 0) && !queue_move(&queue, 1, 4),
           "what is gone is no neighbour");
    flush(&queue);
    tap_is(shown(), "2 3 1", "gone");
    tap_int((long long)queue.count, 3, "and forgotten");
    tap_int((long long)queue_put(&queue, record(4, 40)), 4, "taken back");
    tap_int((long long)queue_put(&queue, record(2, 20)), 2, "and another put");
    flush(&queue);
    tap_is(shown(), "2 3 1 4", "at the end; the other in its place");
    tap_ok(queue_put(&queue, record(5, 0)) == 0 && queue.live == 4,
           "a key that never was given");
    tap_int((long long)queue_put(&queue, record(0, 0)), 5, "the next key");
    queue_fini(&queue);
}

static void test_coalesce(void)
{
    struct change *changes;
    struct queue queue;
    size_t count;

    fill(&queue, 2);
    disk.written = 0;
    for (uint64_t i = 0; i < 1000; i++)
        queue_put(&queue, record(1, i));
    queue_remove(&queue, 2);
    queue_put(&queue, record(2, 7));
    queue_remove(&queue, 2);
    flush(&queue);
    tap_ok(disk.written == 2 && disk.rows[1].bytes == 999 &&
               !disk.rows[2].there,
           "the last word on each key is written");

    queue_put(&queue, record(1, 1));
    changes = queue_take(&queue, &count);
    queue_move(&queue, 1, 0);
    queue_back(&queue, changes, count);
    changes_free(changes, count);
    flush(&queue);
    tap_int((long long)disk.rows[1].bytes, 1, "what failed is written later");

    queue_put(&queue, record(1, 2));
    changes = queue_take(&queue, &count);
    queue_put(&queue, record(1, 3));
    queue_back(&queue, changes, count);
    changes_free(changes, count);
    flush(&queue);
    tap_int((long long)disk.rows[1].bytes, 3, "but not over what is newer");

    queue_remove(&queue, 1);
    changes = queue_take(&queue, &count);
    queue_put(&queue, record(1, 4));
    write_all(changes, count);
    queue_done(&queue, changes, count);
    changes_free(changes, count);
    flush(&queue);
    tap_ok(disk.rows[1].there && disk.rows[1].bytes == 4,
           "taken back while its removal was written");
    queue_fini(&queue);
}

/* Moves to one place use up the room there. */
static void test_crowd(void)
{
    struct queue queue;
    bool ok = true;

    fill(&queue, 3);
    for (int i = 0; i < 1000; i++) {
        queue_move(&queue, i % 2 ? 2 : 3, i % 2 ? 3 : 2);
        flush(&queue);
        ok = ok && strcmp(shown(), i % 2 ? "1 2 3" : "1 3 2") == 0;
    }
    tap_ok(ok, "1,000 moves behind the first: last %s", shown());
    queue_fini(&queue);
}

/* Places as a stranger may have written them. */
static void test_places(void)
{
    static const int64_t places[] = {INT64_MAX, INT64_MIN, 5, 5, INT64_MAX};
    struct queue queue;

    memset(&disk, 0, sizeof(disk));
    queue_init(&queue, 5);
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        queue_load(&queue, i + 1, places[i]);
        disk.rows[i + 1].there = true;
        disk.rows[i + 1].place = places[i];
    }
    queue_sort(&queue);
    tap_is(shown(), "2 3 4 1 5", "equal ones by key");
    queue_put(&queue, record(0, 0));
    flush(&queue);
    tap_is(shown(), "2 3 4 1 5 6", "one behind the last number");
    queue_move(&queue, 6, 2);
    queue_move(&queue, 5, 4);
    flush(&queue);
    tap_is(shown(), "6 2 3 5 4 1", "before the first, between equals");
    queue_fini(&queue);
    queue_init(&queue, 0);
    queue_sort(&queue);
    tap_ok(!queue.first && !queue.last, "none at all");
    queue_fini(&queue);
}

/* ---- at random, against an array ---- */

static uint32_t seed = 1;

static unsigned random_below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % limit;
}

struct model {
    uint64_t keys[KEYS_MAX];
    uint64_t bytes[KEYS_MAX + 1];
    size_t count;
    uint64_t last;
};

static size_t slot_of(const struct model *model, uint64_t key)
{
    size_t i = 0;

    while (i < model->count && model->keys[i] != key)
        i++;
    return i;
}

static void model_remove(struct model *model, uint64_t key)
{
    size_t slot = slot_of(model, key);

    if (slot == model->count)
        return;
    model->count--;
    memmove(&model->keys[slot], &model->keys[slot + 1],
            (model->count - slot) * sizeof(uint64_t));
}

static void model_insert(struct model *model, uint64_t key, uint64_t other)
{
    size_t slot = slot_of(model, other);

    memmove(&model->keys[slot + 1], &model->keys[slot],
            (model->count - slot) * sizeof(uint64_t));
    model->keys[slot] = key;
    model->count++;
}

static void model_put(struct model *model, uint64_t key, uint64_t bytes)
{
    if (key > model->last)
        return;
    if (key == 0)
        key = ++model->last;
    if (slot_of(model, key) == model->count)
        model_insert(model, key, 0);
    model->bytes[key] = bytes;
}

static void model_move(struct model *model, uint64_t key, uint64_t other)
{
    if (key == other || slot_of(model, key) == model->count ||
        (other && slot_of(model, other) == model->count))
        return;
    model_remove(model, key);
    model_insert(model, key, other);
}

static void do_step(struct queue *queue, struct model *model, uint64_t bytes)
{
    uint64_t key = random_below(KEYS_MAX + 1);
    uint64_t other = random_below(KEYS_MAX + 1);

    switch (random_below(4)) {
    case 0:
        if (key == 0 && model->last == KEYS_MAX)
            return;
        queue_put(queue, record(key, bytes));
        model_put(model, key, bytes);
        return;
    case 1:
        if (random_below(3) > 0)
            return;
        queue_remove(queue, key);
        model_remove(model, key);
        return;
    default:
        queue_move(queue, key, other);
        model_move(model, key, other);
    }
}

static bool same(const struct model *model)
{
    char want[400] = "";
    size_t len = 0;
    bool ok = true;

    for (size_t i = 0; i < model->count; i++) {
        uint64_t key = model->keys[i];

        len += (size_t)snprintf(want + len, sizeof(want) - len, "%s%llu",
                                len ? " " : "", (unsigned long long)key);
        ok = ok && disk.rows[key].bytes == model->bytes[key];
    }
    return ok && strcmp(shown(), want) == 0;
}

/* A write is out while more requests come; then it has worked or not. */
static void test_random(void)
{
    struct model model = {.count = 0};
    struct queue queue;
    bool ok = true;
    uint64_t bytes = 0;

    fill(&queue, 0);
    while (bytes < STEPS) {
        struct change *changes;
        size_t count;

        for (unsigned i = random_below(9); i > 0; i--)
            do_step(&queue, &model, ++bytes);
        changes = queue_take(&queue, &count);
        for (unsigned i = random_below(9); i > 0; i--)
            do_step(&queue, &model, ++bytes);
        if (random_below(2)) {
            queue_back(&queue, changes, count);
        } else {
            write_all(changes, count);
            queue_done(&queue, changes, count);
        }
        changes_free(changes, count);
        if (random_below(8) == 0) {
            flush(&queue);
            ok = ok && same(&model) && queue.live == model.count;
        }
    }
    tap_ok(ok && model.count > 4, "%d steps: the disk follows, %zu rows", STEPS,
           model.count);
    queue_fini(&queue);
}

int main(void)
{
    test_order();
    test_coalesce();
    test_crowd();
    test_places();
    test_random();
    return tap_done();
}
