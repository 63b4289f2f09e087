#include "str.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

/* What every str without memory points at; never written. */
static char empty[1];

void str_init(struct str *str, size_t max)
{
    *str = (struct str){.data = empty, .max = max ? max : 1};
}

void str_fini(struct str *str)
{
    if (str->room)
        mem_free(str->data);
    str_init(str, str->max);
}

void str_clear(struct str *str)
{
    str_cut(str, 0);
    str->full = false;
}

/* Makes room for len more bytes and the NUL. */
static bool reserve(struct str *str, size_t len)
{
    size_t limit = str->max < SIZE_MAX ? str->max + 1 : SIZE_MAX;
    size_t need;
    size_t room;

    if (len >= limit - str->len) {
        str->full = true;
        return false;
    }
    need = str->len + len + 1;
    if (need <= str->room)
        return true;
    room = str->room > SIZE_MAX / 2 ? SIZE_MAX : str->room * 2;
    if (room < 64)
        room = 64;
    if (room < need)
        room = need;
    if (room > limit)
        room = limit;
    str->data = mem_resize(str->room ? str->data : NULL, room, 1);
    str->room = room;
    str->data[str->len] = '\0';
    return true;
}

bool str_add(struct str *str, const void *data, size_t len)
{
    if (len == 0)
        return true;
    if (!reserve(str, len))
        return false;
    memcpy(str->data + str->len, data, len);
    str->len += len;
    str->data[str->len] = '\0';
    return true;
}

bool str_puts(struct str *str, const char *text)
{
    return str_add(str, text, strlen(text));
}

bool str_putc(struct str *str, char c)
{
    return str_add(str, &c, 1);
}

bool str_printf(struct str *str, const char *format, ...)
{
    va_list args;
    bool ok;

    va_start(args, format);
    ok = str_vprintf(str, format, args);
    va_end(args);
    return ok;
}

bool str_vprintf(struct str *str, const char *format, va_list args)
{
    va_list again;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0) {
        str->full = true;
        return false;
    }
    if (len == 0)
        return true;
    if (!reserve(str, (size_t)len))
        return false;
    vsnprintf(str->data + str->len, (size_t)len + 1, format, args);
    str->len += (size_t)len;
    return true;
}

void str_cut(struct str *str, size_t len)
{
    if (len >= str->len)
        return;
    str->len = len;
    str->data[len] = '\0';
}

void str_drop(struct str *str, size_t len)
{
    if (len == 0)
        return;
    if (len >= str->len) {
        str_cut(str, 0);
        return;
    }
    memmove(str->data, str->data + len, str->len - len);
    str_cut(str, str->len - len);
}

char *str_take(struct str *str)
{
    char *data = str->room ? str->data : mem_new(1);
    bool full = str->full;

    str_init(str, str->max);
    str->full = full;
    return data;
}
