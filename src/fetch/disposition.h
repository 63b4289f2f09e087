/* The file name a server suggests. Pure; any thread. */
#ifndef FETCH_DISPOSITION_H
#define FETCH_DISPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Reads the name out of a Content-Disposition value (RFC 6266; len bytes), as
 * leniently as servers need it:
 * - filename* (RFC 8187; UTF-8, ISO-8859-1, US-ASCII) goes before filename,
 *   wherever it stands and even in quotes; a malformed one is passed over, as
 *   are the continuations of RFC 2231 (filename*0);
 * - the disposition type may be anything, anywhere, or missing; of two equal
 *   parameters the first counts; blanks around "=" and empty parameters are
 *   fine; a name without quotes goes on to the next semicolon;
 * - in a plain filename raw UTF-8 is taken as it is and %XX is decoded where
 *   the whole is then UTF-8; other bytes are read as ISO-8859-1; an RFC 2047
 *   word stays as it is; a backslash escapes, but not in "C:\a\b".
 *
 * name (initialised; cleared first) gets UTF-8 that is not yet a safe file
 * name: name_safe with NAME_LAST makes it one. False, and name is empty, where
 * there is no name or it does not fit. */
bool disposition_name(const char *header, size_t len, struct str *name)
    __attribute__((warn_unused_result));

#endif
