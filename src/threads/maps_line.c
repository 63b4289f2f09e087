#include "maps_line.h"

#include <string.h>

#include "threads/number.h"

/* number.h reads "0x2f"; here there is no prefix. Reads up to the byte end. */
static bool take_hex(struct number_text *text, char end, uint64_t *value)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t sum = 0;
    size_t len = 0;

    while (len < text->len && text->at[len] != end) {
        const char *digit = memchr(digits, text->at[len], 16);

        if (!digit || len == 16)
            return false;
        sum = sum << 4 | (uint64_t)(digit - digits);
        len++;
    }
    if (len == 0 || len == text->len)
        return false;
    text->at += len + 1;
    text->len -= len + 1;
    *value = sum;
    return true;
}

static bool skip_word(struct number_text *text)
{
    const char *blank = memchr(text->at, ' ', text->len);

    if (!blank || blank == text->at)
        return false;
    text->len -= (size_t)(blank - text->at) + 1;
    text->at = blank + 1;
    return true;
}

static bool skip_inode(struct number_text *text)
{
    uint64_t inode;

    if (!number_decimal(text, &inode))
        return false;
    while (text->len > 0 && *text->at == ' ') {
        text->at++;
        text->len--;
    }
    return true;
}

bool maps_line_read(const char *text, size_t len, struct maps_line *line)
{
    struct number_text rest = {text, len};
    struct maps_line read;

    if (!take_hex(&rest, '-', &read.start) ||
        !take_hex(&rest, ' ', &read.end) || read.start >= read.end ||
        rest.len < 5 || rest.at[4] != ' ')
        return false;
    read.executable = rest.at[2] == 'x';
    rest.at += 5;
    rest.len -= 5;
    if (!take_hex(&rest, ' ', &read.offset) || !skip_word(&rest) ||
        !skip_inode(&rest))
        return false;
    read.name = rest.at;
    read.name_len = rest.len;
    *line = read;
    return true;
}
