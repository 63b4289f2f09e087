#include "range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Digits only; a number too large to hold is the largest, as it lies behind the
 * end of any file. */
static bool number(const char **text, uint64_t *value)
{
    const char *at = *text;

    *value = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(*value, UINT64_C(10), value) ||
            __builtin_add_overflow(*value, (uint64_t)(*at - '0'), value))
            *value = UINT64_MAX;
    if (at == *text)
        return false;
    *text = at;
    return true;
}

enum range_answer range_read(const char *field, uint64_t size, uint64_t *first,
                             uint64_t *last)
{
    static const char unit[] = "bytes=";
    uint64_t from = 0;
    uint64_t to = UINT64_MAX;
    bool has_from;
    bool has_to;

    if (!field || strncasecmp(field, unit, sizeof unit - 1) != 0)
        return RANGE_WHOLE;
    field = skip_blanks(field + sizeof unit - 1);
    has_from = number(&field, &from);
    if (*field++ != '-')
        return RANGE_WHOLE;
    has_to = number(&field, &to);
    if (*skip_blanks(field) != '\0' || (!has_from && !has_to) ||
        (has_from && has_to && to < from))
        return RANGE_WHOLE;
    if (has_from ? from >= size : to == 0 || size == 0)
        return RANGE_NONE;
    if (!has_from) { /* the last so many bytes */
        from = to < size ? size - to : 0;
        to = size - 1;
    }
    *first = from;
    *last = has_to && to < size ? to : size - 1;
    return RANGE_PART;
}
