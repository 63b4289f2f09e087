#include "key.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

void key_maker_init(struct key_maker *maker)
{
    maker->last = 0;
    /* Without randomness yet: a process and its time are still its own. */
    if (getrandom(&maker->salt, sizeof(maker->salt), 0) !=
        (ssize_t)sizeof(maker->salt))
        maker->salt =
            (uint64_t)clock_ns() * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid();
}

static void put(unsigned char *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(value >> (56 - 8 * i));
}

/* The 12 bits behind the milliseconds are a counter that may run over into
 * them: at more than 4096 keys in a millisecond, time is ahead. */
struct key key_make(struct key_maker *maker, int64_t wall_ms)
{
    uint64_t now = (uint64_t)(wall_ms > 0 ? wall_ms : 0) << 12;
    struct key key;

    maker->last = now > maker->last ? now : maker->last + 1;
    put(key.bytes, maker->last >> 12 << 16 | 0x7000 | (maker->last & 0xfff));
    put(key.bytes + 8, maker->salt >> 2 | (uint64_t)2 << 62);
    return key;
}

static bool is_dash_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

const char *key_text(char out[KEY_TEXT], const struct key *key)
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;

    for (size_t i = 0; i < KEY_BYTES; i++) {
        if (is_dash_place(at))
            out[at++] = '-';
        out[at++] = digits[key->bytes[i] >> 4];
        out[at++] = digits[key->bytes[i] & 15];
    }
    out[at] = '\0';
    return out;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_uuid(const char *text, struct key *key)
{
    size_t nibbles = 0;

    if (strlen(text) != KEY_TEXT - 1)
        return false;
    for (size_t i = 0; i < KEY_TEXT - 1; i++) {
        int value = digit(text[i]);

        if (is_dash_place(i) ? text[i] != '-' : value < 0)
            return false;
        if (is_dash_place(i))
            continue;
        key->bytes[nibbles / 2] =
            (unsigned char)(key->bytes[nibbles / 2] << 4 | value);
        nibbles++;
    }
    return true;
}

/* libcrypto fails here only without memory. */
struct key key_of(const void *data, size_t size)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct key key;

    if (!EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL))
        abort();
    memcpy(key.bytes, digest, KEY_BYTES);
    key.bytes[6] = (unsigned char)(0x80 | (key.bytes[6] & 0x0f));
    key.bytes[8] = (unsigned char)(0x80 | (key.bytes[8] & 0x3f));
    return key;
}

bool key_read(const char *text, struct key *key, struct err *err)
{
    size_t len = strlen(text);
    struct key read = {.bytes = {0}};

    if (len == 0 || len > KEY_WORDS_MAX)
        return err_set(err, ERR_USAGE, "a key has 1 to %d bytes",
                       KEY_WORDS_MAX);
    if (!read_uuid(text, &read))
        read = key_of(text, len);
    *key = read;
    return true;
}
