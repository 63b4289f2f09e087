/* File types: what the first bytes say, what the server says, what is wanted.
 * Serves --expect-type. The signatures are those of the WHATWG MIME Sniffing
 * Standard where it has them, else those of the formats' own specifications.
 * Pure; any thread may call. */
#ifndef FETCH_MAGIC_H
#define FETCH_MAGIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* More of a file is never looked at; with less a guess may be missed. */
enum { MAGIC_BYTES = 1024 };

/* The MIME type that the bytes are sure to have, or NULL. Of a text nothing is
 * said unless it is clearly HTML, SVG, XML or JSON. */
const char *magic_sniff(const void *bytes, size_t len);

/* True if type (parameters after ';' do not count) is among patterns, a list
 * with commas whose items are types, or have an asterisk for what follows the
 * slash. Case does not matter, and the usual other names of a type (image/jpg,
 * application/x-gzip) count as its name. */
bool type_match(const char *patterns, const char *type);

/* Is patterns such a list? ERR_USAGE with a sentence if not. */
bool type_patterns(const char *patterns, struct err *err)
    __attribute__((warn_unused_result));

/* Is a file what patterns ask for? declared is the server's Content-Type or
 * NULL; one that is empty or application/octet-stream says nothing. bytes are
 * the first ones of the file, as many of MAGIC_BYTES as there are.
 *
 * ERR_MISMATCH if the declared type is not wanted, or if the bytes are sure to
 * be something else: an HTML page for an image. Bytes that are only a container
 * (zip, XML, ...) pass for any type that is kept in it. */
bool type_check(const char *patterns, const char *declared, const void *bytes,
                size_t len, struct err *err)
    __attribute__((warn_unused_result));

#endif
