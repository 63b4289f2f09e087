/* A part that is promised lies inside the file. The first byte is the size. */
#include "origin/range.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *field, uint64_t size)
{
    uint64_t first;
    uint64_t last;

    if (range_read(field, size, &first, &last) == RANGE_PART &&
        (first > last || last >= size))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *field;

    if (size == 0)
        return 0;
    field = mem_strndup((const char *)data + 1, size - 1);
    check(field, data[0]);
    check(field, UINT64_MAX - data[0]);
    mem_free(field);
    return 0;
}
