/* Every part of an entry counts for its hash. */
#include "account/chain.h"

#include "tap.h"

static const unsigned char zero[ENTRY_CHAIN];

static struct entry sample(void)
{
    struct entry entry = {
        .id = 7,
        .ts_ms = 1700000000000,
        .group = 7,
        .kind = ENTRY_POST,
        .from = 1,
        .to = 3,
        .minor = 100,
        .from_balance = -100,
        .to_balance = 100,
        .from_prev = 5,
        .to_prev = 6,
        .has_key = true,
        .key = {.bytes = {1, 2, 3}},
        .hash = {4, 5, 6},
        .channel = "alipay",
        .memo = "lunch",
    };

    return entry;
}

/* The hash of what differs in one place. */
static void differs(const char *what, const struct entry *entry,
                    const struct holder *opened)
{
    struct chain *chain = chain_new();
    struct entry first = sample();
    unsigned char a[ENTRY_CHAIN];
    unsigned char b[ENTRY_CHAIN];

    chain_next(chain, zero, &first, NULL, a);
    chain_next(chain, zero, entry, opened, b);
    tap_ok(memcmp(a, b, ENTRY_CHAIN) != 0, "%s", what);
    chain_free(chain);
}

#define DIFFERS(change)                 \
    do {                                \
        struct entry entry = sample();  \
        entry.change;                   \
        differs(#change, &entry, NULL); \
    } while (0)

static void test_known(void)
{
    static const unsigned char want[] = {0xba, 0x78, 0x16, 0xbf};
    unsigned char got[ENTRY_CHAIN];
    struct chain *chain = chain_new();

    chain_digest(chain, "abc", 3, got);
    tap_ok(memcmp(got, want, sizeof(want)) == 0, "SHA-256 of \"abc\"");
    chain_free(chain);
}

static void test_order(void)
{
    struct chain *chain = chain_new();
    struct entry entry = sample();
    unsigned char a[ENTRY_CHAIN];
    unsigned char b[ENTRY_CHAIN];

    chain_next(chain, zero, &entry, NULL, a);
    chain_next(chain, zero, &entry, NULL, b);
    tap_ok(memcmp(a, b, ENTRY_CHAIN) == 0, "the same gives the same");
    chain_next(chain, a, &entry, NULL, a);
    tap_ok(memcmp(a, b, ENTRY_CHAIN) != 0, "what came before counts");
    chain_free(chain);
}

int main(void)
{
    struct entry opening = sample();
    const struct holder holder = {.name = "cash", .currency = "CNY"};

    test_known();
    test_order();
    DIFFERS(id++);
    DIFFERS(ts_ms++);
    DIFFERS(group++);
    DIFFERS(kind = ENTRY_REVERSE);
    DIFFERS(from++);
    DIFFERS(to++);
    DIFFERS(minor++);
    DIFFERS(from_balance++);
    DIFFERS(to_balance++);
    DIFFERS(from_prev++);
    DIFFERS(to_prev++);
    DIFFERS(ref++);
    DIFFERS(due_ms++);
    DIFFERS(has_key = false);
    DIFFERS(key.bytes[15]++);
    DIFFERS(hash[15]++);
    DIFFERS(channel[6] = 'x');
    DIFFERS(memo[0] = 'b');
    differs("the account that is opened", &opening, &holder);
    return tap_done();
}
