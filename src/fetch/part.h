/* A file on its way: data under a temporary name in the target folder, and
 * beside it a journal of what has arrived (journal.h).
 *
 * The journal claims only what has been flushed, and the final name appears
 * only by a rename of the whole file, so a kill or a power cut at any moment
 * leaves either a part that can be resumed or a finished file. Names are opened
 * under the folder's descriptor and never through a symlink.
 *
 * A part may be written by several threads at once (part_write at places that
 * do not matter to each other); all else is for one thread at a time. Every
 * call may block on the disk. */
#ifndef FETCH_PART_H
#define FETCH_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/err.h"
#include "fetch/journal.h"

struct part {
    int dir_fd;     /* the folder; not owned */
    int fd;         /* data */
    int journal_fd; /* -1: no journal yet */
    bool lost;      /* a flush has failed: what is on the disk is unknown */
    char *name;
    char *journal_name;
};

/* Makes an empty part for url, whose file will likely be called name; what an
 * earlier run left is overwritten, its journal removed. ERR_BUSY when another
 * process works on it. */
struct part *part_new(int dir_fd, const char *name, const char *url,
                      struct err *err) __attribute__((warn_unused_result));

/* Looks for a part of url with a journal that can be read, and takes it over:
 * *part and *journal are filled and true is returned. *part is NULL where there
 * is none. False: there is one, but it cannot be used (ERR_BUSY, ERR_DENIED).
 */
bool part_resume(int dir_fd, const char *name, const char *url,
                 struct part **part, struct journal *journal, struct err *err)
    __attribute__((warn_unused_result));

/* Is there any part with a journal in the folder? Asked once, it spares a look
 * for each file. Where the folder cannot be read: yes. */
bool part_any(int dir_fd);

/* Takes over the finished-looking file called file as the part of url, so that
 * its missing end can be fetched. journal (initialised) is filled and written
 * before the file gives up its name: after a kill at any moment it is there
 * under the one name or is a part that can be resumed. */
struct part *part_adopt(int dir_fd, const char *file, const char *name,
                        const char *url, struct journal *journal,
                        struct err *err) __attribute__((warn_unused_result));

/* Closes; the files stay. NULL does nothing. */
void part_free(struct part *part);

/* Asks for the blocks of the whole file, where the file system can do that at
 * no cost. ERR_SPACE when they are not to be had. */
bool part_reserve(struct part *part, uint64_t length, struct err *err)
    __attribute__((warn_unused_result));

bool part_write(struct part *part, const void *data, size_t len,
                uint64_t offset, struct err *err)
    __attribute__((warn_unused_result));

/* Reads exactly len bytes; false also at the end of the file. */
bool part_read(struct part *part, void *data, size_t len, uint64_t offset,
               struct err *err) __attribute__((warn_unused_result));

/* Everything written so far is on the disk when it returns true. Once it has
 * failed it never does so again, until part_reset. */
bool part_flush(struct part *part, struct err *err)
    __attribute__((warn_unused_result));

/* Writes a journal from scratch: header and spans. On failure there is none. */
bool part_journal(struct part *part, const struct journal *journal,
                  struct err *err) __attribute__((warn_unused_result));

/* Appends records made by journal_span to the journal that is there. On failure
 * it is as before, or gone (journal_fd is -1). */
bool part_append(struct part *part, const struct str *records, struct err *err)
    __attribute__((warn_unused_result));

/* Empties the data and drops the journal: the file on the server is another
 * one now. */
bool part_reset(struct part *part, struct err *err)
    __attribute__((warn_unused_result));

/* Gives the data its final name in folder to_fd (the same file system), cut to
 * length. replace: an existing file gives way; else ERR_EXISTS. The journal
 * goes. */
bool part_place(struct part *part, int to_fd, const char *name, uint64_t length,
                bool replace, struct err *err)
    __attribute__((warn_unused_result));

/* Removes the files. */
void part_remove(struct part *part);

/* A whole small file at once, from memory, without a part: it appears under
 * its name complete or not at all. */
bool part_place_bytes(int to_fd, const char *name, const void *data, size_t len,
                      bool replace, struct err *err)
    __attribute__((warn_unused_result));

#endif
