/* A line of the lossless export (account_json.h) as the entry it was. Pure, but
 * for the memory of its book. */
#ifndef CMD_ACCOUNT_LINE_H
#define CMD_ACCOUNT_LINE_H

#include "account/book.h"
#include "account/entry.h"
#include "base/err.h"

enum { ACCOUNT_LINE_MAX = 16384 }; /* bytes */

/* Reads the entry that follows those that were read into book: *opened is the
 * account it opens, now in the book, or NULL. What the line does not say (the
 * entry before it of each account) is known from the book. Whether its numbers
 * and hashes are true is for verify to say. ERR_PROTOCOL. */
bool account_line_read(const char *text, size_t len, struct book *book,
                       struct entry *entry, const struct holder **opened,
                       struct err *err) __attribute__((warn_unused_result));

#endif
