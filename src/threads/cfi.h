/* How to get from a function to who called it: call frame information, as
 * compilers write it to .eh_frame (LSB Core 5.0, chapter 10.6; DWARF 5, section
 * 6.4; registers by the x86-64 psABI). Only what a stack that stands still
 * needs: the frame's place, the return address and the frame pointer. Bytes are
 * anybody's: what is not understood is refused. Pure. */
#ifndef THREADS_CFI_H
#define THREADS_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One entry as a whole, from its length on. */
struct cfi_entry {
    const unsigned char *bytes;
    size_t size;
    uint64_t at; /* the address it is at */
};

struct cfi_rule {
    uint64_t begin; /* of the function */
    uint64_t end;
    bool by_frame; /* the frame's place (CFA) is counted from rbp, else rsp */
    int64_t place;
    bool last;        /* nobody has called it */
    int64_t back;     /* the return address, from the CFA */
    bool frame_saved; /* the caller's rbp is in the frame, */
    int64_t frame;    /* here, from the CFA; else it still is in rbp, */
    bool frame_lost;  /* or nobody knows */
};

/* Where the CIE of an FDE is; false: it is not one. */
bool cfi_common(const struct cfi_entry *entry, uint64_t *at)
    __attribute__((warn_unused_result));

/* The rule for the code at an address; false: the entry is not for it, or not
 * understood. */
bool cfi_rule(const struct cfi_entry *entry, const struct cfi_entry *common,
              uint64_t code, struct cfi_rule *rule)
    __attribute__((warn_unused_result));

/* The entry for an address, from .eh_frame_hdr as it is in memory at an
 * address; false: none. */
bool cfi_find(const unsigned char *header, size_t size, uint64_t header_at,
              uint64_t code, uint64_t *entry_at)
    __attribute__((warn_unused_result));

/* A function that begins by setting up rbp and then moves rsp by a constant:
 * how far rbp is above rsp behind that. bytes: its code from the beginning up
 * to where it stands. */
bool cfi_prologue(const unsigned char *bytes, size_t size, uint64_t *distance)
    __attribute__((warn_unused_result));

/* Whether a call ends where the bytes do. */
bool cfi_is_call(const unsigned char *bytes, size_t size);

#endif
