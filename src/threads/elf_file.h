/* What is needed of an ELF file (elf(5), the System V ABI): where it is loaded
 * and the names of its functions and objects. The file is anybody's: whatever
 * it says is checked against its size, and the work is bounded. Only 64-bit
 * files of this machine's byte order. Pure: bytes come by a callback. */
#ifndef THREADS_ELF_FILE_H
#define THREADS_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_source {
    /* All of size bytes at the offset, or false. */
    bool (*read)(void *arg, uint64_t at, void *out, size_t size);
    void *arg;
    uint64_t size;
};

enum elf_class { ELF_NONE, ELF_32, ELF_64 }; /* NONE: not an ELF file */

struct elf_head {
    enum elf_class class;
    uint64_t low; /* of the addresses it is linked for, whole pages */
    uint64_t high;
    bool interp;     /* it names a dynamic loader */
    uint64_t frames; /* .eh_frame_hdr, as linked; size 0: none */
    uint64_t frames_size;
    uint64_t sections;
    unsigned section_count;
};

struct elf_symbol {
    uint64_t value;
    uint64_t size;
    uint32_t name; /* in text */
};

struct elf_symbols {
    struct elf_symbol *rows; /* by value */
    size_t count;
    char *text; /* ends in a NUL */
};

/* False: not a file this machine can run; head->class says what it is then. */
bool elf_head_read(const struct elf_source *source, struct elf_head *head)
    __attribute__((warn_unused_result));

/* The functions and objects with a name of .symtab, or of .dynsym where the
 * file has been stripped. False: there are none. The caller ends them. */
bool elf_symbols_read(const struct elf_source *source,
                      const struct elf_head *head, struct elf_symbols *symbols)
    __attribute__((warn_unused_result));
void elf_symbols_fini(struct elf_symbols *symbols);

/* The symbol that covers the address; one without a size only covers where it
 * begins. NULL: none. */
const struct elf_symbol *elf_symbols_at(const struct elf_symbols *symbols,
                                        uint64_t address);

/* NULL: there is no such name. */
const struct elf_symbol *elf_symbols_named(const struct elf_symbols *symbols,
                                           const char *name);

#endif
