#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "threads/maps_line.h"
#include "threads/memory.h"

enum {
    MAPS_MAX = 64 << 20, /* half a million regions */
    ROWS_MAX = 1 << 18,
    FRAMES_MAX = 32 << 20,
    HEAD = 1024, /* so much of file and memory is compared */
    NAME = 256,
    SHORT = 64 /* of a module in a name */
};

/* Symbol tables of so many bytes are kept; the rest stays without names. */
#define BYTES_MAX (UINT64_C(512) << 20)

struct module {
    uint64_t start; /* of the region, or of all regions of a file */
    uint64_t end;
    char *path; /* or "[heap]"; "": nameless memory */
    bool file;
    bool looked; /* head and symbols have been tried */
    bool known;  /* head is true */
    struct elf_head head;
    struct elf_symbols symbols;
    bool named;            /* symbols are there */
    unsigned char *frames; /* .eh_frame_hdr; NULL: not read, or none */
    bool framed;           /* that has been tried */
};

enum { NAME_BYTES = 32 }; /* a symbol's, about */

static uint64_t bytes_of(const struct module *module)
{
    return module->symbols.count * (sizeof(struct elf_symbol) + NAME_BYTES) +
           (module->frames ? module->head.frames_size : 0);
}

/* ---- reading the list ---- */

static bool read_maps(pid_t pid, struct str *text)
{
    char path[NAME];
    char some[16384];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while ((n = read(fd, some, sizeof(some))) > 0 &&
           str_add(text, some, (size_t)n))
        ;
    close(fd);
    return n == 0 && text->len > 0;
}

/* Regions of one file stand together, and between them or right behind nameless
 * ones that are part of it: what it has of zeroes. */
static bool goes_on(const struct module *last, const struct maps_line *line)
{
    return last && last->file && line->offset > 0 &&
           strlen(last->path) == line->name_len &&
           memcmp(last->path, line->name, line->name_len) == 0;
}

static void add_line(struct modules *modules, const struct maps_line *line,
                     size_t *room)
{
    struct module *last =
        modules->count > 0 ? &modules->rows[modules->count - 1] : NULL;

    if (goes_on(last, line)) {
        last->end = line->end;
        return;
    }
    if (modules->count == ROWS_MAX)
        return;
    if (modules->count == *room) {
        *room = *room ? 2 * *room : 64;
        modules->rows = mem_resize(modules->rows, *room, sizeof(struct module));
    }
    modules->rows[modules->count++] = (struct module){
        .start = line->start,
        .end = line->end,
        .path = mem_strndup(line->name, line->name_len),
        .file = line->name_len > 0 && line->name[0] == '/',
    };
}

bool modules_read(struct modules *modules, pid_t pid)
{
    struct str text;
    struct maps_line line;
    size_t room = 0;
    bool read;

    *modules = (struct modules){.pid = pid};
    str_init(&text, MAPS_MAX);
    read = read_maps(pid, &text);
    for (size_t at = 0; read && at < text.len;) {
        const char *end = memchr(text.data + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - text.data) - at : text.len - at;

        if (maps_line_read(text.data + at, len, &line))
            add_line(modules, &line, &room);
        at += len + 1;
    }
    str_fini(&text);
    return modules->count > 0;
}

static bool is_at(const struct module *left, const struct module *right)
{
    return left->start == right->start && left->file == right->file &&
           strcmp(left->path, right->path) == 0;
}

/* What has been learned of a file goes over to its new row. */
static void take_over(struct module *to, struct module *from)
{
    uint64_t end = to->end;
    char *path = to->path;

    *to = *from;
    to->end = end;
    to->path = path;
    from->symbols = (struct elf_symbols){.count = 0};
    from->frames = NULL;
    from->looked = false;
}

