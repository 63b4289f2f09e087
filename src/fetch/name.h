/* File names out of outside bytes. Whatever comes in, what goes out is one safe
 * path component: valid UTF-8, no slash, no backslash, no control or invisible
 * format character, no leading dot or dash, no trailing dot or space, never
 * empty, at most max bytes. Characters that only other systems reserve stay.
 *
 * out is an initialised str whose ceiling is at least max; it is cleared first.
 * max: NAME_MIN or more (less counts as NAME_MIN). The hashes are the same on
 * every machine, since names on disk hold them. Pure; any thread. */
#ifndef FETCH_NAME_H
#define FETCH_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
    NAME_MAX_BYTES = 255, /* what the usual file systems take */
    NAME_MIN = 32,
    NAME_EXT = 16 /* a longer "extension" is not one; with its dot */
};

enum name_slash {
    NAME_LAST,   /* raw is a path: what follows the last slash or backslash */
    NAME_REPLACE /* raw is a name: a slash in it becomes "_" */
};

/* Every byte that may not stay becomes "_"; ".x" becomes "_.x", "-x" "_-x";
 * nothing left, "." and ".." become "download". A name over max bytes is cut
 * between code points, keeps its extension and gets "-XXXXXXXX" before it, a
 * hash of raw, so that two long names stay two. */
void name_safe(struct str *out, const char *raw, size_t len,
               enum name_slash slash, size_t max);

/* One percent-encoded URL path component (RFC 3986 2.1), decoded, then as
 * name_safe with NAME_REPLACE. Where the decoded bytes are not UTF-8 the
 * percent signs stay. False, and out is empty, for "", "." and "..". */
bool name_decode(struct str *out, const char *component, size_t len, size_t max)
    __attribute__((warn_unused_result));

/* The last component of a URL's path, so decoded; query and fragment are no
 * part of it. False, and out is empty, where the path has none ("/", "/a/"). */
bool name_from_url(struct str *out, const char *url, size_t max)
    __attribute__((warn_unused_result));

/* Where the extension of a name starts (its dot), or where the name ends.
 * ".tar.gz" and its like are one; ".txt" alone, "a." and "v1.2" have none. */
size_t name_ext(const char *name);

/* The nth try for a taken name: "f.txt" -> "f.1.txt", "a.tar.gz" ->
 * "a.1.tar.gz", "README" -> "README.1". name is safe already; the stem is cut
 * where max asks for it. */
void name_numbered(struct str *out, const char *name, unsigned n, size_t max);

/* Where the part of a download lies until it is complete: "NAME-XXXXXXXX" and
 * suffix (".part", ".journal"; at most NAME_EXT bytes), the digits being a hash
 * of url. Within NAME_MAX_BYTES: a long name is cut, at the same place for
 * every suffix, and the hash is then of name, too. name is safe already. */
void name_part(struct str *out, const char *name, const char *url,
               const char *suffix);

/* Keys for tables of taken names. The folded one is the same for names that a
 * file system may hold to be one: upper and lower case, composed and decomposed
 * accents (Unicode case folding and NFC; bytes that are not UTF-8: ASCII case
 * only). */
uint64_t name_hash(const char *folder, const char *name);
uint64_t name_fold_hash(const char *folder, const char *name);

#endif
