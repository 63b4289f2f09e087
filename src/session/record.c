#include "record.h"

#include <string.h>

#include "base/mem.h"

/* The text members, so that they are counted and copied alike. */
static const size_t texts[] = {
    offsetof(struct session_record, dir),
    offsetof(struct session_record, out),
    offsetof(struct session_record, digest),
    offsetof(struct session_record, name),
    offsetof(struct session_record, path),
    offsetof(struct session_record, error),
};

static const char *text_of(const struct session_record *record, size_t i)
{
    const char *text;

    memcpy(&text, (const char *)record + texts[i], sizeof(text));
    return text;
}

static void set_text(struct session_record *record, size_t i, const char *text)
{
    memcpy((char *)record + texts[i], &text, sizeof(text));
}

/* With the NULs. */
static size_t text_bytes(const struct session_record *record)
{
    size_t bytes = 0;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (text_of(record, i))
            bytes += strlen(text_of(record, i)) + 1;
    for (size_t i = 0; i < record->url_count; i++)
        bytes += strlen(record->urls[i]) + 1;
    return bytes;
}

bool record_fits(const struct session_record *record)
{
    return record->url_count > 0 && record->url_count <= SESSION_URLS &&
           record->urls[0][0] != '\0' &&
           (unsigned)record->state < SESSION_STATES &&
           text_bytes(record) <= SESSION_TEXT;
}

/* Copies text to *at and moves that on. */
static const char *add(char **at, const char *text)
{
    const char *copy = *at;
    size_t len = strlen(text) + 1;

    memcpy(*at, text, len);
    *at += len;
    return copy;
}

struct session_record *record_copy(const struct session_record *record)
{
    size_t head = sizeof(*record) + record->url_count * sizeof(char *);
    struct session_record *copy = mem_new(head + text_bytes(record));
    const char **urls = (const char **)(copy + 1);
    char *at = (char *)copy + head;

    *copy = *record;
    copy->urls = urls;
    for (size_t i = 0; i < record->url_count; i++)
        urls[i] = add(&at, record->urls[i]);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (text_of(record, i))
            set_text(copy, i, add(&at, text_of(record, i)));
    return copy;
}

bool record_pack_urls(const struct session_record *record, struct str *out)
{
    for (size_t i = 0; i < record->url_count; i++)
        str_add(out, record->urls[i], strlen(record->urls[i]) + 1);
    return !out->full;
}

size_t record_unpack_urls(const char *data, size_t len, const char **urls)
{
    size_t count = 0;

    if (len == 0 || data[len - 1] != '\0')
        return 0;
    for (size_t at = 0; at < len; at += strlen(data + at) + 1) {
        if (count == SESSION_URLS)
            return 0;
        urls[count++] = data + at;
    }
    return count;
}
