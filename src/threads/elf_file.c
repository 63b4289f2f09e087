#include "elf_file.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* More than any program has; what is larger is treated as if it were absent. */
enum {
    SEGMENTS = 256,
    SYMBOL_BYTES = 192 << 20,
    TEXT_BYTES = 192 << 20,
    PAGE = 4096,
    AT_ONCE = 1024
};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { BYTE_ORDER_HERE = ELFDATA2LSB };
#else
enum { BYTE_ORDER_HERE = ELFDATA2MSB };
#endif

static bool read_at(const struct elf_source *source, uint64_t at, void *out,
                    size_t size)
{
    return at <= source->size && size <= source->size - at &&
           source->read(source->arg, at, out, size);
}

static bool read_segments(const struct elf_source *source,
                          const Elf64_Ehdr *file, struct elf_head *head)
{
    head->low = UINT64_MAX;
    if (file->e_phnum == 0 || file->e_phnum > SEGMENTS ||
        file->e_phentsize != sizeof(Elf64_Phdr))
        return false;
    for (unsigned i = 0; i < file->e_phnum; i++) {
        Elf64_Phdr segment;

        if (file->e_phoff > source->size ||
            !read_at(source, file->e_phoff + i * sizeof(segment), &segment,
                     sizeof(segment)))
            return false;
        head->interp |= segment.p_type == PT_INTERP;
        if (segment.p_type == PT_GNU_EH_FRAME) {
            head->frames = segment.p_vaddr;
            head->frames_size = segment.p_memsz;
        }
        if (segment.p_type != PT_LOAD)
            continue;
        if (segment.p_vaddr > UINT64_MAX - segment.p_memsz)
            return false;
        if (segment.p_vaddr < head->low)
            head->low = segment.p_vaddr;
        if (segment.p_vaddr + segment.p_memsz > head->high)
            head->high = segment.p_vaddr + segment.p_memsz;
    }
    head->low -= head->low % PAGE;
    return head->high > head->low;
}

bool elf_head_read(const struct elf_source *source, struct elf_head *head)
{
    Elf64_Ehdr file;

    *head = (struct elf_head){.class = ELF_NONE};
    if (!read_at(source, 0, file.e_ident, EI_NIDENT) ||
        memcmp(file.e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    head->class = file.e_ident[EI_CLASS] == ELFCLASS64 ? ELF_64 : ELF_32;
    if (head->class != ELF_64 || file.e_ident[EI_DATA] != BYTE_ORDER_HERE ||
        !read_at(source, 0, &file, sizeof(file)))
        return false;
    if (file.e_shentsize == sizeof(Elf64_Shdr)) {
        head->sections = file.e_shoff;
        head->section_count = file.e_shnum;
    }
    return read_segments(source, &file, head);
}

static bool read_section(const struct elf_source *source,
                         const struct elf_head *head, unsigned i,
                         Elf64_Shdr *section)
{
    return head->sections <= source->size &&
           read_at(source, head->sections + i * sizeof(*section), section,
                   sizeof(*section));
}

/* The table of symbols, the full one if there is one. */
static bool find_table(const struct elf_source *source,
                       const struct elf_head *head, Elf64_Shdr *table)
{
    bool found = false;
    Elf64_Shdr section;

    for (unsigned i = 0; i < head->section_count; i++) {
        if (!read_section(source, head, i, &section))
            return false;
        if (section.sh_type != SHT_SYMTAB &&
            (found || section.sh_type != SHT_DYNSYM))
            continue;
        if (section.sh_entsize != sizeof(Elf64_Sym) ||
            section.sh_size > SYMBOL_BYTES || section.sh_size > source->size ||
            section.sh_link >= head->section_count)
            continue;
        *table = section;
        found = true;
        if (section.sh_type == SHT_SYMTAB)
            return true;
    }
    return found;
}

static bool read_text(const struct elf_source *source,
                      const struct elf_head *head, unsigned link,
                      struct elf_symbols *symbols, size_t *len)
{
    Elf64_Shdr section;

    if (!read_section(source, head, link, &section) ||
        section.sh_type != SHT_STRTAB || section.sh_size == 0 ||
        section.sh_size > TEXT_BYTES || section.sh_size > source->size)
        return false;
    *len = (size_t)section.sh_size;
    symbols->text = mem_resize(NULL, *len + 1, 1);
    symbols->text[*len] = '\0';
    return read_at(source, section.sh_offset, symbols->text, *len);
}

static bool wanted(const Elf64_Sym *symbol, const char *text, size_t text_len)
{
    unsigned type = ELF64_ST_TYPE(symbol->st_info);

    return (type == STT_OBJECT || type == STT_FUNC || type == STT_GNU_IFUNC) &&
           symbol->st_shndx != SHN_UNDEF && symbol->st_name < text_len &&
           text[symbol->st_name] != '\0';
}

static bool read_rows(const struct elf_source *source, const Elf64_Shdr *table,
                      struct elf_symbols *symbols, size_t text_len)
{
    size_t all = (size_t)(table->sh_size / sizeof(Elf64_Sym));
    Elf64_Sym some[AT_ONCE];

    symbols->rows = mem_resize(NULL, all, sizeof(*symbols->rows));
    for (size_t at = 0; at < all;) {
        size_t count = all - at < AT_ONCE ? all - at : AT_ONCE;

        if (table->sh_offset > source->size ||
            !read_at(source, table->sh_offset + at * sizeof(some[0]), some,
                     count * sizeof(some[0])))
            return false;
        for (size_t i = 0; i < count; i++)
            if (wanted(&some[i], symbols->text, text_len))
                symbols->rows[symbols->count++] = (struct elf_symbol){
                    some[i].st_value, some[i].st_size, some[i].st_name};
        at += count;
    }
    return symbols->count > 0;
}

/* Of several names for one place the largest comes last, to be found. */
static int compare(const void *a, const void *b)
{
    const struct elf_symbol *left = a;
    const struct elf_symbol *right = b;

    if (left->value != right->value)
        return (left->value > right->value) - (left->value < right->value);
    if (left->size != right->size)
        return (left->size > right->size) - (left->size < right->size);
    return (left->name < right->name) - (left->name > right->name);
}

bool elf_symbols_read(const struct elf_source *source,
                      const struct elf_head *head, struct elf_symbols *symbols)
{
    Elf64_Shdr table;
    size_t text_len;

    *symbols = (struct elf_symbols){.count = 0};
    if (find_table(source, head, &table) &&
        read_text(source, head, table.sh_link, symbols, &text_len) &&
        read_rows(source, &table, symbols, text_len)) {
        qsort(symbols->rows, symbols->count, sizeof(*symbols->rows), compare);
        return true;
    }
    elf_symbols_fini(symbols);
    return false;
}

void elf_symbols_fini(struct elf_symbols *symbols)
{
    mem_free(symbols->rows);
    mem_free(symbols->text);
    *symbols = (struct elf_symbols){.count = 0};
}

const struct elf_symbol *elf_symbols_at(const struct elf_symbols *symbols,
                                        uint64_t address)
{
    const struct elf_symbol *found;
    size_t low = 0;
    size_t high = symbols->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (symbols->rows[middle].value <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    found = &symbols->rows[low - 1];
    if (address == found->value || address - found->value < found->size)
        return found;
    return NULL;
}

const struct elf_symbol *elf_symbols_named(const struct elf_symbols *symbols,
                                           const char *name)
{
    for (size_t i = 0; i < symbols->count; i++)
        if (strcmp(symbols->text + symbols->rows[i].name, name) == 0)
            return &symbols->rows[i];
    return NULL;
}
