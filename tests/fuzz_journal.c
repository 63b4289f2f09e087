/* Bytes as they are, and the same lines with their CRC put right, so that
 * reading gets past the first line; what was read is written and read again. */
#include "fetch/journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* CRC-32C bit by bit, apart from the one under test. */
static uint32_t crc32c(const char *data, size_t len)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

static void seal(struct str *out, const char *data, size_t len)
{
    while (len > 0) {
        const char *end = memchr(data, '\n', len);
        size_t used = end ? (size_t)(end - data) : len;

        str_add(out, data, used);
        str_printf(out, " %08" PRIx32 "\n", crc32c(data, used));
        used += end ? 1 : 0;
        data += used;
        len -= used;
    }
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_same(const struct journal *a, const struct journal *b)
{
    check(same(a->etag, b->etag) && same(a->last_modified, b->last_modified));
    check(a->length == b->length && a->done.count == b->done.count);
    for (size_t i = 0; i < a->done.count; i++)
        check(a->done.list[i].start == b->done.list[i].start &&
              a->done.list[i].end == b->done.list[i].end);
}

static void check_journal(const char *data, size_t len)
{
    struct journal journal;
    struct journal again;
    struct err err = {ERR_NONE, ""};
    struct str text;

    journal_init(&journal);
    journal_init(&again);
    str_init(&text, JOURNAL_MAX);
    if (!journal_read(&journal, data, len, &err)) {
        check(err.text[0] && !journal.url && journal.done.count == 0);
    } else {
        check(journal.url && journal.good <= len &&
              data[journal.good - 1] == '\n');
        check(journal_header(&text, &journal));
        for (size_t i = 0; i < journal.done.count; i++)
            check(journal_span(&text, journal.done.list[i].start,
                               journal.done.list[i].end));
        check(text.len <= JOURNAL_HEADER + 80 * journal.done.count);
        /* A URL that was nothing but credentials is gone: no journal then. */
        if (journal_read(&again, text.data, text.len, &err)) {
            check(again.good == text.len);
            check_same(&journal, &again);
        }
    }
    journal_fini(&journal);
    journal_fini(&again);
    str_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str sealed;

    check_journal((const char *)data, size);
    str_init(&sealed, JOURNAL_MAX);
    seal(&sealed, (const char *)data, size);
    check_journal(sealed.data, sealed.len);
    str_fini(&sealed);
    return 0;
}
