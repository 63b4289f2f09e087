/* The key of a request: 16 bytes that are never used for another one. Keys made
 * here are UUIDs of version 7 (RFC 9562, section 5.7), big-endian and so in the
 * order of time, which keeps an index of them small and fast. Pure, any thread.
 */
#ifndef ACCOUNT_KEY_H
#define ACCOUNT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { KEY_BYTES = 16, KEY_TEXT = 37, KEY_WORDS_MAX = 200 };

struct key {
    unsigned char bytes[KEY_BYTES];
};

/* A maker of keys: one for each process, used under its owner's lock. */
struct key_maker {
    uint64_t last; /* time and counter of the last one */
    uint64_t salt; /* this process's random bits */
};

void key_maker_init(struct key_maker *maker);

/* A key above all that the maker has made before, whatever the clock does. */
struct key key_make(struct key_maker *maker, int64_t wall_ms);

/* "0192f0c1-7d2a-7000-8a3b-0123456789ab" */
const char *key_text(char out[KEY_TEXT], const struct key *key);

/* Reads that form, in small letters or capitals. Any other words, as "order
 * 4711" or another system's id, give a key made of them: a UUID of version 8
 * with their SHA-256, the same every time. ERR_USAGE: no words, or more than
 * KEY_WORDS_MAX bytes. */
bool key_read(const char *text, struct key *key, struct err *err)
    __attribute__((warn_unused_result));

/* The same of bytes: a key made of data. */
struct key key_of(const void *data, size_t size);

#endif
