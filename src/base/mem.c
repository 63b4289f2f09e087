#include "mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* stdio may want memory itself: a plain write. */
_Noreturn static void die(void)
{
    static const char text[] = "threadlab: out of memory\n";

    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        abort();
    abort();
}

static void *check(void *data)
{
    if (!data)
        die();
    return data;
}

void *mem_new(size_t size)
{
    return check(calloc(1, size ? size : 1));
}

void *mem_resize(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        die();
    return check(realloc(old, bytes ? bytes : 1));
}

char *mem_strdup(const char *text)
{
    return text ? mem_dup(text, strlen(text) + 1) : NULL;
}

char *mem_strndup(const char *text, size_t len)
{
    size_t have = strnlen(text, len);
    char *copy;

    if (have == SIZE_MAX)
        die();
    copy = check(malloc(have + 1));
    memcpy(copy, text, have);
    copy[have] = '\0';
    return copy;
}

void *mem_dup(const void *data, size_t size)
{
    void *copy = check(malloc(size ? size : 1));

    if (size)
        memcpy(copy, data, size);
    return copy;
}

char *mem_printf(const char *format, ...)
{
    char *text;
    va_list args;
    int len;

    va_start(args, format);
    len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        die();
    return text;
}

void mem_free(void *data)
{
    free(data);
}