/* Both lists are in order of addresses. */
bool modules_renew(struct modules *modules, bool *moved)
{
    struct modules now;
    size_t old = 0;

    *moved = false;
    if (!modules_read(&now, modules->pid))
        return false;
    for (size_t i = 0; i < now.count; i++) {
        while (old < modules->count &&
               modules->rows[old].start < now.rows[i].start)
            old++;
        if (old < modules->count && is_at(&now.rows[i], &modules->rows[old]))
            take_over(&now.rows[i], &modules->rows[old]);
    }
    now.bytes = modules->bytes;
    for (size_t i = 0; i < modules->count; i++) {
        *moved |= modules->rows[i].looked;
        now.bytes -= bytes_of(&modules->rows[i]);
    }
    modules_fini(modules);
    *modules = now;
    return true;
}

void modules_fini(struct modules *modules)
{
    for (size_t i = 0; i < modules->count; i++) {
        mem_free(modules->rows[i].path);
        elf_symbols_fini(&modules->rows[i].symbols);
        mem_free(modules->rows[i].frames);
    }
    mem_free(modules->rows);
    *modules = (struct modules){.pid = 0};
}

/* ---- one file ---- */

static const char *base_name(const struct module *module)
{
    const char *slash = strrchr(module->path, '/');

    return slash ? slash + 1 : module->path;
}

/* A path may lead to anything by now: only a regular file is opened, so that no
 * device is touched and no FIFO waited for. */
static int open_regular(const char *path)
{
    int place = open(path, O_PATH | O_CLOEXEC);
    char again[NAME];
    struct stat stat;
    int fd = -1;

    if (place < 0)
        return -1;
    snprintf(again, sizeof(again), "/proc/self/fd/%d", place);
    if (fstat(place, &stat) == 0 && S_ISREG(stat.st_mode))
        fd = open(again, O_RDONLY | O_CLOEXEC);
    close(place);
    return fd;
}

/* The path as the process sees it. Where that is gone, as after an upgrade, it
 * may be the program itself, which the kernel keeps a link to. */
static int open_file(const struct modules *modules, const struct module *module)
{
    char *path = mem_printf("/proc/%d/root%s", (int)modules->pid, module->path);
    int fd = open_regular(path);

    mem_free(path);
    if (fd >= 0)
        return fd;
    path = mem_printf("/proc/%d/exe", (int)modules->pid);
    fd = open_regular(path);
    mem_free(path);
    return fd;
}

