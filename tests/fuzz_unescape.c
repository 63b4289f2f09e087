/* Escapes of JSON and HTML. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "fetch/unescape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_utf8(const char *text, size_t len)
{
    uint32_t code;

    for (size_t i = 0, used; i < len; i += used) {
        used = fmt_utf8(text + i, len - i, &code);
        if (used == 0)
            return false;
    }
    return true;
}

/* Never longer, never spoiled, and nothing happens without the mark. */
static void check(const char *text, size_t size, char mark,
                  bool (*undo)(const char *, size_t, struct str *))
{
    struct str out;

    str_init(&out, size > 0 ? size : 1);
    if (!undo(text, size, &out) || out.len > size)
        abort();
    if (is_utf8(text, size) && !is_utf8(out.data, out.len))
        abort();
    if ((size == 0 || !memchr(text, mark, size)) &&
        (out.len != size || memcmp(out.data, text, size) != 0))
        abort();
    str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    check(text, size, '\\', unescape_json);
    check(text, size, '&', unescape_html);
    unescape_is_json(text, size);
    return 0;
}
