#include "descriptor.h"

#include <string.h>

#include "base/fmt.h"

static const char anon[] = "anon_inode:";

static size_t before_colon(const char *link, size_t len)
{
    const char *colon = memchr(link, ':', len);

    return colon ? (size_t)(colon - link) : len;
}

/* The end of a path in at most max bytes, begun at a whole code point. */
static size_t end_of(const char *link, size_t len, size_t max)
{
    size_t from = len > max ? len - max : 0;

    while (from < len && from > 0 && ((unsigned char)link[from] & 0xc0) == 0x80)
        from++;
    return from;
}

void descriptor_name(const char *link, size_t len, char *out, size_t size)
{
    size_t skip = strlen(anon);
    size_t from;

    if (size == 0)
        return;
    if (len > 0 && link[0] != '/') {
        if (len > skip && memcmp(link, anon, skip) == 0) {
            link += skip;
            len -= skip;
            if (len >= 2 && link[0] == '[' && link[len - 1] == ']') {
                link++;
                len -= 2;
            }
        } else {
            len = before_colon(link, len);
        }
        fmt_clean(out, size, link, len, SIZE_MAX);
        return;
    }
    from = end_of(link, len, size > 4 ? size - 4 : 0);
    if (from > 0 && size > 4) {
        memcpy(out, "...", 3);
        fmt_clean(out + 3, size - 3, link + from, len - from, SIZE_MAX);
        return;
    }
    fmt_clean(out, size, link, len, SIZE_MAX);
}
