/* Where the characters that a person sees begin and end in UTF-8: grapheme
 * clusters (Unicode UAX #29, as utf8proc has them), words and columns. A byte
 * that is no part of valid UTF-8 is a cluster by itself. Pure; any thread. */
#ifndef TUI_GRAPHEME_H
#define TUI_GRAPHEME_H

#include <stddef.h>

/* The end of the cluster that begins at `at`, which is a boundary; len at the
 * end. */
size_t grapheme_next(const char *text, size_t len, size_t at);

/* The start of the cluster before `at`; 0 at the start. Clusters depend on what
 * is before them, so this reads the text from its start. */
size_t grapheme_prev(const char *text, size_t len, size_t at);

/* The first boundary at or behind `at`. */
size_t grapheme_snap(const char *text, size_t len, size_t at);

/* Words are runs of letters, marks, digits and underscores. The end of the word
 * at or behind `at`, and the start of the word before it. */
size_t grapheme_word_next(const char *text, size_t len, size_t at);
size_t grapheme_word_prev(const char *text, size_t len, size_t at);

/* The start of the blank-separated word before `at`. */
size_t grapheme_blank_prev(const char *text, size_t len, size_t at);

#endif
