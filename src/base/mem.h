/* Memory that is there or the program aborts: no caller checks for NULL.
 * Sizes that overflow abort too. Any thread may call. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory; size 0 gives a pointer that mem_free takes. */
void *mem_new(size_t size)
    __attribute__((malloc, alloc_size(1), returns_nonnull, warn_unused_result));

/* Grows or shrinks an array to count elements of size bytes each; new elements
 * are not initialised. */
void *mem_resize(void *old, size_t count, size_t size)
    __attribute__((alloc_size(2, 3), returns_nonnull, warn_unused_result));

/* Copies. mem_strdup(NULL) is NULL; mem_strndup stops at a NUL. */
char *mem_strdup(const char *text) __attribute__((malloc, warn_unused_result));
char *mem_strndup(const char *text, size_t len)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
void *mem_dup(const void *data, size_t size)
    __attribute__((malloc, returns_nonnull, warn_unused_result));

/* A formatted copy. */
char *mem_printf(const char *format, ...)
    __attribute__((format(printf, 1, 2), malloc, returns_nonnull,
                   warn_unused_result));

void mem_free(void *data);

/* Frees *place and sets it to NULL. */
#define MEM_CLEAR(place) \
    do {                 \
        mem_free(place); \
        (place) = NULL;  \
    } while (0)

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
