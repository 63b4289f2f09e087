/* Which of many candidates a person means by what is typed so far. Letters
 * match in either case (Unicode simple case folding). Pure; any thread. */
#ifndef TUI_COMPLETE_H
#define TUI_COMPLETE_H

#include <stddef.h>

/* How well a candidate fits, best first. */
enum complete_fit {
    COMPLETE_SAME,      /* the whole candidate is typed, in the same case */
    COMPLETE_PREFIX,    /* it starts so, in the same case */
    COMPLETE_FOLDED,    /* it starts so, in either case */
    COMPLETE_WORD,      /* a word in it starts so */
    COMPLETE_INSIDE,    /* it has this somewhere */
    COMPLETE_SCATTERED, /* it has these letters in this order */
    COMPLETE_NONE
};

enum complete_fit complete_fit(const char *typed, const char *candidate);

/* Puts the indexes of the candidates that fit into found, which has room for
 * count, the best first; among equals those whose letters are closest together,
 * then the order they came in. Nothing typed fits all, in their order. Returns
 * how many. */
size_t complete_filter(const char *typed, const char *const *candidates,
                       size_t count, size_t *found);

/* How many bytes all candidates start with, never part of a character as a
 * person sees it; 0 without candidates. */
size_t complete_common(const char *const *candidates, size_t count);

#endif
