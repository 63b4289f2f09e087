/* Numbers as the kernel writes them in /proc, one after the other. Pure. */
#ifndef THREADS_NUMBER_H
#define THREADS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read; need not end in a NUL. */
struct number_text {
    const char *at;
    size_t len;
};

/* Skips blanks and takes one number, which ends at a blank or the end of the
 * text; false, and nothing is taken, if there is none or it does not fit. */
bool number_decimal(struct number_text *text, uint64_t *value)
    __attribute__((warn_unused_result));
bool number_signed(struct number_text *text, int64_t *value)
    __attribute__((warn_unused_result));
bool number_hex(struct number_text *text, uint64_t *value) /* "0x2f" */
    __attribute__((warn_unused_result));

/* Nothing is left but blanks. */
bool number_end(const struct number_text *text);

#endif
