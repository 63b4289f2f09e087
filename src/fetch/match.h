/* A regular expression over a whole page: what --match does.
 *
 * The syntax is PCRE2's (pcre2pattern(3)), which takes what Python and Perl
 * take; "." does not match a newline (LF). A text that is valid UTF-8 is
 * searched as characters, any other as bytes, so that a page in an old encoding
 * loses nothing. Pure; a struct match belongs to one thread at a time. */
#ifndef FETCH_MATCH_H
#define FETCH_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Ceilings. The one on time is there for expressions that try every way at
 * every place: each place alone may stay below the other ceilings. */
enum {
    MATCH_PATTERN_MAX = 64 * 1024, /* bytes */
    MATCH_HEAP_KIB = 128 * 1024,   /* PCRE2's memory for one place */
    MATCH_STACK_KIB = 64 * 1024,   /* the same for its machine code */
    MATCH_CPU_MS = 10 * 1000       /* PCRE2's processor time for a text */
};

struct match;

/* NULL and ERR_USAGE, with PCRE2's words and the place, if pattern is no
 * regular expression. */
struct match *match_new(const char *pattern, struct err *err)
    __attribute__((warn_unused_result));
void match_free(struct match *match); /* NULL is fine */

/* Another ceiling than MATCH_CPU_MS. */
void match_set_cpu_ms(struct match *match, int64_t ms);

/* Gets one match: the first capture group that took part, or the whole match if
 * the expression has no group; empty if none took part. text points into the
 * searched text. False ends the search. */
typedef bool match_found(void *arg, const char *text, size_t len);

/* Searches a text of len bytes and calls found for each match in order; matches
 * do not overlap, and an empty one does not stand still. True when the end was
 * reached or found said false. ERR_LIMIT if one of the ceilings was reached:
 * what found was given before stays right. ERR_USAGE if the text is not UTF-8
 * and the expression cannot be used on bytes. */
bool match_each(struct match *match, const char *text, size_t len,
                match_found *found, void *arg, struct err *err)
    __attribute__((warn_unused_result));

#endif
