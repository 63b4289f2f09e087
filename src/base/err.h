/* Errors: one sentence for a person and one code for a program.
 *
 * A function that can fail takes a struct err * last and returns bool: true is
 * done, false is failed and then err tells why. err is touched only on
 * failure. Out of memory and misuse of pthreads do not come this way: they
 * abort (mem.h, lock.h). Any thread may call; a struct err belongs to one. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum err_code {
    ERR_NONE,
    ERR_USAGE,    /* the caller's words are wrong: exit 2 */
    ERR_IO,       /* the disk or a descriptor failed */
    ERR_SPACE,    /* no space, quota used up, file too large for the folder */
    ERR_DENIED,   /* the system's permissions forbid it */
    ERR_EXISTS,   /* the name is taken */
    ERR_MISSING,  /* there is no such thing */
    ERR_NET,      /* name lookup, connect, TLS, a broken transfer */
    ERR_HTTP,     /* the server answered with an error status */
    ERR_PROTOCOL, /* outside bytes do not follow their format */
    ERR_MISMATCH, /* checksum, length, validator or type is not as declared */
    ERR_LIMIT,    /* one of our own ceilings was reached */
    ERR_REFUSED,  /* forbidden by policy (downgrade, traversal, symlink) */
    ERR_BUSY,     /* another process or thread has it */
    ERR_CANCELED, /* a person or a program said stop */
    ERR_CODES
};

struct err {
    enum err_code code;
    char text[400]; /* one sentence, no final newline; always terminated */
};

/* Fills err (which may be NULL) and returns false, so that a failing function
 * can end with `return err_set(...)`. Text that does not fit is cut at a UTF-8
 * boundary. */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: ": " and the words for errnum are
 * appended and the code follows from errnum (ENOSPC, EDQUOT, EFBIG ->
 * ERR_SPACE; EACCES, EPERM, EROFS -> ERR_DENIED; EEXIST -> ERR_EXISTS; ENOENT,
 * ENOTDIR -> ERR_MISSING; ELOOP -> ERR_REFUSED; EWOULDBLOCK -> ERR_BUSY; else
 * ERR_IO). */
bool err_errno(struct err *err, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " before the text of a failed err; the code stays. */
void err_prefix(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A stable lower-case word for --json and the log, e.g. "mismatch". */
const char *err_word(enum err_code code);

/* What a command exits with for this code alone: 0, 2 for ERR_USAGE, 130 for
 * ERR_CANCELED, else 1. */
int err_exit_status(enum err_code code);

#endif
