/* What is accepted reads the same when it is written out again. */
#include "threads/schedstat.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct schedstat stat;
    struct schedstat again;
    char text[80];

    if (!schedstat_read((const char *)data, size, &stat))
        return 0;
    snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
             stat.run_ns, stat.ready_ns, stat.times);
    if (!schedstat_read(text, strlen(text), &again) ||
        memcmp(&stat, &again, sizeof(stat)) != 0)
        abort();
    return 0;
}
