#include "digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "base/fmt.h"

static const struct {
    const char *name;
    const char *dashed;  /* as in RFC 9530 */
    const char *openssl; /* as openssl-dgst(1) prints it */
    size_t len;
    const EVP_MD *(*evp)(void);
} algos[DIGEST_ALGOS] = {
    [DIGEST_NONE] = {"none", "none", "none", 0, NULL},
    [DIGEST_MD5] = {"md5", "md-5", "md5", 16, EVP_md5},
    [DIGEST_SHA1] = {"sha1", "sha-1", "sha1", 20, EVP_sha1},
    [DIGEST_SHA256] = {"sha256", "sha-256", "sha2-256", 32, EVP_sha256},
    [DIGEST_SHA384] = {"sha384", "sha-384", "sha2-384", 48, EVP_sha384},
    [DIGEST_SHA512] = {"sha512", "sha-512", "sha2-512", 64, EVP_sha512},
};

#define ACCEPTED "md5, sha1, sha256, sha384 and sha512"

const char *digest_name(enum digest_algo algo)
{
    return algos[algo].name;
}

size_t digest_len(enum digest_algo algo)
{
    return algos[algo].len;
}

static bool same_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

enum digest_algo digest_algo_of(const char *name, size_t len)
{
    for (unsigned i = DIGEST_NONE + 1; i < DIGEST_ALGOS; i++)
        if (same_word(name, len, algos[i].name) ||
            same_word(name, len, algos[i].dashed) ||
            same_word(name, len, algos[i].openssl))
            return (enum digest_algo)i;
    return DIGEST_NONE;
}

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool digest_from_hex(struct digest *digest, enum digest_algo algo,
                     const char *hex, size_t len)
{
    struct digest made = {.algo = algo, .len = digest_len(algo)};

    if (algo == DIGEST_NONE || len != 2 * made.len)
        return false;
    for (size_t i = 0; i < made.len; i++) {
        int high = hex_value(hex[2 * i]);
        int low = hex_value(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        made.value[i] = (unsigned char)(high << 4 | low);
    }
    *digest = made;
    return true;
}

bool digest_parse(const char *text, struct digest *digest, struct err *err)
{
    const char *equals = strchr(text, '=');
    enum digest_algo algo;
    char clean[100];

    fmt_clean(clean, sizeof(clean), text, strlen(text), 24);
    if (!equals)
        return err_set(err, ERR_USAGE,
                       "'%s' is not a checksum: write ALGORITHM=DIGITS, where "
                       "the algorithm is one of " ACCEPTED,
                       clean);
    algo = digest_algo_of(text, (size_t)(equals - text));
    if (algo == DIGEST_NONE)
        return err_set(err, ERR_USAGE,
                       "the algorithm of the checksum '%s' is not known; "
                       "accepted are " ACCEPTED,
                       clean);
    if (!digest_from_hex(digest, algo, equals + 1, strlen(equals + 1)))
        return err_set(err, ERR_USAGE,
                       "the checksum '%s' must have exactly %zu hexadecimal "
                       "digits after the '='",
                       clean, 2 * digest_len(algo));
    return true;
}

/* A field being read. */
struct scan {
    const char *at;
    const char *end;
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t'))
        scan->at++;
}

/* Steps behind the next comma that stands outside a string. Byte sequences
 * hold no comma. */
static void skip_member(struct scan *scan)
{
    bool quoted = false;

    while (scan->at < scan->end) {
        char c = *scan->at++;

        if (quoted && c == '\\' && scan->at < scan->end)
            scan->at++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ',')
            return;
    }
}

/* What RFC 8941 lets a key consist of; the first character is not looked at
 * more closely, as only our own names count in the end. */
