/* Values as text for people, and the one way outside text reaches a screen.
 * Pure: no locks, no allocation, any thread. */
#ifndef BASE_FMT_H
#define BASE_FMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { FMT_MAX = 32 }; /* room for any of the short forms below, with NUL */

/* "0B", "999B", "1.0K", "12M", "1.5G": at most 5 columns, powers of 1024. */
const char *fmt_bytes(char out[FMT_MAX], uint64_t bytes);

/* The same with "/s" behind it. */
const char *fmt_rate(char out[FMT_MAX], uint64_t bytes_per_s);

/* "0:07", "12:34", "1:02:03", "3d04h"; "-" if ms < 0 (unknown). */
const char *fmt_ms(char out[FMT_MAX], int64_t ms);

/* Reads "10", "10k", "1.5M", "2GiB", "3T": k/K, M, G, T are powers of 1024; an
 * optional "B", "iB" or "/s" may follow. ERR_USAGE on anything else, a negative
 * or a value over INT64_MAX. */
bool fmt_parse_bytes(const char *text, uint64_t *bytes, struct err *err)
    __attribute__((warn_unused_result));

/* Reads "500ms", "10", "10s", "1.5m", "2h" into milliseconds (a bare number is
 * seconds). ERR_USAGE otherwise. */
bool fmt_parse_ms(const char *text, int64_t *ms, struct err *err)
    __attribute__((warn_unused_result));

/* A whole decimal number between low and high. ERR_USAGE otherwise. */
bool fmt_parse_int(const char *text, int64_t low, int64_t high, int64_t *value,
                   struct err *err) __attribute__((warn_unused_result));

/* Outside text for a screen or a log: copies at most columns terminal columns
 * of text (len bytes) to out (size bytes, always terminated). C0, DEL, C1,
 * bidirectional and other invisible format controls, line and paragraph
 * separators and bytes that are not UTF-8 each become U+FFFD (in a non-UTF-8
 * locale "?"); a tab and a newline become a space. A cut text ends in U+2026
 * ("..." where the locale cannot show it) when columns >= 4. Combining marks
 * stay with their base. columns: SIZE_MAX for no clipping. Returns the columns
 * used. Widths by wcwidth(3). */
size_t fmt_clean(char *out, size_t size, const char *text, size_t len,
                 size_t columns);

/* Terminal columns of a clean string. */
size_t fmt_columns(const char *text);

/* Decodes one UTF-8 code point (RFC 3629: no surrogates, no overlong forms).
 * Returns its length, or 0 if text does not start with a valid one. */
size_t fmt_utf8(const char *text, size_t len, uint32_t *code);

/* True for code points that must not reach a terminal or a file name: C0, DEL,
 * C1, U+061C, U+180E, U+200B..200F, U+2028..202E, U+2060..206F, U+FEFF,
 * U+FFF9..FFFB, tags. */
bool fmt_unsafe(uint32_t code);

#endif
