/* Passwords from files and pipes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "cmd/secret.h"
#include "tap.h"

static char name[] = "secret-XXXXXX";

/* What a file with len bytes of text gives; the sentence if it is refused. */
static const char *read_text(const char *text, size_t len)
{
    static char result[sizeof(struct err)];
    struct err err = {0};
    char *secret;
    int fd;

    strcpy(name + strlen(name) - 6, "XXXXXX");
    fd = mkstemp(name);
    if (fd < 0 || write(fd, text, len) != (ssize_t)len)
        abort();
    close(fd);
    secret = secret_read(name, &err);
    snprintf(result, sizeof result, "%s",
             secret ? secret : strchr(err.text, ' ') + 1);
    secret_free(secret);
    unlink(name);
    return result;
}

static const char *read_string(const char *text)
{
    return read_text(text, strlen(text));
}

static void test_files(void)
{
    char *big = mem_new(5000);
    struct err err = {0};

    tap_is(read_string("hunter2\n"), "hunter2", "a line");
    tap_is(read_string("hunter2"), "hunter2", "a line without its end");
    tap_is(read_string("hunter2\r\nmore\n"), "hunter2", "the first line only");
    tap_is(read_string(" pass wörd \n"), " pass wörd ", "blanks and letters");
    tap_is(read_string(""), "is empty", "an empty file");
    tap_is(read_string("\nx\n"), "is empty", "an empty line");
    tap_is(read_string("a\x1b[2Jb\n"), "has a control character in it",
           "a control character");
    tap_is(read_text("a\0b\n", 4), "has a control character in it", "a NUL");
    memset(big, 'x', 5000);
    tap_is(read_text(big, 5000), "is too long", "a long line");
    mem_free(big);
    tap_ok(!secret_read("no-such-file", &err) && err.code == ERR_MISSING,
           "no file");
}

static void test_input(void)
{
    struct err err = {0};
    char *secret;
    char rest = '\0';
    int ends[2];

    if (pipe(ends) < 0 || write(ends[1], "one\ntwo\n", 8) != 8 ||
        dup2(ends[0], STDIN_FILENO) < 0)
        abort();
    secret = secret_read("-", &err);
    tap_is(secret, "one", "the standard input");
    secret_free(secret);
    tap_ok(read(STDIN_FILENO, &rest, 1) == 1 && rest == 't',
           "what follows the line is left there");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    signals_take();
    test_files();
    test_input();
    return tap_done();
}
