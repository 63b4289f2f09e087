#include "hash.h"

#include <sys/random.h>

#include "base/clock.h"

void hash_key_random(struct hash_key *key)
{
    /* Fails only before the kernel has gathered its first randomness, or where
     * a sandbox forbids the call: still better than a constant. */
    if (getrandom(key, sizeof(*key), 0) != (ssize_t)sizeof(*key)) {
        key->k0 = (uint64_t)clock_ns();
        key->k1 = (uint64_t)(uintptr_t)key;
    }
}

struct state {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
};

static uint64_t turn(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(struct state *s, int rounds)
{
    while (rounds-- > 0) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = turn(s->v1, 13) ^ s->v0;
        s->v3 = turn(s->v3, 16) ^ s->v2;
        s->v0 = turn(s->v0, 32);
        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = turn(s->v1, 17) ^ s->v2;
        s->v3 = turn(s->v3, 21) ^ s->v0;
        s->v2 = turn(s->v2, 32);
    }
}

static void take(struct state *s, uint64_t word)
{
    s->v3 ^= word;
    mix(s, 2);
    s->v0 ^= word;
}

/* Up to eight bytes, the first one lowest on every machine. */
static uint64_t load(const unsigned char *data, size_t len)
{
    uint64_t word = 0;

    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)data[i] << (8 * i);
    return word;
}

uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len)
{
    const unsigned char *at = data;
    struct state s = {.v0 = key->k0 ^ UINT64_C(0x736f6d6570736575),
                      .v1 = key->k1 ^ UINT64_C(0x646f72616e646f6d),
                      .v2 = key->k0 ^ UINT64_C(0x6c7967656e657261),
                      .v3 = key->k1 ^ UINT64_C(0x7465646279746573)};
    size_t left = len;

    for (; left >= 8; left -= 8, at += 8)
        take(&s, load(at, 8));
    take(&s, load(at, left) | (uint64_t)len << 56);
    s.v2 ^= 0xff;
    mix(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
