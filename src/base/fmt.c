#include "fmt.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* Text for people. */

/* The divisions are of integers: printf's %f would follow the locale. */
const char *fmt_bytes(char out[FMT_MAX], uint64_t bytes)
{
    static const char units[] = "KMGTPE";
    uint64_t unit = 1024;

    if (bytes < 1000) {
        snprintf(out, FMT_MAX, "%uB", (unsigned)bytes);
        return out;
    }
    for (size_t i = 0; i < sizeof(units) - 1; i++, unit *= 1024) {
        uint64_t rest = bytes % unit;
        uint64_t whole = bytes / unit + (rest >= unit / 2);
        unsigned tenths;

        if (whole >= 1000)
            continue;
        tenths = (unsigned)(bytes / unit * 10 + (rest * 10 + unit / 2) / unit);
        if (tenths < 100)
            snprintf(out, FMT_MAX, "%u.%u%c", tenths / 10, tenths % 10,
                     units[i]);
        else
            snprintf(out, FMT_MAX, "%u%c", (unsigned)whole, units[i]);
        break;
    }
    return out;
}

const char *fmt_rate(char out[FMT_MAX], uint64_t bytes_per_s)
{
    fmt_bytes(out, bytes_per_s);
    memcpy(out + strlen(out), "/s", 3);
    return out;
}

const char *fmt_ms(char out[FMT_MAX], int64_t ms)
{
    int64_t s = ms / 1000;
    int second = (int)(s % 60);
    int minute = (int)(s / 60 % 60);
    int hour = (int)(s / 3600 % 24);

    if (ms < 0)
        snprintf(out, FMT_MAX, "-");
    else if (s < 3600)
        snprintf(out, FMT_MAX, "%d:%02d", minute, second);
    else if (s < 86400)
        snprintf(out, FMT_MAX, "%d:%02d:%02d", hour, minute, second);
    else
        snprintf(out, FMT_MAX, "%lldd%02dh", (long long)(s / 86400), hour);
    return out;
}

/* Values from people. */

