#include "number.h"

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

static struct number_text after_blanks(struct number_text text)
{
    while (text.len > 0 && blank(*text.at)) {
        text.at++;
        text.len--;
    }
    return text;
}

static void skip(struct number_text *text, size_t len)
{
    text->at += len;
    text->len -= len;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return 16;
}

static bool take(struct number_text *text, unsigned base, uint64_t *value)
{
    struct number_text rest = *text;
    uint64_t sum = 0;

    while (rest.len > 0 && !blank(*rest.at)) {
        unsigned next = (unsigned)digit(*rest.at);

        if (next >= base || __builtin_mul_overflow(sum, base, &sum) ||
            __builtin_add_overflow(sum, next, &sum))
            return false;
        skip(&rest, 1);
    }
    if (rest.at == text->at)
        return false;
    *text = rest;
    *value = sum;
    return true;
}

bool number_decimal(struct number_text *text, uint64_t *value)
{
    struct number_text rest = after_blanks(*text);

    if (!take(&rest, 10, value))
        return false;
    *text = rest;
    return true;
}

bool number_signed(struct number_text *text, int64_t *value)
{
    struct number_text rest = after_blanks(*text);
    bool minus = rest.len > 0 && *rest.at == '-';
    uint64_t size;

    if (minus)
        skip(&rest, 1);
    if (!take(&rest, 10, &size) || size > INT64_MAX)
        return false;
    *text = rest;
    *value = minus ? -(int64_t)size : (int64_t)size;
    return true;
}

bool number_hex(struct number_text *text, uint64_t *value)
{
    struct number_text rest = after_blanks(*text);

    if (rest.len < 2 || rest.at[0] != '0' || rest.at[1] != 'x')
        return false;
    skip(&rest, 2);
    if (!take(&rest, 16, value))
        return false;
    *text = rest;
    return true;
}

bool number_end(const struct number_text *text)
{
    return after_blanks(*text).len == 0;
}
