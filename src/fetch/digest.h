/* Checksums of files: what somebody declared, and what the bytes give.
 *
 * Pure, apart from the heap behind a stream. Any thread may call; a stream
 * belongs to one thread at a time. */
#ifndef FETCH_DIGEST_H
#define FETCH_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* From weak to strong, so that two can be compared. */
enum digest_algo {
    DIGEST_NONE,
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_ALGOS
};

enum {
    DIGEST_MAX = 64,                    /* bytes of the longest value */
    DIGEST_HEX_MAX = 2 * DIGEST_MAX + 1 /* with NUL */
};

struct digest {
    enum digest_algo algo;
    unsigned char value[DIGEST_MAX];
    size_t len; /* bytes used of value, as algo says */
};

/* "sha256", "md5", ...; "none" for DIGEST_NONE. */
const char *digest_name(enum digest_algo algo);

/* Bytes of a value; 0 for DIGEST_NONE. */
size_t digest_len(enum digest_algo algo);

/* The algorithm called name (len bytes, any case): md5, sha1, sha-1, sha256,
 * sha-256, sha2-256 and so on; DIGEST_NONE if it is none of ours. */
enum digest_algo digest_algo_of(const char *name, size_t len);

/* Reads len hexadecimal digits of either case; false, and digest untouched, if
 * these are not exactly a value of algo. */
bool digest_from_hex(struct digest *digest, enum digest_algo algo,
                     const char *hex, size_t len)
    __attribute__((warn_unused_result));

/* Reads "ALGO=HEX", e.g. "sha256=9f86d0...". ERR_USAGE with a sentence that
 * names what is accepted. */
bool digest_parse(const char *text, struct digest *digest, struct err *err)
    __attribute__((warn_unused_result));

/* Reads a Repr-Digest field (RFC 9530 section 3: a Dictionary of RFC 8941
 * section 3.2 whose values are Byte Sequences), e.g. "sha-256=:AbC=:". The
 * strongest of sha-256 and sha-512 is taken; the algorithms that RFC 9530
 * section 5 calls insecure are passed over like unknown ones, and so is a
 * member that is not well formed. Of two members with one name the last counts
 * (RFC 8941 section 4.2.2). False, and digest untouched, if nothing usable is
 * there. */
bool digest_parse_repr(const char *field, size_t len, struct digest *digest)
    __attribute__((warn_unused_result));

bool digest_equal(const struct digest *a, const struct digest *b);

/* The value in lower-case digits; returns out. */
const char *digest_hex(const struct digest *digest, char out[DIGEST_HEX_MAX]);

/* Bytes on their way to a digest. */
struct digest_stream {
    enum digest_algo algo;
    struct evp_md_ctx_st *context; /* libcrypto's */
    bool failed;                   /* sticky until final tells */
};

/* ERR_USAGE if algo is DIGEST_NONE, ERR_REFUSED if this libcrypto does not
 * offer it (a FIPS build has no MD5). digest_stream_fini is fine either way. */
bool digest_stream_init(struct digest_stream *stream, enum digest_algo algo,
                        struct err *err) __attribute__((warn_unused_result));

void digest_stream_update(struct digest_stream *stream, const void *data,
                          size_t len);

/* Gives the digest of all that was put in. The stream takes no more then; it
 * still wants digest_stream_fini. */
bool digest_stream_final(struct digest_stream *stream, struct digest *digest,
                         struct err *err) __attribute__((warn_unused_result));

/* May be called again, and on a stream of zeros. */
void digest_stream_fini(struct digest_stream *stream);

#endif
