/* Lists of downloads, read line by line.
 *
 *   # a comment; blank lines are skipped
 *   https://a.example/f.iso<TAB>https://b.example/f.iso out=disc.iso
 *       checksum=sha256=0123...
 *       dir=my discs
 *
 * A line is a URL, then mirrors behind tabs, then options behind blanks. The
 * options are out=NAME, dir=DIR and checksum=ALGO=HEX. On the URL's line a
 * value ends at the next blank, or stands in double quotes, where a backslash
 * keeps the next character. An indented line that starts with an option belongs
 * to the URL before it; a value without quotes there goes on to the end of the
 * line, or to a blank and one of the three option names with its "=".
 *
 * A line that is wrong is told once, and its URL is left out whole: nothing is
 * fetched without the checksum that was meant for it.
 *
 * A byte order mark at the start and carriage returns at line ends are fine.
 * Memory is bounded by a few times LIST_LINE, whatever comes in. Pure; a reader
 * belongs to one thread at a time. */
#ifndef FETCH_LISTLINE_H
#define FETCH_LISTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum {
    LIST_LINE = 65536, /* bytes of a line */
    LIST_MIRRORS = 64  /* of one URL */
};

/* One download; every string is there to be freed by list_entry_fini. */
struct list_entry {
    char *url;
    char **mirrors;
    size_t mirrors_count;
    char *out;      /* NULL: not given, and so below */
    char *dir;      /* as written */
    char *checksum; /* "ALGO=HEX", not yet checked */
    int line;       /* of the URL, from 1 */
};

void list_entry_init(struct list_entry *entry);
void list_entry_fini(struct list_entry *entry);

enum list_next {
    LIST_ENTRY, /* an entry was given */
    LIST_BAD,   /* a line is wrong: err has its number and why. Go on. */
    LIST_MORE,  /* feed more, or call list_reader_end */
    LIST_END
};

/* Read no fields. */
struct list_reader {
    const char *input; /* the caller's bytes, still to be read */
    size_t input_len;
    struct str text; /* a line that is not yet complete */
    int line;        /* number of lines begun */
    bool too_long;   /* the rest of this line is skipped */
    bool begun;      /* the start of the input was seen */
    bool ended;
    bool have;     /* pending is an entry that may get more options */
    bool orphaned; /* options now belong to a URL that was left out */
    bool waiting;  /* text is a complete line, to be read once pending is out */
    struct list_entry pending;
};

void list_reader_init(struct list_reader *reader);
void list_reader_fini(struct list_reader *reader);

/* Lends bytes to the reader. They must stay until list_reader_next has returned
 * LIST_MORE, and only then (or at the start) more may be fed. */
void list_reader_feed(struct list_reader *reader, const char *bytes,
                      size_t len);

/* Nothing will be fed any more; LIST_MORE becomes LIST_END. */
void list_reader_end(struct list_reader *reader);

/* The next thing in the list. entry (initialised) is filled for LIST_ENTRY, err
 * for LIST_BAD. Since options may follow a URL, its entry comes out with the
 * next line that is none of them, or at the end. */
enum list_next list_reader_next(struct list_reader *reader,
                                struct list_entry *entry, struct err *err)
    __attribute__((warn_unused_result));

#endif
