/* A keyed 64-bit hash (SipHash-2-4, Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF", 2012): who does not know the key cannot make two names that
 * meet. For tables that hold names from outside. Pure, any thread. */
#ifndef FETCH_HASH_H
#define FETCH_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
    uint64_t k0;
    uint64_t k1;
};

/* A key nobody can guess. For a hash that must be the same in the next run, use
 * a constant key instead. */
void hash_key_random(struct hash_key *key);

uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len);

#endif
