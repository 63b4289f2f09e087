#include "name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/fmt.h"

static const char fallback[] = "download";

/* FNV-1a, 64 bits, over data after what was hashed before. */
static const uint64_t hash_start = 0xcbf29ce484222325U;

static uint64_t hash_add(uint64_t hash, const void *data, size_t len)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    return hash;
}

/* FNV mixes its high bits little; names differ in their last characters. */
static uint64_t hash_end(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
    return hash ^ (hash >> 33);
}

/* The longest prefix of text, no longer than max, that ends between two code
 * points. text is valid UTF-8. */
static size_t prefix(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

static void keep_last(const char **raw, size_t *len)
{
    for (size_t i = *len; i > 0; i--)
        if ((*raw)[i - 1] == '/' || (*raw)[i - 1] == '\\') {
            *raw += i;
            *len -= i;
            return;
        }
}

static bool allowed(uint32_t code)
{
    return code != '/' && code != '\\' && !fmt_unsafe(code);
}

/* Copies with "_" for what may not stay; at most max bytes are of use. */
static bool copy(struct str *out, const char *raw, size_t len, size_t max)
{
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t used = fmt_utf8(raw + i, len - i, &code);
        bool good = used > 0 && allowed(code);

        if (out->len + (good ? used : 1) > max)
            return false;
        if (good)
            str_add(out, raw + i, used);
        else
            str_putc(out, '_');
        i += used ? used : 1;
    }
    return true;
}

/* The extension of a raw name, safe and with its dot; empty if it has none. */
static void raw_ext(struct str *ext, const char *raw, size_t len)
{
    while (len > 0 && (raw[len - 1] == '.' || raw[len - 1] == ' '))
        len--;

    size_t first = len > NAME_EXT * 2 ? len - NAME_EXT * 2 : 0;

    copy(ext, raw + first, len - first, ext->max);
    str_drop(ext, name_ext(ext->data));
}

/* out holds the start of a name that is longer than max. */
static void shorten(struct str *out, const char *raw, size_t len, size_t max)
{
    uint64_t hash = hash_end(hash_add(hash_start, raw, len));
    struct str ext;

    str_init(&ext, (size_t)NAME_EXT * 2);
    raw_ext(&ext, raw, len);
    str_cut(out, prefix(out->data, out->len, max - ext.len - 9));
    str_printf(out, "-%08x%s", (unsigned)(hash & 0xffffffffU), ext.data);
    str_fini(&ext);
}

void name_safe(struct str *out, const char *raw, size_t len,
               enum name_slash slash, size_t max)
{
    if (max < NAME_MIN)
        max = NAME_MIN;
    str_clear(out);
    if (slash == NAME_LAST)
        keep_last(&raw, &len);
    while (len > 0 && *raw == ' ') {
        raw++;
        len--;
    }
    while (len > 0 && (raw[len - 1] == '.' || raw[len - 1] == ' '))
        len--;
    if (len > 0 && (*raw == '.' || *raw == '-'))
        str_putc(out, '_');
    if (!copy(out, raw, len, max))
        shorten(out, raw, len, max);
    if (out->len == 0)
        str_puts(out, fallback);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static void unescape(struct str *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int high = len - i > 2 && text[i] == '%' ? digit(text[i + 1]) : -1;
        int low = high >= 0 ? digit(text[i + 2]) : -1;

        if (low >= 0) {
            str_putc(out, (char)(high << 4 | low));
            i += 2;
        } else {
            str_putc(out, text[i]);
        }
    }
}

static bool is_utf8(const char *text, size_t len)
{
    while (len > 0) {
        uint32_t code;
        size_t used = fmt_utf8(text, len, &code);

        if (used == 0)
            return false;
        text += used;
        len -= used;
    }
    return true;
}

