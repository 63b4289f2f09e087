/* A name is UTF-8; written as an extended value it is read again. */
#include "fetch/disposition.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "fetch/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static bool is_utf8(const struct str *text)
{
    for (size_t i = 0; i < text->len;) {
        uint32_t code;
        size_t used = fmt_utf8(text->data + i, text->len - i, &code);

        if (used == 0)
            return false;
        i += used;
    }
    return true;
}

static void check_again(const struct str *name)
{
    struct str header;
    struct str again;

    str_init(&header, name->len * 3 + 100);
    str_init(&again, name->len);
    str_puts(&header, "attachment; filename=other; filename*=UTF-8''");
    for (size_t i = 0; i < name->len; i++)
        str_printf(&header, "%%%02X", (unsigned char)name->data[i]);
    check(!header.full);
    check(disposition_name(header.data, header.len, &again));
    check(again.len == name->len &&
          memcmp(again.data, name->data, name->len) == 0);
    str_fini(&header);
    str_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str name;
    struct str safe;

    str_init(&name, 2000);
    str_init(&safe, NAME_MAX_BYTES);
    if (disposition_name((const char *)data, size, &name)) {
        check(name.len > 0 && !name.full && is_utf8(&name));
        name_safe(&safe, name.data, name.len, NAME_LAST, NAME_MAX_BYTES);
        check(safe.len > 0 && !strchr(safe.data, '/'));
        check_again(&name);
    } else {
        check(name.len == 0);
    }
    str_fini(&name);
    str_fini(&safe);
    return 0;
}
