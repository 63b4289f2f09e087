#include "fetch/sums.h"

#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

#define ONE "0000000000000000000000000000000000000000000000000000000000000001"
#define TWO "0000000000000000000000000000000000000000000000000000000000000002"
#define MD5 "00000000000000000000000000000003"
#define SHA1 "0000000000000000000000000000000000000004"
#define SHA384 ONE "00000000000000000000000000000005"
#define SHA512 ONE TWO

/* "sha256=...1", or "-" if name is not there. */
static const char *found(const struct sums *sums, const char *name)
{
    static char text[32 + DIGEST_HEX_MAX];
    char hex[DIGEST_HEX_MAX];
    struct digest digest;

    if (!sums_find(sums, name, &digest))
        return "-";
    snprintf(text, sizeof(text), "%s=%s", digest_name(digest.algo),
             digest_hex(&digest, hex));
    return text;
}

static bool load(struct sums *sums, const char *text, struct err *err)
{
    return sums_load(sums, text, strlen(text), err);
}

static void test_forms(void)
{
    static const char text[] =
        "\xef\xbb\xbf" ONE "  text\n" ONE " *binary\r\n" ONE " single\n" ONE
        "\ttab\n"
        "# comment\n"
        "\n"
        "  \r\n"
        "  # another\n" MD5 "  md5\n" SHA1 "  sha1\n" SHA384 "  sha384\n" SHA512
        "  sha512\n"
        "SHA256 (tagged) = " ONE "\n"
        "MD5 (a (b) c.txt) = " MD5 "\n"
        "SHA2-512(openssl)= " SHA512 "\n" ONE "   two blanks in front\n" ONE
        "  ./dot\n" ONE "  in/a/folder\n"
        "\\" ONE "  new\\nline\\\\\n" ONE "  back\\nslash\n" ONE
        "  \xc3\xa9.txt\n"
        "\\SHA256 (ta\\ng) = " ONE "\n" ONE "  last";
    static const struct {
        const char *name;
        const char *want;
    } rows[] = {
        {"text", "sha256=" ONE},
        {"binary", "sha256=" ONE},
        {"single", "sha256=" ONE},
        {"tab", "sha256=" ONE},
        {"md5", "md5=" MD5},
        {"sha1", "sha1=" SHA1},
        {"sha384", "sha384=" SHA384},
        {"sha512", "sha512=" SHA512},
        {"tagged", "sha256=" ONE},
        {"a (b) c.txt", "md5=" MD5},
        {"openssl", "sha512=" SHA512},
        {" two blanks in front", "sha256=" ONE},
        {"dot", "sha256=" ONE},
        {"./dot", "sha256=" ONE},
        {"././text", "sha256=" ONE},
        {"in/a/folder", "sha256=" ONE},
        {"folder", "sha256=" ONE},
        {"a/folder", "-"},
        {"x/text", "-"},
        {"new\nline\\", "sha256=" ONE},
        {"back\\nslash", "sha256=" ONE},
        {"\xc3\xa9.txt", "sha256=" ONE},
        {"ta\ng", "sha256=" ONE},
        {"last", "sha256=" ONE},
        {"TEXT", "-"},
        {"", "-"},
        {"comment", "-"},
    };
    struct sums *sums = sums_new();

    tap_ok(load(sums, text, NULL), "a list of all forms can be read");
    tap_int((long long)sums_count(sums), 19, "all its names are there");
    tap_int((long long)sums_ignored(sums), 0, "no line was passed over");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tap_is(found(sums, rows[i].name), rows[i].want, rows[i].want);
    }
    sums_free(sums);
}

static void test_strange_lines(void)
{
    struct sums *sums = sums_new();

    tap_ok(load(sums,
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" ONE
                "  a\n" ONE "\n" ONE "  \nxyz  b\nSHA256 (c) = 00\n"
                "SHA256 (d) " ONE "\n) SHA256 (\nCRC (e) = 00\n(f) = " ONE "\n",
                NULL),
           "lines of another kind do no harm");
    tap_int((long long)sums_count(sums), 1, "they give no entry");
    tap_int((long long)sums_ignored(sums), 10, "they are counted");
    tap_is(found(sums, "a"), "sha256=" ONE, "the good one is there");
    sums_free(sums);
}

static void test_not_a_list(void)
{
    struct sums *sums = sums_new();
    struct err err = {.code = ERR_NONE};

    tap_ok(!load(sums, "<html>Not found</html>\n", &err) &&
               err.code == ERR_PROTOCOL,
           "a page is no list: %s", err.text);
    tap_ok(load(sums, "", NULL) && load(sums, "# nothing\n", NULL),
           "an empty list is fine");
    tap_is(found(sums, "x"), "-", "and holds nothing");
    sums_free(sums);
    sums_free(NULL);
}

