#include "set.h"

#include "base/mem.h"

enum { SET_FIRST = 256 };

void set_init(struct set *set)
{
    *set = (struct set){0};
}

void set_fini(struct set *set)
{
    mem_free(set->slots);
    *set = (struct set){0};
}

/* Where hash is, or where it would go. The hashes are mixed well already; the
 * low bits choose the slot. */
static size_t place(const struct set *set, uint64_t hash)
{
    size_t at = (size_t)hash & (set->room - 1);

    while (set->slots[at] && set->slots[at] != hash)
        at = (at + 1) & (set->room - 1);
    return at;
}

static void grow(struct set *set)
{
    struct set bigger = {.room = set->room ? set->room * 2 : SET_FIRST,
                         .count = set->count};

    bigger.slots = mem_new(bigger.room * sizeof(*bigger.slots));
    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i])
            bigger.slots[place(&bigger, set->slots[i])] = set->slots[i];
    mem_free(set->slots);
    *set = bigger;
}

bool set_add(struct set *set, uint64_t hash)
{
    size_t at;

    if (hash == 0) /* marks an empty slot */
        hash = 1;
    if (set->count * 2 >= set->room)
        grow(set);
    at = place(set, hash);
    if (set->slots[at])
        return false;
    set->slots[at] = hash;
    set->count++;
    return true;
}
