/* Which URLs have been fetched, over all runs: --archive FILE. Keys are SHA-256
 * of the URL without credentials, so that the file holds no secret. */
#ifndef FETCH_ARCHIVE_H
#define FETCH_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct archive;

/* Opens or makes the database. A handle is for one thread, but for
 * archive_note, which any thread may call. */
struct archive *archive_open(const char *path, struct err *err)
    __attribute__((warn_unused_result));

/* Closes; what was noted and not flushed is lost. NULL does nothing. */
void archive_close(struct archive *archive);

/* Is url in it? An error is taken for no: better to fetch twice. */
bool archive_has(struct archive *archive, const char *url);

/* Notes a finished file, in memory. NULL archive: does nothing. */
void archive_note(struct archive *archive, const char *url, const char *path,
                  uint64_t bytes);

/* Has anything been noted since the last flush? NULL: no. */
bool archive_pending(struct archive *archive);

/* Writes all notes in one commit. They are gone afterwards even when that
 * fails: the files are then fetched again some day. */
bool archive_flush(struct archive *archive, struct err *err)
    __attribute__((warn_unused_result));

#endif
