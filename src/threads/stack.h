/* The stack of a thread that waits, read without stopping it: the kernel tells
 * its stack pointer and where its code stands, the rest is in memory that does
 * not change while it waits. Belongs to one thread. */
#ifndef THREADS_STACK_H
#define THREADS_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "threads/cfi.h"
#include "threads/modules.h"
#include "threads/syscall_line.h"

enum { STACK_FRAMES = 64 };

struct stack {
    uint64_t codes[STACK_FRAMES]; /* innermost first; behind the call each */
    size_t count;                 /* 0: nothing is known */
    bool whole;                   /* the last began the thread */
};

enum { STACK_RULES = 512 };

/* Rules that have been found, by code: many threads wait in the same places.
 * For one state of the modules; zero to begin with. */
struct stack_rules {
    struct {
        uint64_t code;
        struct cfi_rule rule;
    } rows[STACK_RULES];
};

/* call: INSIDE. The reader sees to it that the thread has not run meanwhile. */
void stack_read(struct modules *modules, struct stack_rules *rules,
                const struct syscall_line *call, struct stack *stack);

#endif
