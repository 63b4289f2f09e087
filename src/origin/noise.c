#include "noise.h"

#include <endian.h>
#include <string.h>

enum { WORD = sizeof(uint64_t) };

uint64_t noise_word(uint64_t seed, uint64_t index)
{
    uint64_t word = seed + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);

    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

/* Bytes skip.. of one word, at most len; returns how many. */
static size_t part(uint64_t seed, uint64_t index, size_t skip, void *out,
                   size_t len)
{
    uint64_t word = htole64(noise_word(seed, index));
    size_t count = WORD - skip < len ? WORD - skip : len;

    memcpy(out, (const char *)&word + skip, count);
    return count;
}

void noise_fill(uint64_t seed, uint64_t offset, void *out, size_t len)
{
    uint64_t index = offset / WORD;
    unsigned char *to = out;

    if (offset % WORD != 0 && len > 0) {
        size_t count = part(seed, index++, offset % WORD, to, len);

        to += count;
        len -= count;
    }
    for (; len >= WORD; to += WORD, len -= WORD) {
        uint64_t word = htole64(noise_word(seed, index++));

        memcpy(to, &word, WORD);
    }
    if (len > 0)
        part(seed, index, 0, to, len);
}
