/* Whatever a link holds, the name fits and is safe to show. The first byte is
 * the room for it. */
#include "threads/descriptor.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text)
{
    size_t len = strlen(text);
    uint32_t code;

    for (size_t at = 0; at < len;) {
        size_t step = fmt_utf8(text + at, len - at, &code);

        if (step == 0 || fmt_unsafe(code))
            abort();
        at += step;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char out[256];

    if (size == 0)
        return 0;
    setlocale(LC_ALL, "C.UTF-8");
    memset(out, 'x', sizeof(out));
    descriptor_name((const char *)data + 1, size - 1, out, data[0]);
    if (data[0] == 0)
        return 0;
    if (strnlen(out, data[0]) == data[0])
        abort();
    check(out);
    return 0;
}
