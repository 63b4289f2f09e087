#include "fetch/digest.h"

#include "tap.h"

#define ABC_SHA256 \
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_SHA512                                                     \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
/* "abc", as RFC 9530 writes it */
#define ABC_BASE64_256 "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
#define ABC_BASE64_512                             \
    "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05oh" \
    "kpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="

static const char *hex_of(const struct digest *digest)
{
    static char hex[DIGEST_HEX_MAX];

    return digest_hex(digest, hex);
}

static void test_parse(void)
{
    static const struct {
        const char *text;
        enum digest_algo algo;
    } rows[] = {
        {"sha256=" ABC_SHA256, DIGEST_SHA256},
        {"sha-256=" ABC_SHA256, DIGEST_SHA256},
        {"SHA-256=" ABC_SHA256, DIGEST_SHA256},
        {"Sha512=" ABC_SHA512, DIGEST_SHA512},
        {"md5=900150983CD24FB0D6963F7D28E17F72", DIGEST_MD5},
        {"sha-1=a9993e364706816aba3e25717850c26c9cd0d89d", DIGEST_SHA1},
        {"sha384=cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5b"
         "ed8086072ba1e7cc2358baeca134c825a7",
         DIGEST_SHA384},
        {"sha256", DIGEST_NONE},
        {"", DIGEST_NONE},
        {"=" ABC_SHA256, DIGEST_NONE},
        {"crc32=352441c2", DIGEST_NONE},
        {"none=", DIGEST_NONE},
        {"sha256=", DIGEST_NONE},
        {"sha256=" ABC_SHA256 "0", DIGEST_NONE},
        {"sha256=" ABC_SHA512, DIGEST_NONE},
        {"sha256= " ABC_SHA256, DIGEST_NONE},
        {"md5=900150983cd24fb0d6963f7d28e17f7g", DIGEST_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct digest digest = {.algo = DIGEST_NONE};
        struct err err = {.code = ERR_NONE};
        bool ok = digest_parse(rows[i].text, &digest, &err);

        tap_ok(ok == (rows[i].algo != DIGEST_NONE) &&
                   digest.algo == rows[i].algo && (ok || err.code == ERR_USAGE),
               "'%.20s' is %s", rows[i].text, digest_name(rows[i].algo));
    }
}

static void test_sentences(void)
{
    struct digest digest;
    struct err err;

    tap_ok(!digest_parse("crc32=00", &digest, &err) &&
               strstr(err.text, "sha256") && strstr(err.text, "crc32=00"),
           "the sentence names the text and what is accepted: %s", err.text);
    tap_ok(!digest_parse("sha1=00", &digest, &err) && strstr(err.text, "40"),
           "the sentence names the number of digits: %s", err.text);
    tap_ok(!digest_parse("\x1b[31m", &digest, &err) && !strchr(err.text, 27),
           "no control character comes through");
    tap_ok(!digest_parse("sha1=00", &digest, NULL), "no err is fine");
}

static void test_repr(void)
{
    static const struct {
        const char *field;
        enum digest_algo algo;
    } rows[] = {
        {"sha-256=:" ABC_BASE64_256 ":", DIGEST_SHA256},
        {"sha-256=:" ABC_BASE64_256 ":, sha-512=:" ABC_BASE64_512 ":",
         DIGEST_SHA512},
        {"sha-512=:" ABC_BASE64_512 ":,sha-256=:" ABC_BASE64_256 ":",
         DIGEST_SHA512},
        {" \tsha-256=:" ABC_BASE64_256 ": \t", DIGEST_SHA256},
        {"sha-256=:" ABC_BASE64_256 ":;p=1;q=\"a,b\"", DIGEST_SHA256},
        {"x=\"sha-512=,\\\", \";a, sha-256=:" ABC_BASE64_256 ":",
         DIGEST_SHA256},
        {"md5=:kAFQmDzST7DWlj99KOF/cg==:", DIGEST_NONE},
        {"sha=:qZk+NkcGgWq6PiVxeFDCbJzQ2J0=:", DIGEST_NONE},
        {"unixsum=:AAA=:, sha-256=:" ABC_BASE64_256 ":", DIGEST_SHA256},
        /* no padding, which RFC 8941 wants to be read */
        {"sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0:",
         DIGEST_SHA256},
        /* a bad member does not spoil a good one */
        {"sha-512=:AAAA:, sha-256=:" ABC_BASE64_256 ":", DIGEST_SHA256},
        {"sha-512=?0, sha-256=:" ABC_BASE64_256 ":", DIGEST_SHA256},
        {"sha-256=" ABC_BASE64_256, DIGEST_NONE},
        {"sha-256=:" ABC_BASE64_256, DIGEST_NONE},
        {"sha-256=:" ABC_BASE64_256 ":x", DIGEST_NONE},
        {"sha-256=:" ABC_BASE64_512 ":", DIGEST_NONE},
        {"sha-256=:A" ABC_BASE64_256 ":", DIGEST_NONE},
        {"sha-256=:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=:", DIGEST_NONE},
        {"SHA-256=:" ABC_BASE64_256 ":", DIGEST_NONE},
        {"sha-2566=:" ABC_BASE64_256 ":", DIGEST_NONE},
        {"sha-256", DIGEST_NONE},
        {"sha-256=", DIGEST_NONE},
        {"sha-256=::", DIGEST_NONE},
        {",,,", DIGEST_NONE},
        {"\"", DIGEST_NONE},
        {"\"\\", DIGEST_NONE},
        {"", DIGEST_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct digest digest = {.algo = DIGEST_NONE};
        bool ok =
            digest_parse_repr(rows[i].field, strlen(rows[i].field), &digest);
        const char *want = digest.algo == DIGEST_SHA512   ? ABC_SHA512
                           : digest.algo == DIGEST_SHA256 ? ABC_SHA256
                                                          : "";

        tap_ok(ok == (rows[i].algo != DIGEST_NONE) &&
                   digest.algo == rows[i].algo &&
                   strcmp(hex_of(&digest), want) == 0,
               "'%.30s' gives %s", rows[i].field, digest_name(rows[i].algo));
    }
}

static void test_repr_last_counts(void)
{
    static const char field[] =
        "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:,"
        "sha-256=:" ABC_BASE64_256 ":";
    struct digest digest;

    tap_ok(digest_parse_repr(field, strlen(field), &digest) &&
               strcmp(hex_of(&digest), ABC_SHA256) == 0,
           "of two members with one name the last counts");
}

static void test_stream(void)
{
    static const struct {
        enum digest_algo algo;
        const char *hex;
    } rows[] = {
        {DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72"},
        {DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {DIGEST_SHA256, ABC_SHA256},
        {DIGEST_SHA384,
         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
         "8086072ba1e7cc2358baeca134c825a7"},
        {DIGEST_SHA512, ABC_SHA512},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct digest_stream stream;
        struct digest digest = {.algo = DIGEST_NONE};
        bool ok = digest_stream_init(&stream, rows[i].algo, NULL);

        digest_stream_update(&stream, "a", 1);
        digest_stream_update(&stream, "", 0);
        digest_stream_update(&stream, "bc", 2);
        ok = ok && digest_stream_final(&stream, &digest, NULL);
        tap_ok(ok && digest.algo == rows[i].algo &&
                   digest.len == digest_len(rows[i].algo),
               "%s can be made", digest_name(rows[i].algo));
        tap_is(hex_of(&digest), rows[i].hex, "and is right");
        digest_stream_fini(&stream);
        digest_stream_fini(&stream);
    }
}

static void test_stream_none(void)
{
    struct digest_stream stream;
    struct err err = {.code = ERR_NONE};

    tap_ok(!digest_stream_init(&stream, DIGEST_NONE, &err) &&
               err.code == ERR_USAGE,
           "there is no stream without an algorithm");
    digest_stream_fini(&stream);
}

static void test_equal(void)
{
    struct digest a;
    struct digest b;

    if (!digest_parse("sha256=" ABC_SHA256, &a, NULL) ||
        !digest_parse_repr("sha-256=:" ABC_BASE64_256 ":",
                           strlen("sha-256=:" ABC_BASE64_256 ":"), &b)) {
        tap_ok(false, "two digests can be read");
        return;
    }
    tap_ok(digest_equal(&a, &b), "one value from two notations is equal");
    b.value[31] ^= 1;
    tap_ok(!digest_equal(&a, &b), "the last bit makes a difference");
    b = a;
    b.algo = DIGEST_SHA1;
    tap_ok(!digest_equal(&a, &b), "so does the algorithm");
}

int main(void)
{
    test_parse();
    test_sentences();
    test_repr();
    test_repr_last_counts();
    test_stream();
    test_stream_none();
    test_equal();
    return tap_done();
}
