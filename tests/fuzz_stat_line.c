/* What is accepted has a thread and a name that ends. */
#include "threads/stat_line.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stat_line line;

    if (!stat_line_read((const char *)data, size, &line))
        return 0;
    if (line.tid <= 0 ||
        strnlen(line.name, sizeof(line.name)) == sizeof(line.name) ||
        (line.name[0] && !memmem(data, size, line.name, strlen(line.name))))
        abort();
    return 0;
}
