/* What is accepted means what it says: written out again it reads the same. */
#include "fetch/content_range.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_range(const char *text, size_t len)
{
    struct content_range range;
    struct content_range again;
    char total[24] = "*";
    char line[96];

    if (!content_range(text, len, &range))
        return;
    check(range.satisfied || range.total >= 0);
    if (range.total >= 0)
        snprintf(total, sizeof(total), "%" PRId64, range.total);
    if (range.satisfied) {
        check(range.span.start < range.span.end);
        check(range.total < 0 || range.span.end <= (uint64_t)range.total);
        snprintf(line, sizeof(line), "bytes %" PRIu64 "-%" PRIu64 "/%s",
                 range.span.start, range.span.end - 1, total);
    } else {
        snprintf(line, sizeof(line), "bytes */%s", total);
    }
    check(content_range(line, strlen(line), &again));
    check(again.satisfied == range.satisfied && again.total == range.total);
    check(!range.satisfied || (again.span.start == range.span.start &&
                               again.span.end == range.span.end));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t bytes;

    check_range((const char *)data, size);
    if (content_length((const char *)data, size, &bytes))
        check(bytes >= 0);
    return 0;
}
