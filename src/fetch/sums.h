/* A table of declared checksums, as sha256sum(1) and its relatives write it.
 *
 * Understood, line by line, with LF or CR LF at the end:
 *   HEX  name     HEX *name          GNU; the algorithm follows from the digits
 *   \HEX  na\nme                     GNU's escapes for newline, CR, backslash
 *   SHA256 (name) = HEX              BSD and sha256sum --tag
 *   # comment, and empty lines
 * Anything else (a PGP signature around the list, say) is passed over and
 * counted. A leading "./" of a name does not count. Where a name has several
 * algorithms the strongest is kept. Pure; one thread at a time. */
#ifndef FETCH_SUMS_H
#define FETCH_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "fetch/digest.h"

/* Ceilings: bytes of a table's text, bytes of one name. */
enum { SUMS_TEXT_MAX = 128 * 1024 * 1024, SUMS_NAME_MAX = 4096 };

struct sums;

struct sums *sums_new(void) __attribute__((returns_nonnull));
void sums_free(struct sums *sums); /* NULL is fine */

/* Adds the lines of a text of len bytes; keeps no pointer to it. May be called
 * for several texts, SUMS_TEXT_MAX all in all (ERR_LIMIT). ERR_PROTOCOL if no
 * line could be read though the text is not empty, or if one name is given two
 * different values of one algorithm; the lines before stay. */
bool sums_load(struct sums *sums, const char *text, size_t len, struct err *err)
    __attribute__((warn_unused_result));

/* The digest declared for name. A name without a slash also finds the one entry
 * that ends in "/name"; if there are several and they differ, none. */
bool sums_find(const struct sums *sums, const char *name, struct digest *digest)
    __attribute__((warn_unused_result));

size_t sums_count(const struct sums *sums);

/* Lines that were passed over, comments and empty ones not counted. */
size_t sums_ignored(const struct sums *sums);

#endif
