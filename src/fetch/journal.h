/* What is known about a part file, as text: the identity of the object and the
 * byte ranges that are safely on the disk. This file turns records into bytes
 * and back; reading, appending and flushing files is for others, who append a
 * span only after its bytes were flushed.
 *
 * The format, one record per line, each ending in a space and 8 hex digits, the
 * CRC-32C (RFC 3720 12.1, B.4) of the line before that space:
 *
 *   threadlab-journal 1     the header: these six lines, in this order
 *   url U                   the address that was asked for
 *   final-url U             where redirects led to; may be empty
 *   etag E                  may be empty
 *   last-modified D         may be empty
 *   length N                a decimal number, or "unknown"
 *   own N                   the user's own file of N bytes became the part
 *   span START-END          bytes START .. END-1 are there; any number of these
 *   reset                   all spans before this line are void
 *
 * Bytes outside 0x20 .. 0x7e and the backslash are written \xHH. A user name
 * and password in a URL are never written. Pure; any thread. */
#ifndef FETCH_JOURNAL_H
#define FETCH_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "span.h"

enum {
    JOURNAL_URL = 65536,           /* bytes of a URL */
    JOURNAL_FIELD = 4096,          /* bytes of an ETag or a date */
    JOURNAL_HEADER = 600 * 1024,   /* no header is larger, escapes and all */
    JOURNAL_MAX = 64 * 1024 * 1024 /* journal_read takes no more */
};

struct journal {
    char *url;           /* ours, mem_free-able; NULL only before it is set */
    char *final_url;     /* NULL: not known */
    char *etag;          /* NULL: none */
    char *last_modified; /* NULL: none */
    int64_t length;      /* -1: unknown */
    int64_t own;         /* size of the user's own file it began as; -1: none */
    struct spans done;
    size_t good; /* journal_read: bytes of the text that hold up. Cut the file
                    here before appending. */
};

void journal_init(struct journal *journal);
void journal_fini(struct journal *journal);

/* Append a record to out. False, and out is as before, where a field is over
 * its ceiling or out is full: the download then goes on without a journal.
 * journal_header writes no spans, but the record "own". */
bool journal_header(struct str *out, const struct journal *journal)
    __attribute__((warn_unused_result));
bool journal_span(struct str *out, uint64_t start, uint64_t end)
    __attribute__((warn_unused_result));
bool journal_reset(struct str *out) __attribute__((warn_unused_result));

/* Reads a journal into one that is initialised. A bad header, or one of another
 * version, is ERR_PROTOCOL and journal is then as after journal_init. Of the
 * records behind it the first that is torn, corrupt, unknown or past the length
 * ends the reading; what came before it counts, and good tells where it is. */
bool journal_read(struct journal *journal, const char *data, size_t len,
                  struct err *err) __attribute__((warn_unused_result));

/* Appends url without "user:password@": for the journal, and to compare what it
 * holds with a URL at hand. False if out is full. */
bool journal_strip(struct str *out, const char *url);

#endif
