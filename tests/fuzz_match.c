/* Regular expressions: the first line is the expression, the rest the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    const char *text;
    size_t len;
    size_t count;
};

static bool check(void *arg, const char *text, size_t len)
{
    struct seen *seen = arg;

    if (text < seen->text || len > seen->len ||
        text > seen->text + seen->len - len)
        abort();
    /* At each place an empty one and one that moves on, at most. */
    if (++seen->count > 2 * seen->len + 1)
        abort();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    char *pattern =
        mem_strndup((const char *)data, end ? (size_t)(end - data) : size);
    struct match *match = match_new(pattern, NULL);
    struct seen seen = {.text = (const char *)(end ? end + 1 : data)};
    struct err err = {.code = ERR_NONE};

    seen.len = end ? size - (size_t)(end + 1 - data) : size;
    if (match) {
        match_set_cpu_ms(match, 100);
        if (!match_each(match, seen.text, seen.len, check, &seen, &err) &&
            err.code == ERR_NONE)
            abort();
    }
    match_free(match);
    mem_free(pattern);
    return 0;
}
