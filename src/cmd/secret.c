#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"

enum { SECRET_MAX = 4096 };

/* Reads up to a line end into text; the length, -1 (errno) or, when a stop
 * signal came, -1 with EINTR. Byte by byte: what follows the line belongs to
 * somebody else. */
static ssize_t read_line(int fd, char text[SECRET_MAX])
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    size_t len = 0;

    while (len < SECRET_MAX) {
        ssize_t got;

        signals_wait(&polled, 1, -1);
        if (signals_stops() > 0) {
            errno = EINTR;
            return -1;
        }
        if (!polled.revents)
            continue;
        got = read(fd, text + len, 1);
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (got == 0 || (got == 1 && text[len] == '\n'))
            break;
        len += got == 1;
    }
    return (ssize_t)len;
}

/* what: for the sentence. */
static char *checked(const char *text, size_t len, const char *what,
                     struct err *err)
{
    if (len > 0 && text[len - 1] == '\r')
        len--;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f) {
            err_set(err, ERR_USAGE, "%s has a control character in it", what);
            return NULL;
        }
    if (len == 0 || len >= SECRET_MAX - 1) {
        err_set(err, ERR_USAGE, len ? "%s is too long" : "%s is empty", what);
        return NULL;
    }
    return mem_strndup(text, len);
}

static char *take_line(int fd, const char *what, struct err *err)
{
    char text[SECRET_MAX];
    ssize_t len = read_line(fd, text);
    char *secret = NULL;

    if (len >= 0)
        secret = checked(text, (size_t)len, what, err);
    else if (errno == EINTR)
        err_set(err, ERR_CANCELED, "interrupted");
    else
        err_errno(err, errno, "%s cannot be read", what);
    explicit_bzero(text, sizeof text);
    return secret;
}

char *secret_read(const char *path, struct err *err)
{
    char *secret;
    int fd;

    if (strcmp(path, "-") == 0)
        return take_line(STDIN_FILENO, "the line on the standard input", err);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        err_errno(err, errno, "%s cannot be opened", path);
        return NULL;
    }
    secret = take_line(fd, path, err);
    close(fd);
    return secret;
}

static void say(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

    (void)ignored;
}

char *secret_ask(const char *question, struct err *err)
{
    struct termios before;
    struct termios quiet;
    char *secret;

    if (tcgetattr(STDIN_FILENO, &before) < 0) {
        err_errno(err, errno, "the terminal cannot be asked for a password");
        return NULL;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    say(question);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    secret = take_line(STDIN_FILENO, "the password", err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    say("\n");
    return secret;
}

void secret_free(char *secret)
{
    if (!secret)
        return;
    explicit_bzero(secret, strlen(secret));
    mem_free(secret);
}
