/* The roll against a plain array: the same entries in the same order after any
 * number of insertions, removals and marks. */
#include "fetch/roll.h"

#include <stdlib.h>
#include <time.h>

#include "tap.h"

enum { MOST = 4000, ROUNDS = 60000 };

static struct roll_entry entries[MOST];
static struct roll_entry *model[MOST];
static size_t model_count;
static uint64_t state;

/* xorshift64*, so that a printed seed repeats a run anywhere. */
static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1dU >> 16) % below;
}

static bool same(const struct roll *roll)
{
    struct roll_walk all = roll_seek(roll, 0, false);
    struct roll_walk active = roll_seek(roll, 0, true);

    for (size_t i = 0; i < model_count; i++) {
        if (roll_next(&all) != model[i] ||
            roll_find(roll, model[i]->id) != model[i] ||
            (i > 0 && model[i - 1]->place >= model[i]->place))
            return false;
        if (model[i]->active && roll_next(&active) != model[i])
            return false;
    }
    return roll->count == model_count && !roll_next(&all) &&
           !roll_next(&active);
}

static void insert(struct roll *roll, struct roll_entry *entry, size_t at)
{
    roll_insert(roll, entry, at < model_count ? model[at] : NULL);
    memmove(&model[at + 1], &model[at], (model_count - at) * sizeof(*model));
    model[at] = entry;
    model_count++;
}

static void take_out(struct roll *roll, size_t at)
{
    roll_remove(roll, model[at]);
    model_count--;
    memmove(&model[at], &model[at + 1], (model_count - at) * sizeof(*model));
}

static bool seeks(const struct roll *roll)
{
    size_t active = 0;

    for (size_t i = 0; i < model_count; i++) {
        struct roll_walk walk = roll_seek(roll, i, false);

        if (roll_next(&walk) != model[i] || roll_position(model[i]) != i)
            return false;
        if (!model[i]->active)
            continue;
        walk = roll_seek(roll, active++, true);
        if (roll_next(&walk) != model[i])
            return false;
    }
    return true;
}

static void test_random(void)
{
    struct roll roll;
    bool ok = true;

    roll_init(&roll);
    for (size_t i = 0; i < MOST; i++)
        entries[i] = (struct roll_entry){.id = i + 1};
    for (size_t round = 0; ok && round < ROUNDS; round++) {
        struct roll_entry *entry = &entries[draw(MOST)];

        if (!entry->chunk)
            insert(&roll, entry,
                   draw(4) ? model_count : (size_t)draw(model_count + 1));
        else if (draw(3) == 0)
            roll_mark(entry, draw(2));
        else if (draw(3) == 0)
            take_out(&roll, (size_t)draw(model_count));
        if (round % 500 == 0)
            ok = same(&roll);
    }
    tap_ok(ok && same(&roll), "random: as an array would be, %zu entries",
           roll.count);
    tap_ok(seeks(&roll), "random: every position is found");
    while (model_count > 0)
        take_out(&roll, (size_t)draw(model_count));
    tap_ok(same(&roll) && !roll.first, "random: and empty again");
    roll_fini(&roll);
}

/* Always before the same one: the places between two run out. */
static void test_crowd(void)
{
    struct roll roll;

    roll_init(&roll);
    for (size_t i = 0; i < MOST; i++) {
        entries[i] = (struct roll_entry){.id = i + 1};
        insert(&roll, &entries[i], model_count ? model_count - 1 : 0);
    }
    tap_ok(same(&roll), "crowd: places are given anew");
    roll_fini(&roll);
    model_count = 0;
}

int main(void)
{
    state = (uint64_t)time(NULL) | 1;
    tap_note("seed %llu", (unsigned long long)state);
    test_random();
    test_crowd();
    return tap_done();
}
