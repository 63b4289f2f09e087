/* Strings out of a JSON text by path: what --json-path does.
 *
 * A path is a part of RFC 9535 (JSONPath) that is enough to point at things:
 *   $               the whole text; every path begins with it
 *   .key ['key']    a member of an object, also with double quotes; in quotes
 *                   the escapes of RFC 9535 section 2.3.1 are understood
 *   [0] [-1]        an item of an array, from its start or its end
 *   .* [*]          every member, every item
 *   ..key ..* ..[0] the same, at every depth
 * Beyond the RFC, an unquoted key may hold '-' behind its first character.
 * Slices, filters, functions and lists of selectors are refused by name. Pure,
 * any thread. */
#ifndef FETCH_JSONPATH_H
#define FETCH_JSONPATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Ceilings. How deep a text may be nested is the JSON library's: 2,048. */
enum {
    JSONPATH_STEPS_MAX = 64,                 /* of a path */
    JSONPATH_TEXT_MAX = 64 * 1024 * 1024,    /* bytes */
    JSONPATH_MEMORY_MAX = 768 * 1024 * 1024, /* for the text's values */
    JSONPATH_VISITS_MAX = 100 * 1000 * 1000, /* values looked at */
    JSONPATH_RESULTS_MAX = 10 * 1000 * 1000
};

struct jsonpath;

/* NULL and ERR_USAGE, with the place and what is wrong there, if path cannot be
 * read. */
struct jsonpath *jsonpath_parse(const char *path, struct err *err)
    __attribute__((warn_unused_result));
void jsonpath_free(struct jsonpath *path); /* NULL is fine */

/* Gets one string, which may hold NULs, as UTF-8 with the escapes undone; it is
 * gone when the call returns. False ends the search. */
typedef bool jsonpath_found(void *arg, const char *text, size_t len);

/* Gives every string that path points at, in the order of the text. others
 * (may be NULL) is how many results were no strings. True when the end was
 * reached or found said false. ERR_PROTOCOL if the text (len bytes) is not
 * JSON; ERR_LIMIT if it or the search is too large: what found was given before
 * stays right. */
bool jsonpath_collect(const struct jsonpath *path, const char *text, size_t len,
                      jsonpath_found *found, void *arg, size_t *others,
                      struct err *err) __attribute__((warn_unused_result));

#endif
