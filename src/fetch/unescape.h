/* Undoes the escapes in a piece of a page, so that a URL found by a regular
 * expression is what the page means and not how it spells it.
 *
 * Each call undoes one level, replaces the content of out and leaves what is no
 * valid escape as it is; a text without escapes comes out unchanged. Characters
 * come out as UTF-8 (RFC 3629). False, and out empty, if out's ceiling would be
 * passed; the result is never longer than the text. Pure, any thread. */
#ifndef FETCH_UNESCAPE_H
#define FETCH_UNESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* The escapes of a JSON string (RFC 8259 section 7), surrogate pairs included.
 * \u0000 and lone surrogates stay as they are. */
bool unescape_json(const char *text, size_t len, struct str *out)
    __attribute__((warn_unused_result));

/* Does text hold an escape that only a JSON or JavaScript string would hold:
 * "\/" or "\u" with four digits? */
bool unescape_is_json(const char *text, size_t len);

/* HTML's character references (the HTML Standard, section 13.5) that end in a
 * semicolon: &#N; and &#xN;, and of the named ones those for the characters
 * that URLs are made of, and the space-like ones. Numbers that mean no
 * character, and those from 128 to 159, stay as they are. */
bool unescape_html(const char *text, size_t len, struct str *out)
    __attribute__((warn_unused_result));

#endif
