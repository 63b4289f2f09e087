/* JSON paths: the first line is the path, the rest the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "fetch/jsonpath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *arg, const char *text, size_t len)
{
    size_t *count = arg;
    uint32_t code;

    for (size_t i = 0, used; i < len; i += used) {
        used = fmt_utf8(text + i, len - i, &code);
        if (used == 0)
            abort();
    }
    /* Paths that multiply are cut short, to go on to the next input. */
    return ++*count < 10000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end ? (size_t)(end - data) : size;
    char *text = mem_strndup((const char *)data, len);
    struct err err = {.code = ERR_NONE};
    struct jsonpath *path = jsonpath_parse(text, &err);
    size_t count = 0;
    size_t others;

    if (!path && err.code != ERR_USAGE)
        abort();
    if (path &&
        !jsonpath_collect(path, (const char *)data + len, size - len, check,
                          &count, &others, &err) &&
        err.code != ERR_PROTOCOL && err.code != ERR_LIMIT)
        abort();
    jsonpath_free(path);
    mem_free(text);
    return 0;
}
