/* The word a person probably meant. Pure; any thread. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* The one of count words that is nearest to word by edits (a letter added,
 * left out, changed, or two neighbours swapped: optimal string alignment), or
 * NULL if none is near enough to be worth asking about. */
const char *nearest(const char *word, const char *const *words, size_t count);

#endif
