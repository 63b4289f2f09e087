#include "content_range.h"

#include <strings.h>

/* What is still to be read. */
struct rest {
    const char *at;
    const char *end;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct rest trimmed(const char *value, size_t len)
{
    struct rest rest = {value, value + len};

    while (rest.at < rest.end && blank(*rest.at))
        rest.at++;
    while (rest.at < rest.end && blank(rest.end[-1]))
        rest.end--;
    return rest;
}

static bool number(struct rest *rest, int64_t *value)
{
    const char *first = rest->at;
    int64_t sum = 0;

    while (rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9') {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, *rest->at - '0', &sum))
            return false;
        rest->at++;
    }
    *value = sum;
    return rest->at > first;
}

static bool literal(struct rest *rest, char c)
{
    if (rest->at == rest->end || *rest->at != c)
        return false;
    rest->at++;
    return true;
}

static bool unit(struct rest *rest)
{
    static const char name[] = "bytes";
    size_t len = sizeof(name) - 1;

    if ((size_t)(rest->end - rest->at) <= len ||
        strncasecmp(rest->at, name, len) != 0 || !blank(rest->at[len]))
        return false;
    rest->at += len;
    while (rest->at < rest->end && blank(*rest->at))
        rest->at++;
    return true;
}

bool content_range(const char *value, size_t len, struct content_range *range)
{
    struct rest rest = trimmed(value, len);
    struct content_range read = {.total = -1};
    int64_t first = 0;
    int64_t last = -1;

    if (!unit(&rest))
        return false;
    if (!literal(&rest, '*')) {
        if (!number(&rest, &first) || !literal(&rest, '-') ||
            !number(&rest, &last) || first > last || last == INT64_MAX)
            return false;
        read.satisfied = true;
        read.span = (struct span){(uint64_t)first, (uint64_t)last + 1};
    }
    if (!literal(&rest, '/'))
        return false;
    if (!(read.satisfied && literal(&rest, '*'))) {
        if (!number(&rest, &read.total) || last >= read.total)
            return false;
    }
    if (rest.at != rest.end)
        return false;
    *range = read;
    return true;
}

bool content_length(const char *value, size_t len, int64_t *bytes)
{
    struct rest rest = trimmed(value, len);
    int64_t first;

    if (!number(&rest, &first))
        return false;
    while (rest.at < rest.end) {
        int64_t next;

        while (rest.at < rest.end && blank(*rest.at))
            rest.at++;
        if (!literal(&rest, ','))
            return false;
        while (rest.at < rest.end && blank(*rest.at))
            rest.at++;
        if (!number(&rest, &next) || next != first)
            return false;
    }
    *bytes = first;
    return true;
}
