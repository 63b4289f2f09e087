/* What tells whether two answers are about the same file: tag, date, length.
 * Pure. */
#ifndef FETCH_VALIDATORS_H
#define FETCH_VALIDATORS_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/answer.h"

/* Where a file's server side may differ between two requests. */
struct validators {
    char *final_url;
    char *etag;
    char *last_modified;
    int64_t length; /* -1: unknown */
};

void validators_fini(struct validators *validators);

/* RFC 9110 8.8.3.2: a strong tag proves sameness; weak ones and dates only
 * suggest it. */
enum sameness { SAME, LIKELY_SAME, OTHER, UNKNOWN };

/* Is an answer about a file of this length the one seen before? */
enum sameness validators_compare(const struct validators *seen,
                                 const struct answer *answer, int64_t length);

/* Both have a tag, and not the same. */
bool validators_new_tag(const struct validators *seen,
                        const struct answer *answer);

#endif
