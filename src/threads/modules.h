/* The files and regions a process has in its memory, and the names of what lies
 * in them. Files are opened when a name in them is asked for, and believed only
 * if they begin as the memory does. Belongs to one thread. */
#ifndef THREADS_MODULES_H
#define THREADS_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "threads/elf_file.h"

struct module;

struct modules {
    pid_t pid;
    struct module *rows; /* by address */
    size_t count;
    uint64_t bytes; /* of tables kept */
};

/* pid's, as they are now. False: /proc/PID/maps cannot be read (errno), or
 * shows nothing. */
bool modules_read(struct modules *modules, pid_t pid)
    __attribute__((warn_unused_result));
void modules_fini(struct modules *modules);

/* The same again; what is known of files that still are where they were stays.
 * *moved: one that has been looked into is no longer there. False: they cannot
 * be read, and all is as before. */
bool modules_renew(struct modules *modules, bool *moved);

/* Where the ELF file whose name begins so ("libc.so.6", "libc-2.31") is loaded;
 * false: it is not. */
bool modules_find(struct modules *modules, const char *name, uint64_t *base)
    __attribute__((warn_unused_result));

/* What a symbol of the file loaded at base is in memory; false: no such name.
 */
bool modules_symbol(struct modules *modules, uint64_t base, const char *name,
                    uint64_t *address) __attribute__((warn_unused_result));

/* The .eh_frame_hdr of the file whose code lies at an address, as it is in the
 * process. */
struct modules_frames {
    const unsigned char *header; /* until modules_fini */
    size_t size;
    uint64_t at;
};
bool modules_frames(struct modules *modules, uint64_t address,
                    struct modules_frames *frames)
    __attribute__((warn_unused_result));

/* "queue_lock", "queue_lock+0x28", "libfoo.so.1+0x4010", "[heap]+0x2a0"; or ""
 * where nothing is known to lie there. Clean (fmt_clean). */
void modules_name(struct modules *modules, uint64_t address, char *out,
                  size_t size);

/* The same for code. called: the address is behind a call, and it is the call
 * that is meant. */
void modules_code(struct modules *modules, uint64_t address, bool called,
                  char *out, size_t size);

#endif
