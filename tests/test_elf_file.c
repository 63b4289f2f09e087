#include "threads/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

int test_elf_file_marked(void);

int test_elf_file_marked(void)
{
    return 1;
}

struct bytes {
    unsigned char *data;
    size_t size;
};

static bool read_bytes(void *arg, uint64_t at, void *out, size_t size)
{
    const struct bytes *bytes = arg;

    if (at > bytes->size || size > bytes->size - at)
        return false;
    memcpy(out, bytes->data + at, size);
    return true;
}

static struct elf_source source_of(struct bytes *bytes)
{
    return (struct elf_source){
        .read = read_bytes, .arg = bytes, .size = bytes->size};
}

static struct bytes own_program(void)
{
    struct bytes bytes = {.data = NULL};
    int fd = open("/proc/self/exe", O_RDONLY);
    struct stat stat;

    if (fd < 0 || fstat(fd, &stat) != 0)
        return bytes;
    bytes.data = mem_resize(NULL, (size_t)stat.st_size, 1);
    while (bytes.size < (size_t)stat.st_size) {
        ssize_t n = read(fd, bytes.data + bytes.size,
                         (size_t)stat.st_size - bytes.size);

        if (n <= 0)
            break;
        bytes.size += (size_t)n;
    }
    close(fd);
    return bytes;
}

static void test_own(struct bytes *bytes)
{
    struct elf_source source = source_of(bytes);
    const struct elf_symbol *symbol;
    struct elf_symbols symbols;
    struct elf_head head;

    tap_ok(elf_head_read(&source, &head) && head.class == ELF_64 &&
               head.high > head.low && head.interp,
           "this program");
    tap_ok(elf_symbols_read(&source, &head, &symbols), "its symbols");
    symbol = elf_symbols_named(&symbols, "test_elf_file_marked");
    if (!tap_ok(symbol != NULL && symbol->size > 0, "a function of it"))
        return;
    tap_ok(elf_symbols_at(&symbols, symbol->value) &&
               elf_symbols_at(&symbols, symbol->value + symbol->size - 1),
           "found at its first and last byte");
    tap_ok(!elf_symbols_named(&symbols, "test_elf_file_unmarked"),
           "no other name");
    tap_ok(!elf_symbols_at(&symbols, 0), "nothing at 0");
    elf_symbols_fini(&symbols);
}

static void test_refused(struct bytes *bytes)
{
    struct elf_symbols symbols;
    struct elf_head head;
    struct elf_source source;
    Elf64_Ehdr file;
    size_t size = bytes->size;

    memcpy(&file, bytes->data, sizeof(file));
    source = source_of(bytes);
    source.size = bytes->size = sizeof(file) - 1;
    tap_ok(!elf_head_read(&source, &head), "only the beginning of a header");
    source.size = bytes->size = (size_t)file.e_phoff + 8;
    tap_ok(!elf_head_read(&source, &head), "without its segments");
    source.size = bytes->size = (size_t)file.e_shoff;
    tap_ok(elf_head_read(&source, &head) &&
               !elf_symbols_read(&source, &head, &symbols),
           "without its sections there are no names");
    source.size = bytes->size = size;
    bytes->data[EI_CLASS] = ELFCLASS32;
    tap_ok(!elf_head_read(&source, &head) && head.class == ELF_32, "32-bit");
    bytes->data[EI_CLASS] = ELFCLASS64;
    bytes->data[0] = 0;
    tap_ok(!elf_head_read(&source, &head) && head.class == ELF_NONE,
           "no ELF file");
}

int main(void)
{
    struct bytes bytes = own_program();

    test_own(&bytes);
    test_refused(&bytes);
    mem_free(bytes.data);
    return tap_done();
}
