/* The one way a line of text becomes words: in the config file, the command
 * line of the workbench, --plain and scripts.
 *
 *   set name 'a b'        # in files, a # where a word would begin
 *   get https://a.example/#part "out=my \"file\".iso" dir=a\ b
 *
 * Words are separated by spaces and tabs. '...' keeps every byte; in "..." a
 * backslash keeps the next one of " \ $ `, and stays before any other; outside
 * quotes a backslash keeps the next byte. Pieces that touch are one word. This
 * is the quoting of a POSIX shell (XCU 2.2), which has more signs of its own:
 * here $ * ; | & and the like are letters. Pure; any thread. */
#ifndef TUI_WORDS_H
#define TUI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum {
    WORDS_LINE = 4096, /* bytes of a line */
    WORDS_MAX = 256    /* words of a line */
};

/* Large, and argv points into text: neither copied nor returned. */
struct words {
    size_t count;
    char *argv[WORDS_MAX + 1]; /* count words, then NULL */
    struct {
        size_t from;
        size_t to;
    } ranges[WORDS_MAX]; /* each word's bytes in the line, with its quotes */
    char open;           /* the quote or backslash that the line leaves open */
    char text[WORDS_LINE + WORDS_MAX];
};

enum words_flags {
    WORDS_COMMENTS = 1 /* a file: # starts a comment */
};

/* Splits a line, of which a carriage return and a newline at the end are no
 * part. ERR_USAGE, with the column (characters from 1), for an open quote, a
 * backslash at the end and a control character outside quotes; ERR_LIMIT beyond
 * the ceilings above. On failure words holds what was read until then, an open
 * word included, so that a line that is still being typed can be completed. */
bool words_split(const char *line, unsigned flags, struct words *words,
                 struct err *err) __attribute__((warn_unused_result));

/* The same for a line that is still being typed: what can be read of it. */
void words_read(const char *line, unsigned flags, struct words *words);

/* The word that a caret at this byte of the line is in or at the end of; count
 * if it is in none, and a new word would begin there. */
size_t words_at(const struct words *words, size_t caret);

/* Appends word so that words_split gives it back, with and without
 * WORDS_COMMENTS, and so does a POSIX shell that reads it as an argument: words
 * of letters, digits and harmless signs as they are, all others in single
 * quotes. False if out was full; it is then unchanged. */
bool words_quote(struct str *out, const char *word);

#endif
