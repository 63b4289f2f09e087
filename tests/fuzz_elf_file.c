/* Whatever the file says, nothing outside of it is read, and every symbol has a
 * name. */
#include "threads/elf_file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    const uint8_t *data;
    size_t size;
};

static bool read_bytes(void *arg, uint64_t at, void *out, size_t size)
{
    const struct bytes *bytes = arg;

    if (at > bytes->size || size > bytes->size - at)
        abort();
    memcpy(out, bytes->data + at, size);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    struct elf_source source = {
        .read = read_bytes, .arg = &bytes, .size = size};
    struct elf_symbols symbols;
    struct elf_head head;

    if (!elf_head_read(&source, &head))
        return 0;
    if (head.high <= head.low || head.class != ELF_64)
        abort();
    if (!elf_symbols_read(&source, &head, &symbols))
        return 0;
    for (size_t i = 0; i < symbols.count; i++) {
        const struct elf_symbol *row = &symbols.rows[i];

        if (strlen(symbols.text + row->name) == 0 ||
            (i > 0 && row->value < symbols.rows[i - 1].value) ||
            !elf_symbols_at(&symbols, row->value))
            abort();
    }
    elf_symbols_at(&symbols, head.high);
    elf_symbols_fini(&symbols);
    return 0;
}
