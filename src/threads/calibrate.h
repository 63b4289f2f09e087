/* How the C library of this process waits, learned by letting threads of our
 * own wait in it. A thread in futex(2) is in one of a few loops of the library,
 * which conditions, semaphores and others share; the return address of that
 * loop, at a fixed place above the stack pointer, tells them apart. It all
 * holds for any process with the same library. */
#ifndef THREADS_CALIBRATE_H
#define THREADS_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "threads/object.h"

enum { CALIBRATE_ENTRIES = 32, CALIBRATE_WORDS = 64 };

struct calibrate_entry {
    uint64_t code; /* in the library, behind its system call */
    int word;      /* where the return address is, in words; -1: not needed */
    uint64_t back; /* the return address, in the library */
    enum object_path path;
};

struct calibrate {
    uintptr_t base; /* where this process has its C library */
    uintptr_t end;
    struct calibrate_entry entries[CALIBRATE_ENTRIES];
    size_t count; /* 0: it did not work; nothing is known */
};

/* Starts threads of its own, which have ended when it returns; takes some
 * milliseconds. Any thread may call, one at a time. */
void calibrate_run(struct calibrate *calibrate);

/* Which word of the stack calibrate_path wants for a thread that waits at this
 * place in the library; -1: none. */
int calibrate_word(const struct calibrate *calibrate, uint64_t code);

/* code and back as in struct calibrate_entry; back is only looked at where
 * calibrate_word says so. */
enum object_path calibrate_path(const struct calibrate *calibrate,
                                uint64_t code, uint64_t back);

#endif
