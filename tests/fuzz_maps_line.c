/* What is accepted is a region, and its name lies in the line. */
#include "threads/maps_line.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct maps_line line;

    if (!maps_line_read(text, size, &line))
        return 0;
    if (line.start >= line.end || line.name < text ||
        line.name + line.name_len != text + size)
        abort();
    return 0;
}
