#include "avatar.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "noise.h"

enum {
    FIELDS = 5,
    CHUNK_HEAD = 8,      /* length and type */
    STORED_MAX = 0xffff, /* bytes of one stored block */
    COLOR_INDEXED = 3
};

static const uint64_t avatar_seed = 0x617661746172; /* "avatar" */

static void put_be32(struct str *png, uint32_t value)
{
    unsigned char bytes[] = {(unsigned char)(value >> 24),
                             (unsigned char)(value >> 16),
                             (unsigned char)(value >> 8), (unsigned char)value};

    str_add(png, bytes, sizeof bytes);
}

static void put_byte(struct str *png, unsigned value)
{
    str_putc(png, (char)(unsigned char)value);
}

/* ISO/IEC 15948, annex D: the CRC of a chunk, bit by bit. The pictures are made
 * once, so a table is not worth its lines. */
static uint32_t crc32(const char *data, size_t len)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* RFC 1950 section 8.2. */
static uint32_t adler32(const char *data, size_t len)
{
    uint32_t a = 1;
    uint32_t b = 0;

    for (size_t i = 0; i < len; i++) {
        a = (a + (unsigned char)data[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

/* The chunk's length is known only at its end: returns where it begins. */
static size_t chunk_open(struct str *png, const char *type)
{
    size_t start = png->len;

    put_be32(png, 0);
    str_puts(png, type);
    return start;
}

static void chunk_close(struct str *png, size_t start)
{
    uint32_t len = (uint32_t)(png->len - start - CHUNK_HEAD);

    for (int i = 0; i < 4; i++)
        png->data[start + (size_t)i] =
            (char)(unsigned char)(len >> (24 - 8 * i));
    put_be32(png, crc32(png->data + start + 4, len + 4));
}

/* One bit for each field of the left half and the middle column. */
static bool is_set(uint64_t bits, unsigned row, unsigned column)
{
    unsigned mirrored = column < FIELDS / 2 + 1 ? column : FIELDS - 1 - column;

    return bits >> (row * (FIELDS / 2 + 1) + mirrored) & 1;
}

/* One line: its filter type (0, none), then a palette index for each pixel.
 * Half a field stays free at every edge. */
static void put_line(struct str *pixels, uint64_t bits, unsigned y,
                     unsigned side)
{
    unsigned row = (y * (FIELDS + 1) * 2 / side + 1) / 2;

    put_byte(pixels, 0);
    for (unsigned x = 0; x < side; x++) {
        unsigned column = (x * (FIELDS + 1) * 2 / side + 1) / 2;
        bool inside =
            row >= 1 && row <= FIELDS && column >= 1 && column <= FIELDS;

        put_byte(pixels, inside && is_set(bits, row - 1, column - 1));
    }
}

static void put_stored(struct str *png, const struct str *pixels)
{
    put_byte(png, 0x78); /* deflate, window of 32 KiB */
    put_byte(png, 0x01); /* the check bits for the byte before */
    for (size_t at = 0; at < pixels->len;) {
        size_t left = pixels->len - at;
        unsigned len = (unsigned)(left < STORED_MAX ? left : STORED_MAX);

        put_byte(png, len == left); /* the last block? */
        put_byte(png, len & 0xff);
        put_byte(png, len >> 8);
        put_byte(png, ~len & 0xff);
        put_byte(png, ~len >> 8 & 0xff);
        str_add(png, pixels->data + at, len);
        at += len;
    }
    put_be32(png, adler32(pixels->data, pixels->len));
}

/* Two colours: a light grey, and one that is neither too light nor grey. */
static void put_palette(struct str *png, uint64_t bits)
{
    static const unsigned char back[] = {0xf2, 0xf2, 0xf2};
    unsigned strong = bits >> 56 & 0x3f;
    unsigned weak = bits >> 48 & 0x3f;
    unsigned char front[] = {(unsigned char)(0x30 + weak),
                             (unsigned char)(0x50 + weak),
                             (unsigned char)(0x90 + strong)};
    unsigned turn = (unsigned)(bits >> 40) % 3;
    unsigned char last = front[2];

    front[2] = front[turn];
    front[turn] = last;
    str_add(png, back, sizeof back);
    str_add(png, front, sizeof front);
}

static void put_head(struct str *png, unsigned side)
{
    static const unsigned char rest[] = {8, COLOR_INDEXED, 0, 0, 0};
    size_t chunk = chunk_open(png, "IHDR");

    put_be32(png, side);
    put_be32(png, side);
    str_add(png, rest, sizeof rest);
    chunk_close(png, chunk);
}

void avatar_png(struct str *png, unsigned number, unsigned side)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n";
    uint64_t bits = noise_word(avatar_seed, number);
    struct str pixels;
    size_t chunk;

    str_init(&pixels, (size_t)AVATAR_SIDE_MAX * (AVATAR_SIDE_MAX + 1));
    for (unsigned y = 0; y < side; y++)
        put_line(&pixels, bits, y, side);
    str_add(png, signature, sizeof signature - 1);
    put_head(png, side);
    chunk = chunk_open(png, "PLTE");
    put_palette(png, bits);
    chunk_close(png, chunk);
    chunk = chunk_open(png, "IDAT");
    put_stored(png, &pixels);
    chunk_close(png, chunk);
    chunk_close(png, chunk_open(png, "IEND"));
    str_fini(&pixels);
}