static bool is_key(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '*';
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* Reads ":BASE64:" of exactly want bytes. Padding may be missing and the unused
 * bits of the last digit may be anything: RFC 8941 section 4.2.7 asks parsers
 * to be mild on both. */
static bool read_bytes(struct scan *scan, unsigned char *out, size_t want)
{
    unsigned bits = 0;
    unsigned held = 0;
    size_t len = 0;
    int value = 0;

    if (scan->at == scan->end || *scan->at++ != ':')
        return false;
    for (; scan->at < scan->end; scan->at++) {
        value = base64_value(*scan->at);
        if (value < 0)
            break;
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        held += 6;
        if (held < 8)
            continue;
        if (len == want)
            return false;
        held -= 8;
        out[len++] = (unsigned char)(bits >> held);
    }
    /* A whole digit left over means that the text was cut. */
    if (len != want || held >= 6)
        return false;
    for (int i = 0; i < 2 && scan->at < scan->end && *scan->at == '='; i++)
        scan->at++;
    return scan->at < scan->end && *scan->at++ == ':';
}

/* After a value only parameters may follow, which say nothing to us. */
static bool at_member_end(struct scan *scan)
{
    skip_space(scan);
    return scan->at == scan->end || *scan->at == ',' || *scan->at == ';';
}

/* Keys are in lower case in RFC 8941, and no other case is a key. */
static bool same_key(const char *key, const char *end, const char *word)
{
    return (size_t)(end - key) == strlen(word) &&
           memcmp(key, word, strlen(word)) == 0;
}

/* Reads one member; false if it is nothing for us. */
static bool read_member(struct scan *scan, struct digest *digest)
{
    struct digest made = {0};
    const char *key;

    skip_space(scan);
    key = scan->at;
    while (scan->at < scan->end && is_key(*scan->at))
        scan->at++;
    if (same_key(key, scan->at, "sha-256"))
        made.algo = DIGEST_SHA256;
    else if (same_key(key, scan->at, "sha-512"))
        made.algo = DIGEST_SHA512;
    else
        return false;
    if (scan->at == scan->end || *scan->at++ != '=')
        return false;
    made.len = digest_len(made.algo);
    if (!read_bytes(scan, made.value, made.len) || !at_member_end(scan))
        return false;
    *digest = made;
    return true;
}

bool digest_parse_repr(const char *field, size_t len, struct digest *digest)
{
    struct scan scan = {.at = field, .end = field + len};
    struct digest best = {.algo = DIGEST_NONE};

    while (scan.at < scan.end) {
        struct digest member;

        if (read_member(&scan, &member) && member.algo >= best.algo)
            best = member;
        skip_member(&scan);
    }
    if (best.algo == DIGEST_NONE)
        return false;
    *digest = best;
    return true;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return a->algo == b->algo && a->len == b->len &&
           memcmp(a->value, b->value, a->len) == 0;
}

const char *digest_hex(const struct digest *digest, char out[DIGEST_HEX_MAX])
{
    static const char digits[] = "0123456789abcdef";
    char *at = out;

    for (size_t i = 0; i < digest->len; i++) {
        *at++ = digits[digest->value[i] >> 4];
        *at++ = digits[digest->value[i] & 15];
    }
    *at = '\0';
    return out;
}

bool digest_stream_init(struct digest_stream *stream, enum digest_algo algo,
                        struct err *err)
{
    *stream = (struct digest_stream){.algo = algo};
    if (algo == DIGEST_NONE)
        return err_set(err, ERR_USAGE, "no checksum algorithm was given");
    stream->context = EVP_MD_CTX_new();
    if (!stream->context ||
        EVP_DigestInit_ex(stream->context, algos[algo].evp(), NULL) != 1) {
        digest_stream_fini(stream);
        return err_set(err, ERR_REFUSED,
                       "the system's crypto library does not offer %s; use "
                       "another checksum",
                       digest_name(algo));
    }
    return true;
}

void digest_stream_update(struct digest_stream *stream, const void *data,
                          size_t len)
{
    if (EVP_DigestUpdate(stream->context, data, len) != 1)
        stream->failed = true;
}

bool digest_stream_final(struct digest_stream *stream, struct digest *digest,
                         struct err *err)
{
    struct digest made = {.algo = stream->algo};
    unsigned len = 0;

    if (stream->failed ||
        EVP_DigestFinal_ex(stream->context, made.value, &len) != 1)
        return err_set(err, ERR_IO,
                       "the system's crypto library failed to make a %s "
                       "checksum",
                       digest_name(stream->algo));
    made.len = len;
    *digest = made;
    return true;
}

void digest_stream_fini(struct digest_stream *stream)
{
    EVP_MD_CTX_free(stream->context);
    stream->context = NULL;
}
