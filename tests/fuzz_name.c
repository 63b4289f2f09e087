/* Whatever comes in, one safe path component goes out. */
#include "fetch/name.h"

#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_safe(const struct str *name, size_t max)
{
    check(!name->full && name->len > 0 && name->len <= max);
    check(strlen(name->data) == name->len);
    check(name->data[0] != '.' && name->data[0] != '-');
    check(name->data[0] != ' ');
    check(name->data[name->len - 1] != '.');
    check(name->data[name->len - 1] != ' ');
    for (size_t i = 0; i < name->len;) {
        uint32_t code;
        size_t used = fmt_utf8(name->data + i, name->len - i, &code);

        check(used > 0 && code != '/' && code != '\\' && !fmt_unsafe(code));
        i += used;
    }
    check(name_ext(name->data) <= name->len);
}

/* A safe name is a fixed point, and so are the names made of it. */
static void check_derived(const struct str *name, const char *url, size_t max)
{
    struct str out;

    str_init(&out, NAME_MAX_BYTES);
    name_safe(&out, name->data, name->len, NAME_REPLACE, max);
    check(strcmp(out.data, name->data) == 0);
    name_numbered(&out, name->data, 4000000000U, max);
    check_safe(&out, max);
    name_part(&out, name->data, url, ".journal");
    check_safe(&out, NAME_MAX_BYTES);
    name_hash(url, name->data);
    check(name_fold_hash(url, name->data) == name_fold_hash(url, name->data));
    str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t max = size > 0 ? data[0] : 0;
    const char *raw = (const char *)data + (size > 0);
    size_t len = size - (size > 0);
    char *text = mem_strndup(raw, len);
    struct str out;

    if (max < NAME_MIN)
        max = NAME_MIN;
    str_init(&out, max);
    name_safe(&out, raw, len, NAME_REPLACE, max);
    check_safe(&out, max);
    check_derived(&out, text, max);
    name_safe(&out, raw, len, NAME_LAST, max);
    check_safe(&out, max);
    if (name_decode(&out, raw, len, max))
        check_safe(&out, max);
    if (name_from_url(&out, text, max))
        check_safe(&out, max);
    else
        check(out.len == 0);
    str_fini(&out);
    mem_free(text);
    return 0;
}