static void test_conflict(void)
{
    struct sums *sums = sums_new();
    struct err err = {.code = ERR_NONE};

    tap_ok(load(sums, ONE "  a\n" ONE "  ./a\n", NULL),
           "the same line twice is fine");
    tap_ok(!load(sums, "\n" TWO "  a\n", &err) && err.code == ERR_PROTOCOL &&
               strstr(err.text, "line 2"),
           "another value is not: %s", err.text);
    tap_is(found(sums, "a"), "sha256=" ONE, "the first one stays");
    sums_free(sums);
}

static void test_strongest(void)
{
    struct sums *sums = sums_new();

    tap_ok(load(sums, ONE "  a\n" SHA512 "  a\n" MD5 "  a\n", NULL),
           "one name may have several algorithms");
    tap_is(found(sums, "a"), "sha512=" SHA512, "the strongest is kept");
    tap_int((long long)sums_count(sums), 1, "in one entry");
    sums_free(sums);
}

static void test_tails(void)
{
    struct sums *sums = sums_new();

    tap_ok(load(sums,
                ONE "  a/same\n" ONE "  b/same\n" ONE "  a/other\n" TWO
                    "  b/other\n" ONE "  a/top\n" TWO "  top\n" ONE
                    "  a/up\n" ONE "  b/up\n" SHA512 "  a/up\n" ONE
                    "  a/alone\n" SHA512 "  a/alone\n",
                NULL),
           "names in several folders can be read");
    tap_is(found(sums, "same"), "sha256=" ONE, "two that agree are found");
    tap_is(found(sums, "other"), "-", "two that differ are not");
    tap_is(found(sums, "top"), "sha256=" TWO, "a whole name goes first");
    tap_is(found(sums, "up"), "-", "one that changes later differs, too");
    tap_is(found(sums, "alone"), "sha512=" SHA512, "one alone may change");
    sums_free(sums);
}

static void test_long_names(void)
{
    static char line[SUMS_NAME_MAX + 100] = ONE "  ";
    struct sums *sums = sums_new();

    memset(line + strlen(line), 'n', SUMS_NAME_MAX);
    tap_ok(load(sums, line, NULL), "the longest name fits");
    line[strlen(line)] = 'n';
    tap_ok(!load(sums, line, NULL), "a longer one does not");
    tap_ok(sums_load(sums, ONE "  a\0b\n" ONE "  c", 2 * 64 + 9, NULL) &&
               sums_count(sums) == 2 && sums_ignored(sums) == 2,
           "a name with a NUL is no name");
    sums_free(sums);
}

static void test_ceiling(void)
{
    struct sums *sums = sums_new();
    struct err err = {.code = ERR_NONE};

    tap_ok(load(sums, ONE "  a\n", NULL) &&
               !sums_load(sums, "", SUMS_TEXT_MAX, &err) &&
               err.code == ERR_LIMIT,
           "the ceiling counts all texts: %s", err.text);
    sums_free(sums);
}

static void test_many(void)
{
    enum { MANY = 100000 };
    struct sums *sums = sums_new();
    struct str text;
    size_t right = 0;

    str_init(&text, SUMS_TEXT_MAX);
    for (int i = 0; i < MANY; i++)
        str_printf(&text, "%064x  dir-%d/file-%d\n", (unsigned)i, i % 7, i);
    tap_ok(sums_load(sums, text.data, text.len, NULL), "a long list");
    for (int i = 0; i < MANY; i++) {
        char hex[DIGEST_HEX_MAX];
        char want[65];
        char name[64];
        struct digest digest;

        snprintf(want, sizeof(want), "%064x", (unsigned)i);
        if (i % 2)
            snprintf(name, sizeof(name), "dir-%d/file-%d", i % 7, i);
        else
            snprintf(name, sizeof(name), "file-%d", i);
        if (sums_find(sums, name, &digest) &&
            strcmp(digest_hex(&digest, hex), want) == 0)
            right++;
    }
    tap_int((long long)right, MANY, "every name has its value");
    str_fini(&text);
    sums_free(sums);
}

int main(void)
{
    test_forms();
    test_strange_lines();
    test_not_a_list();
    test_conflict();
    test_strongest();
    test_tails();
    test_long_names();
    test_ceiling();
    test_many();
    return tap_done();
}
