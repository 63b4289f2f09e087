/* A growing byte buffer with a stated ceiling. The content may hold NULs; data
 * is always followed by one NUL that len does not count, and is never NULL
 * after str_init. Belongs to one thread at a time. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *data;
    size_t len;
    size_t room; /* allocated bytes, 0 while data is the shared empty string */
    size_t max;  /* len never passes this */
    bool full;   /* an append was refused; sticky until str_clear */
};

/* max: ceiling in bytes, at least 1. Allocates nothing yet. */
void str_init(struct str *str, size_t max);
void str_fini(struct str *str);

/* Forget the content and the full mark; keep the memory. */
void str_clear(struct str *str);

/* Append all of it, or nothing: false and full = true if the ceiling would be
 * passed. A caller may append many times and look at full once. */
bool str_add(struct str *str, const void *data, size_t len);
bool str_puts(struct str *str, const char *text);
bool str_putc(struct str *str, char c);
bool str_printf(struct str *str, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool str_vprintf(struct str *str, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Shorten to len (no more than the present len). */
void str_cut(struct str *str, size_t len);

/* Remove the first len bytes. */
void str_drop(struct str *str, size_t len);

/* Gives the content away as a mem_free-able string; str is then empty. */
char *str_take(struct str *str) __attribute__((returns_nonnull));

#endif
