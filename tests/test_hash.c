#include "fetch/hash.h"

#include "tap.h"

/* The paper's own example, appendix A: key 00..0f, text 00..0e. */
static void test_vectors(void)
{
    struct hash_key key = {.k0 = UINT64_C(0x0706050403020100),
                           .k1 = UINT64_C(0x0f0e0d0c0b0a0908)};
    unsigned char text[15];

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (unsigned char)i;
    tap_ok(hash_bytes(&key, text, 15) == UINT64_C(0xa129ca6149be45e5),
           "15 bytes");
    tap_ok(hash_bytes(&key, text, 0) == UINT64_C(0x726fdb47dd0e0e31),
           "no bytes");
    tap_ok(hash_bytes(&key, text, 8) == UINT64_C(0x93f5f5799a932462),
           "one whole word");
}

static void test_random_keys(void)
{
    struct hash_key a;
    struct hash_key b;

    hash_key_random(&a);
    hash_key_random(&b);
    tap_ok(a.k0 != b.k0 && a.k1 != b.k1, "no two keys are the same");
    tap_ok(hash_bytes(&a, "x", 1) != hash_bytes(&b, "x", 1),
           "the key makes the difference");
}

int main(void)
{
    test_vectors();
    test_random_keys();
    return tap_done();
}
