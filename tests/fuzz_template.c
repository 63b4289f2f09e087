/* Whatever the pattern and the fields, the path stays below its folder. */
#include "fetch/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_path(const struct str *path)
{
    const char *at = path->data;
    size_t components = 0;

    check(!path->full && path->len > 0 && path->len < TEMPLATE_PATH);
    check(strlen(path->data) == path->len);
    for (;;) {
        size_t len = strcspn(at, "/");
        struct str safe;

        check(len > 0 && len <= NAME_MAX_BYTES && at[0] != '.');
        str_init(&safe, NAME_MAX_BYTES);
        name_safe(&safe, at, len, NAME_REPLACE, NAME_MAX_BYTES);
        check(safe.len == len && memcmp(safe.data, at, len) == 0);
        str_fini(&safe);
        components++;
        if (!at[len])
            break;
        at += len + 1;
    }
    check(components <= TEMPLATE_COMPONENTS);
}

/* Takes the next line off the input. */
static char *line(const char **data, size_t *size)
{
    const char *end = *size ? memchr(*data, '\n', *size) : NULL;
    size_t len = end ? (size_t)(end - *data) : *size;
    char *text = mem_strndup(*data, len);

    len += end ? 1 : 0;
    *data += len;
    *size -= len;
    return text;
}

/* The pattern, the name, the host and the path, one a line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char *pattern = line(&text, &size);
    char *name = line(&text, &size);
    char *host = line(&text, &size);
    char *folders = line(&text, &size);
    struct err err = {ERR_NONE, ""};
    struct template *template = template_parse(pattern, &err);
    struct template_values values = {name, host, folders, size,
                                     (int64_t)size * 100000};
    struct str path;

    str_init(&path, TEMPLATE_PATH);
    if (!template)
        check(err.code == ERR_USAGE && err.text[0]);
    else if (template_expand(template, &values, &path, &err))
        check_path(&path);
    else
        check(err.code == ERR_LIMIT);
    str_fini(&path);
    template_free(template);
    mem_free(pattern);
    mem_free(name);
    mem_free(host);
    mem_free(folders);
    return 0;
}
