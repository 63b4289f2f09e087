#include "money.h"

#include <string.h>

bool money_add(int64_t a, int64_t b, int64_t *sum)
{
    int64_t result;

    if (__builtin_add_overflow(a, b, &result))
        return false;
    *sum = result;
    return true;
}

/* The part of a text that is still to be read. */
struct reader {
    const char *at;
    const char *end;
};

static void skip_blanks(struct reader *in)
{
    while (in->at < in->end && *in->at == ' ')
        in->at++;
    while (in->end > in->at && in->end[-1] == ' ')
        in->end--;
}

static bool same_letters(const char *text, const char *code, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != code[i])
            return false;
    }
    return true;
}

/* Takes the code away, before the number or behind it. */
static void skip_code(struct reader *in, const char *code)
{
    size_t len = strlen(code);

    skip_blanks(in);
    if ((size_t)(in->end - in->at) <= len)
        return;
    if (same_letters(in->at, code, len))
        in->at += len;
    else if (same_letters(in->end - len, code, len))
        in->end -= len;
    skip_blanks(in);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Downwards, as the lowest number has no positive twin. */
static bool take_digit(int64_t *value, char c)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_sub_overflow(*value, c - '0', value);
}

enum result { READ_OK, READ_BAD, READ_LONG, READ_LARGE };

/* Digits, in threes where there is a comma. */
static enum result read_whole(struct reader *in, int64_t *value)
{
    int run = 0; /* digits since the start or the last comma */
    bool grouped = false;

    for (; in->at < in->end && *in->at != '.'; in->at++) {
        if (*in->at == ',') {
            if (run == 0 || run > 3 || (grouped && run != 3))
                return READ_BAD;
            grouped = true;
            run = 0;
        } else if (!is_digit(*in->at)) {
            return READ_BAD;
        } else {
            if (!take_digit(value, *in->at))
                return READ_LARGE;
            run++;
        }
    }
    return run == 0 || (grouped && run != 3) ? READ_BAD : READ_OK;
}

static enum result read_decimals(struct reader *in, int scale, int64_t *value)
{
    int count = 0;

    if (in->at < in->end) {
        in->at++;
        if (in->at == in->end)
            return READ_BAD;
    }
    for (; in->at < in->end; in->at++) {
        if (!is_digit(*in->at))
            return READ_BAD;
        if (count++ >= scale) {
            if (*in->at != '0')
                return READ_LONG;
        } else if (!take_digit(value, *in->at)) {
            return READ_LARGE;
        }
    }
    for (; count < scale; count++)
        if (!take_digit(value, '0'))
            return READ_LARGE;
    return READ_OK;
}

static enum result read_number(struct reader *in, int scale, int64_t *minor)
{
    bool negative = in->at < in->end && *in->at == '-';
    int64_t value = 0;
    enum result result;

    in->at += negative;
    result = read_whole(in, &value);
    if (result == READ_OK)
        result = read_decimals(in, scale, &value);
    if (result != READ_OK)
        return result;
    if (!negative && value == INT64_MIN)
        return READ_LARGE;
    *minor = negative ? value : -value;
    return READ_OK;
}

bool money_parse(const char *text, const char *code, int scale, int64_t *minor,
                 struct err *err)
{
    struct reader in = {.at = text, .end = text + strlen(text)};

    skip_code(&in, code);
    switch (read_number(&in, scale, minor)) {
    case READ_OK:
        return true;
    case READ_LONG:
        return err_set(err, ERR_USAGE,
                       "\"%s\" has too many decimals: %s has %d", text, code,
                       scale);
    case READ_LARGE:
        return err_set(err, ERR_USAGE, "\"%s\" is more than a ledger can hold",
                       text);
    case READ_BAD:
        break;
    }
    return err_set(err, ERR_USAGE,
                   "\"%s\" is no amount in %s: write it as 1000, 1,000 or "
                   "1000.50",
                   text, code);
}

bool money_parse_amount(const char *text, const char *code, int scale,
                        int64_t *minor, struct err *err)
{
    int64_t value;

    if (!money_parse(text, code, scale, &value, err))
        return false;
    if (value <= 0)
        return err_set(err, ERR_USAGE, "\"%s\" is not more than nothing", text);
    *minor = value;
    return true;
}

/* The number without a sign, with at least one digit before the point; returns
 * how many those are. */
static size_t split(int64_t minor, int scale, char digits[MONEY_TEXT])
{
    uint64_t value = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
    size_t len = 1;

    for (uint64_t rest = value; rest >= 10 || len <= (size_t)scale; rest /= 10)
        len++;
    digits[len] = '\0';
    for (size_t i = len; i-- > 0; value /= 10)
        digits[i] = (char)('0' + value % 10);
    return len - (size_t)scale;
}

/* All of it fits: 19 digits, 6 commas, a sign, a point, a blank and a code. */
struct text {
    char *out;
    size_t len;
};

static void put(struct text *text, const char *part, size_t len)
{
    memcpy(text->out + text->len, part, len);
    text->len += len;
    text->out[text->len] = '\0';
}

const char *money_plain(char out[MONEY_TEXT], int64_t minor, int scale)
{
    char digits[MONEY_TEXT];
    size_t whole = split(minor, scale, digits);
    struct text text = {.out = out};

    if (minor < 0)
        put(&text, "-", 1);
    put(&text, digits, whole);
    if (scale > 0)
        put(&text, ".", 1);
    put(&text, digits + whole, (size_t)scale);
    return out;
}

const char *money_text(char out[MONEY_TEXT], int64_t minor, int scale,
                       const char *code)
{
    char digits[MONEY_TEXT];
    size_t whole = split(minor, scale, digits);
    struct text text = {.out = out};

    if (minor < 0)
        put(&text, "-", 1);
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            put(&text, ",", 1);
        put(&text, digits + i, 1);
    }
    if (scale > 0)
        put(&text, ".", 1);
    put(&text, digits + whole, (size_t)scale);
    put(&text, " ", 1);
    put(&text, code, strnlen(code, CURRENCY_CODE - 1));
    return out;
}