static bool read_file(void *arg, uint64_t at, void *out, size_t size)
{
    int fd = *(int *)arg;

    for (size_t done = 0; done < size;) {
        ssize_t n =
            pread(fd, (char *)out + done, size - done, (off_t)(at + done));

        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* Begins as the memory does, headers and build id. */
static bool is_same(const struct modules *modules, const struct module *module,
                    const struct elf_source *source)
{
    unsigned char there[HEAD];
    unsigned char here[HEAD];
    size_t size = source->size < HEAD ? (size_t)source->size : HEAD;

    return size > 0 && source->read(source->arg, 0, here, size) &&
           memory_read(modules->pid, module->start, there, size) &&
           memcmp(there, here, size) == 0;
}

static void look(struct modules *modules, struct module *module)
{
    struct stat stat;
    int fd;
    struct elf_source source = {.read = read_file, .arg = &fd};

    if (module->looked || !module->file)
        return;
    module->looked = true;
    fd = open_file(modules, module);
    if (fd < 0)
        return;
    if (fstat(fd, &stat) == 0 && stat.st_size > 0) {
        source.size = (uint64_t)stat.st_size;
        module->known = is_same(modules, module, &source) &&
                        elf_head_read(&source, &module->head);
        module->named =
            module->known && modules->bytes < BYTES_MAX &&
            elf_symbols_read(&source, &module->head, &module->symbols);
        modules->bytes += bytes_of(module);
    }
    close(fd);
}

/* ---- what lies where ---- */

/* The last that begins at or before the address. */
static struct module *before(const struct modules *modules, uint64_t address)
{
    size_t low = 0;
    size_t high = modules->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (modules->rows[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &modules->rows[low - 1] : NULL;
}

/* Its zeroed part is a nameless region behind the file's own. */
static struct module *owner(struct modules *modules, struct module *module,
                            uint64_t address)
{
    struct module *file;

    if (module->path[0] != '\0' || module == modules->rows)
        return module;
    file = module - 1;
    if (!file->file)
        return module;
    look(modules, file);
    if (file->known && address - file->start < file->head.high - file->head.low)
        return file;
    return module;
}

/* back: so far before the address is what is meant. */
static void name_symbol(const struct module *module, uint64_t address,
                        unsigned back, const char *file, char *out, size_t size)
{
    uint64_t linked = address - module->start + module->head.low;
    const struct elf_symbol *symbol =
        module->named ? elf_symbols_at(&module->symbols, linked - back) : NULL;
    const char *text;

    if (!symbol) {
        snprintf(out, size, "%s+0x%llx", file,
                 (unsigned long long)(address - module->start));
        return;
    }
    text = module->symbols.text + symbol->name;
    if (linked == symbol->value)
        snprintf(out, size, "%s", text);
    else
        snprintf(out, size, "%.*s+0x%llx", SHORT, text,
                 (unsigned long long)(linked - symbol->value));
}

static void name_place(struct modules *modules, uint64_t address, unsigned back,
                       char *out, size_t size)
{
    struct module *module = before(modules, address - back);
    char text[NAME];
    char file[SHORT];

    out[0] = '\0';
    if (!module || address - back >= module->end)
        return;
    module = owner(modules, module, address - back);
    look(modules, module);
    snprintf(file, sizeof(file), "%s",
             module->path[0] ? base_name(module) : "[memory]");
    if (module->known)
        name_symbol(module, address, back, file, text, sizeof(text));
    else if (module->path[0] == '\0')
        snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
    else
        snprintf(text, sizeof(text), "%s+0x%llx", file,
                 (unsigned long long)(address - module->start));
    fmt_clean(out, size, text, strlen(text), SIZE_MAX);
}

void modules_name(struct modules *modules, uint64_t address, char *out,
                  size_t size)
{
    name_place(modules, address, 0, out, size);
}

void modules_code(struct modules *modules, uint64_t address, bool called,
                  char *out, size_t size)
{
    name_place(modules, address, called ? 1 : 0, out, size);
    if (out[0] == '\0')
        snprintf(out, size, "0x%llx", (unsigned long long)address);
}

static void read_frames(struct modules *modules, struct module *module)
{
    size_t size = (size_t)module->head.frames_size;
    uint64_t at = module->head.frames - module->head.low + module->start;

    if (module->framed)
        return;
    module->framed = true;
    if (!module->known || size == 0 || size > FRAMES_MAX ||
        modules->bytes + size > BYTES_MAX)
        return;
    module->frames = mem_resize(NULL, size, 1);
    modules->bytes += size;
    if (!memory_read(modules->pid, at, module->frames, size))
        MEM_CLEAR(module->frames);
}

bool modules_frames(struct modules *modules, uint64_t address,
                    struct modules_frames *frames)
{
    struct module *module = before(modules, address);

    if (!module || address >= module->end || !module->file)
        return false;
    look(modules, module);
    read_frames(modules, module);
    *frames = (struct modules_frames){.header = module->frames,
                                      .size = (size_t)module->head.frames_size,
                                      .at = module->head.frames -
                                            module->head.low + module->start};
    return module->frames != NULL;
}

bool modules_find(struct modules *modules, const char *name, uint64_t *base)
{
    for (size_t i = 0; i < modules->count; i++) {
        const struct module *module = &modules->rows[i];

        if (!module->file ||
            strncmp(base_name(module), name, strlen(name)) != 0)
            continue;
        *base = module->start;
        return true;
    }
    return false;
}

bool modules_symbol(struct modules *modules, uint64_t base, const char *name,
                    uint64_t *address)
{
    struct module *module = before(modules, base);
    const struct elf_symbol *symbol;

    if (!module || module->start != base)
        return false;
    look(modules, module);
    symbol = module->named ? elf_symbols_named(&module->symbols, name) : NULL;
    if (!symbol)
        return false;
    *address = symbol->value - module->head.low + base;
    return true;
}