/* A decimal number: its whole part and its first six decimals. */
struct decimal {
    int64_t whole;
    int64_t micro;
    bool fraction;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits, or digits "." digits; leaves *text behind them. */
static bool parse_decimal(const char **text, struct decimal *value)
{
    const char *at = *text;

    *value = (struct decimal){0};
    if (!is_digit(*at))
        return false;
    for (; is_digit(*at); at++)
        if (__builtin_mul_overflow(value->whole, 10, &value->whole) ||
            __builtin_add_overflow(value->whole, *at - '0', &value->whole))
            return false;
    if (*at == '.') {
        if (!is_digit(*++at))
            return false;
        for (int place = 100000; is_digit(*at); at++, place /= 10)
            value->micro += (*at - '0') * place;
        value->fraction = true;
    }
    *text = at;
    return true;
}

/* value times unit, which is at most 2^40. */
static bool scale(const struct decimal *value, int64_t unit, int64_t *product)
{
    if (value->fraction && unit == 1)
        return false;
    return !__builtin_mul_overflow(value->whole, unit, product) &&
           !__builtin_add_overflow(*product, value->micro * unit / 1000000,
                                   product);
}

/* Steps over word if text starts with it. */
static bool skip(const char **text, const char *word)
{
    size_t len = strlen(word);

    if (strncmp(*text, word, len) != 0)
        return false;
    *text += len;
    return true;
}

static bool refuse(struct err *err, const char *text, const char *what)
{
    char clean[200];

    fmt_clean(clean, sizeof(clean), text, strlen(text), 40);
    return err_set(err, ERR_USAGE, "'%s' is not %s", clean, what);
}

static int64_t byte_unit(const char **text)
{
    static const struct {
        char letter;
        int64_t unit;
    } units[] = {{'k', 1 << 10},
                 {'K', 1 << 10},
                 {'M', 1 << 20},
                 {'G', 1 << 30},
                 {'T', INT64_C(1) << 40}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (**text == units[i].letter) {
            (*text)++;
            return units[i].unit;
        }
    return 1;
}

bool fmt_parse_bytes(const char *text, uint64_t *bytes, struct err *err)
{
    const char *at = text;
    struct decimal value;
    int64_t unit;
    int64_t product;

    if (!parse_decimal(&at, &value))
        goto bad;
    unit = byte_unit(&at);
    if (!(unit > 1 && skip(&at, "iB")))
        skip(&at, "B");
    skip(&at, "/s");
    if (*at != '\0' || !scale(&value, unit, &product))
        goto bad;
    *bytes = (uint64_t)product;
    return true;
bad:
    return refuse(err, text,
                  "a size: write a number, then k, M, G or T if it is not in "
                  "bytes, e.g. 1.5M");
}

bool fmt_parse_ms(const char *text, int64_t *ms, struct err *err)
{
    const char *at = text;
    struct decimal value;
    int64_t unit = 1000;
    int64_t product;

    if (!parse_decimal(&at, &value))
        goto bad;
    if (skip(&at, "ms"))
        unit = 1;
    else if (skip(&at, "m"))
        unit = 60 * 1000;
    else if (skip(&at, "h"))
        unit = 60 * 60 * 1000;
    else
        skip(&at, "s");
    if (*at != '\0' || !scale(&value, unit, &product))
        goto bad;
    *ms = product;
    return true;
bad:
    return refuse(err, text,
                  "a time: write a number, then ms, s, m or h, e.g. 1.5m");
}

bool fmt_parse_int(const char *text, int64_t low, int64_t high, int64_t *value,
                   struct err *err)
{
    const char *at = text;
    bool minus = skip(&at, "-");
    char what[96];
    int64_t sum = 0;

    if (!is_digit(*at))
        goto bad;
    /* Counted below zero, where INT64_MIN has room. */
    for (; is_digit(*at); at++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, *at - '0', &sum))
            goto bad;
    if (*at != '\0' || (!minus && __builtin_sub_overflow(0, sum, &sum)))
        goto bad;
    if (sum < low || sum > high)
        goto bad;
    *value = sum;
    return true;
bad:
    snprintf(what, sizeof(what), "a whole number from %lld to %lld",
             (long long)low, (long long)high);
    return refuse(err, text, what);
}

/* Outside text. */

size_t fmt_utf8(const char *text, size_t len, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char lead;
    uint32_t sum;
    size_t want;

    if (len == 0)
        return 0;
    lead = (unsigned char)text[0];
    if (lead < 0x80) {
        *code = lead;
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (len < want)
        return 0;
    sum = lead & (0x7fu >> want);
    for (size_t i = 1; i < want; i++) {
        unsigned char next = (unsigned char)text[i];

        if ((next & 0xc0) != 0x80)
            return 0;
        sum = sum << 6 | (next & 0x3fu);
    }
    if (sum < least[want] || sum > 0x10ffff || (sum >= 0xd800 && sum <= 0xdfff))
        return 0;
    *code = sum;
    return want;
}

bool fmt_unsafe(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},     {0x61c, 0x61c},
        {0x180e, 0x180e},   {0x200b, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f},   {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
        {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static bool locale_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* One thing to show: a code point of the input made harmless. */
struct glyph {
    char bytes[4];
    size_t len;     /* of bytes */
    size_t columns; /* 0: belongs to the one before */
};

/* Where a text may end. */
struct place {
    size_t len;
    size_t columns;
};

static void set_glyph(struct glyph *glyph, const char *bytes, size_t len,
                      size_t columns)
{
    memcpy(glyph->bytes, bytes, len);
    glyph->len = len;
    glyph->columns = columns;
}

/* Makes a glyph of what text starts with; returns the bytes used of it. */
static size_t next_glyph(struct glyph *glyph, const char *text, size_t len,
                         bool utf8)
{
    uint32_t code = 0;
    size_t used;
    int width = -1;

    /* Most text is this; so no more is asked about it. */
    if (*text >= ' ' && *text <= '~') {
        set_glyph(glyph, text, 1, 1);
        return 1;
    }
    used = fmt_utf8(text, len, &code);

    if (used == 1 && (code == '\t' || code == '\n')) {
        set_glyph(glyph, " ", 1, 1);
        return 1;
    }
    /* wchar_t is ISO 10646 wherever this builds, in a UTF-8 locale. */
    if (used > 0 && (utf8 || code < 0x80) && !fmt_unsafe(code))
        width = wcwidth((wchar_t)code);
    if (width >= 0)
        set_glyph(glyph, text, used, (size_t)width);
    else if (utf8)
        set_glyph(glyph, "\xef\xbf\xbd", 3, 1);
    else
        set_glyph(glyph, "?", 1, 1);
    return used > 0 ? used : 1;
}

size_t fmt_clean(char *out, size_t size, const char *text, size_t len,
                 size_t columns)
{
    bool utf8 = locale_is_utf8();
    const char *dots = utf8 ? "\xe2\x80\xa6" : "...";
    struct place dot = {.len = 3, .columns = utf8 ? 1 : 3};
    bool mark = columns >= 4 && size > dot.len;
    struct place now = {0};  /* what is written */
    struct place base = {0}; /* before the last base character */
    struct place room = {0}; /* the last base at which dots still fit */

    if (size == 0)
        return 0;
    for (size_t i = 0; i < len;) {
        struct glyph glyph;

        i += next_glyph(&glyph, text + i, len - i, utf8);
        /* A mark without a base would join what is left of the text. */
        if (glyph.columns == 0 && now.len == 0)
            set_glyph(&glyph, "\xef\xbf\xbd", 3, 1);
        if (glyph.columns > 0) {
            base = now;
            if (now.columns + dot.columns <= columns &&
                now.len + dot.len < size)
                room = now;
        }
        if (glyph.columns > columns - now.columns ||
            glyph.len >= size - now.len) {
            now = base;
            if (mark) {
                now = (struct place){.len = room.len + dot.len,
                                     .columns = room.columns + dot.columns};
                memcpy(out + room.len, dots, dot.len);
            }
            break;
        }
        memcpy(out + now.len, glyph.bytes, glyph.len);
        now.len += glyph.len;
        now.columns += glyph.columns;
    }
    out[now.len] = '\0';
    return now.columns;
}

size_t fmt_columns(const char *text)
{
    size_t len = strlen(text);
    size_t columns = 0;
    bool utf8 = locale_is_utf8();

    for (size_t i = 0; i < len;) {
        struct glyph glyph;

        i += next_glyph(&glyph, text + i, len - i, utf8);
        columns += glyph.columns;
    }
    return columns;
}
