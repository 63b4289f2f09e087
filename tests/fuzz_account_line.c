/* Lines that are read fit what is known before them. */
#include "cmd/account_line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data;
    const char *end = at + size;
    struct book book = {.count = 0};
    bool ok = true;

    while (ok && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);
        const struct holder *opened;
        struct entry entry;

        ok = account_line_read(at, len, &book, &entry, &opened, NULL);
        if (ok && (entry.minor < 0 || !book_by_id(&book, entry.to) ||
                   entry.to_prev < 0))
            abort();
        at += len + (stop != NULL);
    }
    book_clear(&book);
    return 0;
}