bool name_decode(struct str *out, const char *component, size_t len, size_t max)
{
    struct str plain;
    bool ok;

    str_clear(out);
    str_init(&plain, len);
    unescape(&plain, component, len);
    ok = plain.len > 0 && strcmp(plain.data, ".") != 0 &&
         strcmp(plain.data, "..") != 0;
    if (ok && is_utf8(plain.data, plain.len))
        name_safe(out, plain.data, plain.len, NAME_REPLACE, max);
    else if (ok)
        name_safe(out, component, len, NAME_REPLACE, max);
    str_fini(&plain);
    return ok;
}

bool name_from_url(struct str *out, const char *url, size_t max)
{
    size_t end = strcspn(url, "?#");
    const char *authority = memmem(url, end, "://", 3);
    const char *path = authority ? authority + 3 : url;
    const char *last;

    str_clear(out);
    path = memchr(path, '/', (size_t)(url + end - path));
    if (!path)
        return false;
    last = memrchr(path, '/', (size_t)(url + end - path));
    last++;
    return name_decode(out, last, (size_t)(url + end - last), max);
}

/* Whether the bytes from dot to end can be an extension: a number is more
 * likely a version, and words after a full stop a sentence. */
static bool is_ext(const char *dot, const char *end)
{
    bool number = true;

    if (end - dot < 2 || end - dot > NAME_EXT)
        return false;
    for (const char *at = dot + 1; at < end; at++) {
        if (*at == ' ')
            return false;
        if (*at < '0' || *at > '9')
            number = false;
    }
    return !number;
}

size_t name_ext(const char *name)
{
    static const char tar[] = ".tar";
    size_t len = strlen(name);
    size_t inner = sizeof(tar) - 1;
    const char *dot = strrchr(name, '.');
    size_t at;

    if (!dot || dot == name || !is_ext(dot, name + len))
        return len;
    at = (size_t)(dot - name);
    if (at > inner && strncasecmp(dot - inner, tar, inner) == 0 &&
        len - at + inner <= NAME_EXT)
        at -= inner;
    return at;
}

void name_numbered(struct str *out, const char *name, unsigned n, size_t max)
{
    size_t at = name_ext(name);
    char number[16];
    size_t tail = strlen(name + at);
    int digits = snprintf(number, sizeof(number), ".%u", n);

    if (max < NAME_MIN)
        max = NAME_MIN;
    str_clear(out);
    str_add(out, name, prefix(name, at, max - tail - (size_t)digits));
    str_puts(out, number);
    str_puts(out, name + at);
}

void name_part(struct str *out, const char *name, const char *url,
               const char *suffix)
{
    size_t len = strlen(name);
    size_t used = prefix(name, len, (size_t)NAME_MAX_BYTES - 9 - NAME_EXT);
    uint64_t hash = hash_add(hash_start, url, strlen(url));

    if (used < len)
        hash = hash_add(hash, name, len + 1);
    str_clear(out);
    str_add(out, name, used);
    str_printf(out, "-%08x%s", (unsigned)(hash_end(hash) & 0xffffffffU),
               suffix);
}

/* The NUL keeps "a", "bc" apart from "ab", "c". */
uint64_t name_hash(const char *folder, const char *name)
{
    uint64_t hash = hash_add(hash_start, folder, strlen(folder) + 1);

    return hash_end(hash_add(hash, name, strlen(name)));
}

static uint64_t fold_add(uint64_t hash, const char *text)
{
    size_t len = strlen(text);
    utf8proc_uint8_t *folded;
    utf8proc_ssize_t got = utf8proc_map(
        (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, &folded,
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);

    if (got < 0) {
        for (size_t i = 0; i < len; i++) {
            char c = text[i];

            if (c >= 'A' && c <= 'Z')
                c = (char)(c - 'A' + 'a');
            hash = hash_add(hash, &c, 1);
        }
        return hash;
    }
    hash = hash_add(hash, folded, (size_t)got);
    free(folded);
    return hash;
}

uint64_t name_fold_hash(const char *folder, const char *name)
{
    uint64_t hash = hash_add(fold_add(hash_start, folder), "", 1);

    return hash_end(fold_add(hash, name));
}
