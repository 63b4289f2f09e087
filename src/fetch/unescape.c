#include "unescape.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* A piece of text. */
struct piece {
    const char *data;
    size_t len;
};

static struct piece from(struct piece piece, size_t skip)
{
    return (struct piece){.data = piece.data + skip, .len = piece.len - skip};
}

/* The value of a digit, or 99. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 99;
}

static bool is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdfff;
}

static void put_utf8(struct str *out, uint32_t code)
{
    if (code < 0x80) {
        str_putc(out, (char)code);
        return;
    }
    if (code < 0x800) {
        str_putc(out, (char)(0xc0 | code >> 6));
    } else {
        if (code < 0x10000) {
            str_putc(out, (char)(0xe0 | code >> 12));
        } else {
            str_putc(out, (char)(0xf0 | code >> 18));
            str_putc(out, (char)(0x80 | (code >> 12 & 0x3f)));
        }
        str_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
    }
    str_putc(out, (char)(0x80 | (code & 0x3f)));
}

/* Copies text and lets undo see each place where mark stands. undo tells how
 * many bytes it has taken, 0 for none. */
static bool each(struct piece text, char mark, struct str *out,
                 size_t (*undo)(struct piece, struct str *))
{
    str_clear(out);
    while (text.len > 0) {
        const char *next = memchr(text.data, mark, text.len);
        size_t plain = next ? (size_t)(next - text.data) : text.len;
        size_t used = 0;

        str_add(out, text.data, plain);
        text = from(text, plain);
        if (text.len == 0)
            break;
        used = undo(text, out);
        if (used == 0) {
            str_putc(out, mark);
            used = 1;
        }
        text = from(text, used);
    }
    if (!out->full)
        return true;
    str_clear(out);
    return false;
}

/* JSON. */

/* "\uXXXX"; false if text does not begin with one. */
static bool read_unit(struct piece text, uint32_t *code)
{
    *code = 0;
    if (text.len < 6 || text.data[0] != '\\' || text.data[1] != 'u')
        return false;
    for (size_t i = 2; i < 6; i++) {
        unsigned value = digit_value(text.data[i]);

        if (value > 15)
            return false;
        *code = *code << 4 | value;
    }
    return true;
}

static size_t undo_unit(struct piece text, struct str *out)
{
    uint32_t code;
    uint32_t low;

    if (!read_unit(text, &code) || code == 0)
        return 0;
    if (!is_surrogate(code)) {
        put_utf8(out, code);
        return 6;
    }
    if (code >= 0xdc00 || !read_unit(from(text, 6), &low) || low < 0xdc00 ||
        low > 0xdfff)
        return 0;
    put_utf8(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
    return 12;
}

static size_t undo_json(struct piece text, struct str *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const char *name;

    if (text.len < 2 || text.data[1] == '\0')
        return 0;
    name = strchr(names, text.data[1]);
    if (!name)
        return undo_unit(text, out);
    str_putc(out, values[name - names]);
    return 2;
}

bool unescape_json(const char *text, size_t len, struct str *out)
{
    return each((struct piece){.data = text, .len = len}, '\\', out, undo_json);
}

bool unescape_is_json(const char *text, size_t len)
{
    struct piece rest = {.data = text, .len = len};
    uint32_t code;

    for (;;) {
        const char *mark =
            rest.len > 0 ? memchr(rest.data, '\\', rest.len) : NULL;

        if (!mark)
            return false;
        rest = from(rest, (size_t)(mark - rest.data));
        if ((rest.len > 1 && rest.data[1] == '/') || read_unit(rest, &code))
            return true;
        /* The second of two backslashes begins nothing. */
        rest = from(rest, rest.len > 1 && rest.data[1] == '\\' ? 2 : 1);
    }
}

/* HTML. */

static const struct {
    const char *name;
    uint32_t code;
} names[] = {
    {"amp", '&'},      {"AMP", '&'},    {"quot", '"'},     {"QUOT", '"'},
    {"apos", '\''},    {"lt", '<'},     {"LT", '<'},       {"gt", '>'},
    {"GT", '>'},       {"colon", ':'},  {"sol", '/'},      {"bsol", '\\'},
    {"period", '.'},   {"comma", ','},  {"semi", ';'},     {"quest", '?'},
    {"equals", '='},   {"lowbar", '_'}, {"UnderBar", '_'}, {"num", '#'},
    {"percnt", '%'},   {"plus", '+'},   {"commat", '@'},   {"excl", '!'},
    {"dollar", '$'},   {"ast", '*'},    {"lpar", '('},     {"rpar", ')'},
    {"lsqb", '['},     {"rsqb", ']'},   {"lcub", '{'},     {"rcub", '}'},
    {"verbar", '|'},   {"Hat", '^'},    {"grave", '`'},    {"nbsp", 0xa0},
    {"NewLine", '\n'}, {"Tab", '\t'},
};

/* Bytes of the longest reference without & and ;, with some zeros. */
enum { REFERENCE_MAX = 24 };

/* The code that "#38" or "#x26" means; 0 for none. */
static uint32_t read_number(struct piece text)
{
    unsigned base = 10;
    uint32_t code = 0;

    text = from(text, 1);
    if (text.len > 0 && (text.data[0] == 'x' || text.data[0] == 'X')) {
        base = 16;
        text = from(text, 1);
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned value = digit_value(text.data[i]);

        if (value >= base)
            return 0;
        code = code * base + value;
        if (code > 0x10ffff)
            return 0;
    }
    /* HTML takes the numbers of C1 for characters of windows-1252, which is a
     * guess about old pages and not what a URL wants. */
    return is_surrogate(code) || (code >= 0x80 && code < 0xa0) ? 0 : code;
}

static uint32_t read_name(struct piece text)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strlen(names[i].name) == text.len &&
            memcmp(names[i].name, text.data, text.len) == 0)
            return names[i].code;
    return 0;
}

static size_t undo_html(struct piece text, struct str *out)
{
    struct piece inner = from(text, 1);
    const char *end;
    uint32_t code;

    if (inner.len > REFERENCE_MAX + 1)
        inner.len = REFERENCE_MAX + 1;
    end = memchr(inner.data, ';', inner.len);
    if (!end || end == inner.data)
        return 0;
    inner.len = (size_t)(end - inner.data);
    code = inner.data[0] == '#' ? read_number(inner) : read_name(inner);
    if (code == 0)
        return 0;
    put_utf8(out, code);
    return inner.len + 2;
}

bool unescape_html(const char *text, size_t len, struct str *out)
{
    return each((struct piece){.data = text, .len = len}, '&', out, undo_html);
}
