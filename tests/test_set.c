#include "fetch/set.h"

#include "tap.h"

/* Well mixed, as the set wants it (the finaliser of splitmix64). */
static uint64_t mixed(uint64_t n)
{
    n += UINT64_C(0x9e3779b97f4a7c15);
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
    return n ^ n >> 31;
}

static void test_many(void)
{
    enum { MANY = 300000 };
    struct set set;
    bool fresh = true;
    bool known = true;
    bool small = true;

    set_init(&set);
    for (uint64_t i = 0; i < MANY; i++) {
        fresh = fresh && set_add(&set, mixed(i));
        small = small && (set.count < 64 ||
                          set.room * sizeof(*set.slots) <= set.count * 32);
    }
    for (uint64_t i = 0; i < MANY; i++)
        known = known && !set_add(&set, mixed(i));
    tap_ok(fresh, "each is new once");
    tap_ok(known, "and then known, also after the table has grown");
    tap_int((long long)set.count, MANY, "counted once");
    tap_ok(small, "at most 32 bytes an entry");
    set_fini(&set);
    tap_ok(!set.slots && set.room == 0 && set.count == 0, "empty after _fini");
}

/* All in one place of the table, around its end. */
static void test_crowded(void)
{
    struct set set;
    bool ok = true;

    set_init(&set);
    for (uint64_t i = 1; i <= 1000; i++)
        ok = ok && set_add(&set, i << 32 | 0xffff);
    for (uint64_t i = 1; i <= 1000; i++)
        ok = ok && !set_add(&set, i << 32 | 0xffff);
    tap_ok(ok, "hashes that meet in one slot are told apart");
    set_fini(&set);
}

static void test_zero(void)
{
    struct set set;

    set_init(&set);
    tap_ok(set_add(&set, 0) && !set_add(&set, 0), "the hash 0 is one, too");
    tap_int((long long)set.count, 1, "and counts");
    set_fini(&set);
}

int main(void)
{
    test_many();
    test_crowded();
    test_zero();
    return tap_done();
}
