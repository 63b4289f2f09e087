/* An address, a common entry (its length before it) and an entry: what is
 * accepted is about the address, and nothing outside of the bytes is read. */
#include "threads/cfi.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AT = 0x10000 };

/* A copy of its own, so that each byte beyond is seen. */
static unsigned char *copy(const uint8_t *data, size_t size)
{
    unsigned char *bytes = malloc(size ? size : 1);

    if (!bytes)
        abort();
    memcpy(bytes, data, size);
    return bytes;
}

static void try_rule(const struct cfi_entry *entry,
                     const struct cfi_entry *common, uint64_t code)
{
    struct cfi_rule rule;

    if (cfi_rule(entry, common, code, &rule) &&
        (code < rule.begin || code >= rule.end))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t code;
    uint64_t at;
    size_t len;
    unsigned char *first;
    unsigned char *second;
    struct cfi_entry common;
    struct cfi_entry entry;

    if (size < sizeof(code) + 1)
        return 0;
    memcpy(&code, data, sizeof(code));
    len = data[sizeof(code)];
    data += sizeof(code) + 1;
    size -= sizeof(code) + 1;
    len = len < size ? len : size;
    first = copy(data, len);
    second = copy(data + len, size - len);
    common = (struct cfi_entry){first, len, AT};
    entry = (struct cfi_entry){second, size - len, AT + len};
    try_rule(&entry, &common, code);
    if (cfi_common(&entry, &at) && at == entry.at + 4)
        abort();
    if (cfi_find(second, size - len, AT, code, &at) && size - len < 12)
        abort();
    if (cfi_prologue(second, size - len, &at) && size - len < 4)
        abort();
    if (cfi_is_call(second, size - len) && size - len < 2)
        abort();
    free(first);
    free(second);
    return 0;
}
