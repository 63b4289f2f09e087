/* A session_record (session.h) as one block of memory. Pure. */
#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "session/session.h"

/* May it be remembered? */
bool record_fits(const struct session_record *record);

/* A copy with all its text in one block, which mem_free ends. It fits. */
struct session_record *record_copy(const struct session_record *record)
    __attribute__((returns_nonnull, warn_unused_result));

/* All URLs, each with a NUL behind it. False if out is too small. */
bool record_pack_urls(const struct session_record *record, struct str *out);

/* Points urls (room for SESSION_URLS) at the parts of what was packed; returns
 * how many, 0 if that is not what data holds. */
size_t record_unpack_urls(const char *data, size_t len, const char **urls);

#endif
