/* File types: the first line is the list of wanted types, the second the
 * declared one, the rest the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/magic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes a line off the front. */
static char *next_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    size_t len = end ? (size_t)(end - *data) : *size;
    char *line = mem_strndup((const char *)*data, len);

    *data += end ? len + 1 : len;
    *size -= end ? len + 1 : len;
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *patterns = next_line(&data, &size);
    char *declared = next_line(&data, &size);
    const char *type = magic_sniff(data, size);
    struct err err = {.code = ERR_NONE};

    if (type && (!type_match("*/*", type) || !type_patterns(type, NULL)))
        abort();
    if (!type_check("*/*", declared, data, size, NULL))
        abort();
    if (!type_check(patterns, declared, data, size, &err) &&
        err.code != ERR_MISMATCH)
        abort();
    if (type && !type_check(type, NULL, data, size, NULL))
        abort();
    mem_free(patterns);
    mem_free(declared);
    return 0;
}
