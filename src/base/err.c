#include "err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How many bytes the UTF-8 sequence that starts with lead wants. */
static size_t wanted(unsigned char lead)
{
    if (lead >= 0xf0)
        return 4;
    if (lead >= 0xe0)
        return 3;
    return lead >= 0xc0 ? 2 : 1;
}

/* text was cut at len: takes the piece of a last character away. */
static void cut_character(char *text, size_t len)
{
    size_t back = 0;

    while (back < 3 && back < len &&
           ((unsigned char)text[len - back - 1] & 0xc0) == 0x80)
        back++;
    if (back == len)
        return;
    if (wanted((unsigned char)text[len - back - 1]) > back + 1)
        text[len - back - 1] = '\0';
}

/* Formats into text, whose size is that of err.text. */
__attribute__((format(printf, 2, 0))) static void
format_text(char text[sizeof(((struct err *)NULL)->text)], const char *format,
            va_list args)
{
    size_t size = sizeof(((struct err *)NULL)->text);
    int len = vsnprintf(text, size, format, args);

    if (len < 0)
        text[0] = '\0';
    else if ((size_t)len >= size)
        cut_character(text, size - 1);
}

/* Over a copy: the arguments may point into err. */
__attribute__((format(printf, 2, 3))) static void put(struct err *err,
                                                      const char *format, ...)
{
    char text[sizeof(err->text)];
    va_list args;

    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    memcpy(err->text, text, sizeof(text));
}

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    char text[sizeof(err->text)];
    va_list args;

    if (!err)
        return false;
    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    err->code = code;
    memcpy(err->text, text, sizeof(text));
    return false;
}

static enum err_code code_of(int errnum)
{
    switch (errnum) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_SPACE;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case EEXIST:
        return ERR_EXISTS;
    case ENOENT:
    case ENOTDIR:
        return ERR_MISSING;
    case ELOOP:
        return ERR_REFUSED;
    case EWOULDBLOCK:
        return ERR_BUSY;
    default:
        return ERR_IO;
    }
}

bool err_errno(struct err *err, int errnum, const char *format, ...)
{
    char text[sizeof(err->text)];
    va_list args;

    if (!err)
        return false;
    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    err->code = code_of(errnum);
    put(err, "%s: %s", text, strerror(errnum));
    return false;
}

void err_prefix(struct err *err, const char *format, ...)
{
    char text[sizeof(err->text)];
    va_list args;

    if (!err || err->code == ERR_NONE)
        return;
    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    put(err, "%s: %s", text, err->text);
}

const char *err_word(enum err_code code)
{
    static const char *const words[ERR_CODES] = {
        [ERR_NONE] = "none",
        [ERR_USAGE] = "usage",
        [ERR_IO] = "io",
        [ERR_SPACE] = "space",
        [ERR_DENIED] = "denied",
        [ERR_EXISTS] = "exists",
        [ERR_MISSING] = "missing",
        [ERR_NET] = "net",
        [ERR_HTTP] = "http",
        [ERR_PROTOCOL] = "protocol",
        [ERR_MISMATCH] = "mismatch",
        [ERR_LIMIT] = "limit",
        [ERR_REFUSED] = "refused",
        [ERR_BUSY] = "busy",
        [ERR_CANCELED] = "canceled",
    };

    return (unsigned)code < ERR_CODES ? words[code] : "unknown";
}

int err_exit_status(enum err_code code)
{
    if (code == ERR_NONE)
        return 0;
    if (code == ERR_USAGE)
        return 2;
    return code == ERR_CANCELED ? 130 : 1;
}
