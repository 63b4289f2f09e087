#include "validators.h"

#include <string.h>

#include "base/mem.h"

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool differ(const char *a, const char *b)
{
    return a && b && strcmp(a, b) != 0;
}

enum sameness validators_compare(const struct validators *seen,
                                 const struct answer *answer, int64_t length)
{
    bool same_length = seen->length >= 0 && seen->length == length;

    if (seen->length >= 0 && length >= 0 && !same_length)
        return OTHER;
    if (answer_strong(seen->etag) && equal(seen->etag, answer->etag))
        return SAME;
    if (differ(seen->last_modified, answer->last_modified))
        return OTHER;
    /* Servers behind one name may give one file different tags; the same date
     * and length make that worth a look at the bytes. */
    if (equal(seen->last_modified, answer->last_modified) && same_length)
        return differ(seen->etag, answer->etag) ? LIKELY_SAME : SAME;
    if (equal(seen->etag, answer->etag))
        return LIKELY_SAME;
    if (differ(seen->etag, answer->etag))
        return OTHER;
    return UNKNOWN;
}

bool validators_new_tag(const struct validators *seen,
                        const struct answer *answer)
{
    return differ(seen->etag, answer->etag);
}

void validators_fini(struct validators *validators)
{
    mem_free(validators->final_url);
    mem_free(validators->etag);
    mem_free(validators->last_modified);
    *validators = (struct validators){.length = -1};
}
