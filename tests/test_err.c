#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

static void test_set(void)
{
    struct err err = {0};

    tap_ok(!err_set(&err, ERR_HTTP, "status %d of %s", 404, "x"),
           "err_set returns false");
    tap_int(err.code, ERR_HTTP, "its code");
    tap_is(err.text, "status 404 of x", "its text");
    tap_ok(!err_set(NULL, ERR_IO, "x"), "err may be NULL");
    err_set(&err, ERR_IO, "again: %s", err.text);
    tap_is(err.text, "again: status 404 of x", "its own text as an argument");
}

static void test_errno(void)
{
    static const struct {
        int errnum;
        enum err_code code;
    } rows[] = {
        {ENOSPC, ERR_SPACE},  {EDQUOT, ERR_SPACE},     {EFBIG, ERR_SPACE},
        {EACCES, ERR_DENIED}, {EPERM, ERR_DENIED},     {EROFS, ERR_DENIED},
        {EEXIST, ERR_EXISTS}, {ENOENT, ERR_MISSING},   {ENOTDIR, ERR_MISSING},
        {ELOOP, ERR_REFUSED}, {EWOULDBLOCK, ERR_BUSY}, {EIO, ERR_IO},
        {EBADF, ERR_IO},
    };
    struct err err;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tap_ok(!err_errno(&err, rows[i].errnum, "x"), "false");
        tap_int(err.code, rows[i].code, strerror(rows[i].errnum));
    }
    err_errno(&err, ENOENT, "cannot open %s", "a");
    tap_is(err.text, "cannot open a: No such file or directory",
           "the words for errno");
    tap_ok(!err_errno(NULL, ENOENT, "x"), "err may be NULL");
}

static void test_prefix(void)
{
    struct err err = {0};

    err_prefix(&err, "line %d", 3);
    tap_is(err.text, "", "no prefix without an error");
    err_set(&err, ERR_PROTOCOL, "no number");
    err_prefix(&err, "line %d", 3);
    tap_is(err.text, "line 3: no number", "a prefix");
    tap_int(err.code, ERR_PROTOCOL, "the code stays");
    err_prefix(NULL, "x");
}

/* The tail of text after its first n bytes. */
static void test_cut(void)
{
    char big[600];
    struct err err;

    memset(big, 'a', sizeof(big));
    big[sizeof(big) - 1] = '\0';
    err_set(&err, ERR_IO, "%s", big);
    tap_int((long long)strlen(err.text), 399, "long text fills the room");

    /* U+4E2D, three bytes, across the end. */
    strcpy(big + 397, "\xe4\xb8\xad");
    err_set(&err, ERR_IO, "%s", big);
    tap_int((long long)strlen(err.text), 397, "no piece of a character (2)");
    strcpy(big + 398, "\xe4\xb8\xad");
    err_set(&err, ERR_IO, "%s", big);
    tap_int((long long)strlen(err.text), 398, "no piece of a character (1)");
    strcpy(big + 396, "\xe4\xb8\xad tail");
    err_set(&err, ERR_IO, "%s", big);
    tap_int((long long)strlen(err.text), 399, "a whole character stays");
    strcpy(big + 396, "\xf0\x9f\x98\x80");
    err_set(&err, ERR_IO, "%s", big);
    tap_int((long long)strlen(err.text), 396, "nor of one of four bytes");
    memset(big, 0x80, sizeof(big) - 1);
    err_set(&err, ERR_IO, "%s", big);
    tap_int((long long)strlen(err.text), 399, "bytes that are not UTF-8");
    err_prefix(&err, "prefix");
    tap_ok(strncmp(err.text, "prefix: \x80", 9) == 0 && strlen(err.text) == 399,
           "a prefix before a full text");
}

static void test_words(void)
{
    bool good = true;

    for (int a = 0; a < ERR_CODES; a++)
        for (int b = 0; b < a; b++)
            good = good && strcmp(err_word((enum err_code)a),
                                  err_word((enum err_code)b)) != 0;
    tap_ok(good, "every code has a word of its own");
    tap_is(err_word(ERR_MISMATCH), "mismatch", "a word");
    tap_is(err_word(ERR_CODES), "unknown", "no code");
    tap_int(err_exit_status(ERR_NONE), 0, "exit status: done");
    tap_int(err_exit_status(ERR_NET), 1, "exit status: failed");
    tap_int(err_exit_status(ERR_USAGE), 2, "exit status: usage");
    tap_int(err_exit_status(ERR_CANCELED), 130, "exit status: canceled");
}

int main(void)
{
    test_set();
    test_errno();
    test_prefix();
    test_cut();
    test_words();
    return tap_done();
}
