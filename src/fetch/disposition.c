#include "disposition.h"

#include <string.h>
#include <strings.h>

#include "base/fmt.h"

/* A piece of the header. */
struct piece {
    const char *text;
    size_t len;
};

/* One "name=value" between semicolons; value as it stands there, a quoted one
 * without its quotes. */
struct parameter {
    struct piece name;
    struct piece value;
    bool quoted;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct piece trim(struct piece piece)
{
    while (piece.len > 0 && blank(piece.text[0])) {
        piece.text++;
        piece.len--;
    }
    while (piece.len > 0 && blank(piece.text[piece.len - 1]))
        piece.len--;
    return piece;
}

static bool is(struct piece piece, const char *text)
{
    return piece.len == strlen(text) &&
           strncasecmp(piece.text, text, piece.len) == 0;
}

/* Splits off what stands before the next c (all of it if there is none). */
static struct piece split(struct piece *rest, char c)
{
    const char *end = memchr(rest->text, c, rest->len);
    struct piece first = {rest->text,
                          end ? (size_t)(end - rest->text) : rest->len};
    size_t used = first.len + (end ? 1 : 0);

    rest->text += used;
    rest->len -= used;
    return first;
}

/* rest stands behind an opening quote; leaves it behind the closing one. */
static struct piece quoted(struct piece *rest)
{
    struct piece value = {rest->text, 0};

    while (value.len < rest->len && value.text[value.len] != '"')
        value.len += value.text[value.len] == '\\' ? 2 : 1;
    if (value.len > rest->len)
        value.len = rest->len;
    rest->text += value.len;
    rest->len -= value.len;
    return value;
}

/* Takes the next parameter; one without "=" has an empty name. */
static bool next(struct piece *rest, struct parameter *parameter)
{
    size_t at = 0;
    struct piece blanks;

    if (rest->len == 0)
        return false;
    *parameter = (struct parameter){.name = {rest->text, 0}};
    while (at < rest->len && rest->text[at] != '=' && rest->text[at] != ';')
        at++;
    if (at == rest->len || rest->text[at] == ';') {
        split(rest, ';');
        return true;
    }
    parameter->name = trim(split(rest, '='));
    blanks = *rest;
    while (blanks.len > 0 && blank(blanks.text[0])) {
        blanks.text++;
        blanks.len--;
    }
    if (blanks.len > 0 && blanks.text[0] == '"') {
        *rest = (struct piece){blanks.text + 1, blanks.len - 1};
        parameter->quoted = true;
        parameter->value = quoted(rest);
        split(rest, ';');
    } else {
        parameter->value = trim(split(rest, ';'));
    }
    return true;
}

static bool is_utf8(const struct str *text)
{
    for (size_t i = 0; i < text->len;) {
        uint32_t code;
        size_t used = fmt_utf8(text->data + i, text->len - i, &code);

        if (used == 0)
            return false;
        i += used;
    }
    return true;
}

static void put_latin1(struct str *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x80) {
            str_putc(out, text[i]);
        } else {
            str_putc(out, (char)(0xc0 | c >> 6));
            str_putc(out, (char)(0x80 | (c & 0x3f)));
        }
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes %XX; a percent sign without two digits stays, and returns false. */
static bool unescape(struct str *out, const char *text, size_t len)
{
    bool clean = true;

    for (size_t i = 0; i < len; i++) {
        int high = len - i > 2 && text[i] == '%' ? digit(text[i + 1]) : -1;
        int low = high >= 0 ? digit(text[i + 2]) : -1;

        if (low >= 0) {
            str_putc(out, (char)(high << 4 | low));
            i += 2;
        } else {
            clean = clean && text[i] != '%';
            str_putc(out, text[i]);
        }
    }
    return clean;
}

/* RFC 8187 3.2: charset'language'value. Replaces name, or leaves it. */
static bool get_extended(struct piece value, struct str *name)
{
    struct piece charset = split(&value, '\'');
    bool utf8 =
        is(charset, "utf-8") || is(charset, "utf8") || is(charset, "us-ascii");
    struct str plain;
    bool ok;

    str_init(&plain, value.len);
    ok = (utf8 || is(charset, "iso-8859-1")) &&
         memchr(value.text, '\'', value.len) != NULL;
    split(&value, '\'');
    ok = ok && unescape(&plain, value.text, value.len) && plain.len > 0 &&
         (!utf8 || is_utf8(&plain));
    if (ok)
        str_clear(name);
    if (ok && utf8)
        str_add(name, plain.data, plain.len);
    else if (ok)
        put_latin1(name, plain.data, plain.len);
    str_fini(&plain);
    return ok;
}

/* "C:\a\b" is what some servers make of a path they were given. */
static bool is_windows_path(struct piece value)
{
    return value.len > 3 && value.text[1] == ':' && value.text[2] == '\\' &&
           (value.text[0] | 0x20) >= 'a' && (value.text[0] | 0x20) <= 'z';
}

static void unquote(struct str *out, struct piece value)
{
    bool path = is_windows_path(value);

    for (size_t i = 0; i < value.len; i++) {
        bool escape = value.text[i] == '\\' && i + 1 < value.len &&
                      (!path || value.text[i + 1] == '"');

        str_putc(out, value.text[escape ? ++i : i]);
    }
}

static bool get_plain(const struct parameter *parameter, struct str *name)
{
    struct str raw;
    struct str plain;
    bool ok;

    str_init(&raw, parameter->value.len);
    str_init(&plain, parameter->value.len);
    if (parameter->quoted)
        unquote(&raw, parameter->value);
    else
        str_add(&raw, parameter->value.text, parameter->value.len);
    unescape(&plain, raw.data, raw.len);
    ok = raw.len > 0;
    if (is_utf8(&plain))
        str_add(name, plain.data, plain.len);
    else if (is_utf8(&raw))
        str_add(name, raw.data, raw.len);
    else
        put_latin1(name, raw.data, raw.len);
    str_fini(&raw);
    str_fini(&plain);
    return ok;
}

bool disposition_name(const char *header, size_t len, struct str *name)
{
    struct piece rest = {header, len};
    struct parameter parameter;
    bool have = false;

    str_clear(name);
    while (next(&rest, &parameter)) {
        if (is(parameter.name, "filename*")) {
            if (get_extended(parameter.value, name)) {
                have = true;
                break;
            }
        } else if (!have && is(parameter.name, "filename")) {
            have = get_plain(&parameter, name);
        }
    }
    if (have && !name->full)
        return true;
    str_clear(name);
    return false;
}
