#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static const char magic[] = "threadlab-journal";
static const char unknown[] = "unknown";

/* CRC-32C, reflected, four bits at a time: sixteen entries are easily checked
 * and journals are short. */
static uint32_t crc32c(const char *data, size_t len)
{
    static const uint32_t table[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)data[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

void journal_init(struct journal *journal)
{
    *journal = (struct journal){.length = -1, .own = -1};
    spans_init(&journal->done);
}

void journal_fini(struct journal *journal)
{
    mem_free(journal->url);
    mem_free(journal->final_url);
    mem_free(journal->etag);
    mem_free(journal->last_modified);
    spans_fini(&journal->done);
    journal_init(journal);
}

/* Writing. */

/* Ends the record that starts at first. */
static bool seal(struct str *out, size_t first)
{
    uint32_t crc = crc32c(out->data + first, out->len - first);

    return str_printf(out, " %08" PRIx32 "\n", crc);
}

static void escape(struct str *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c > 0x7e || c == '\\')
            str_printf(out, "\\x%02x", c);
        else
            str_putc(out, *text);
    }
}

static bool put_text(struct str *out, const char *word, const char *text,
                     size_t max)
{
    size_t first = out->len;

    if (text && strlen(text) > max)
        return false;
    str_printf(out, "%s ", word);
    escape(out, text ? text : "");
    return seal(out, first);
}

static bool put_url(struct str *out, const char *word, const char *url)
{
    struct str bare;
    bool ok;

    str_init(&bare, JOURNAL_URL);
    ok = (!url || journal_strip(&bare, url)) &&
         put_text(out, word, bare.data, JOURNAL_URL);
    str_fini(&bare);
    return ok;
}

static bool put_length(struct str *out, int64_t length)
{
    size_t first = out->len;

    if (length < 0)
        str_printf(out, "length %s", unknown);
    else
        str_printf(out, "length %" PRId64, length);
    return seal(out, first);
}

static bool put_own(struct str *out, int64_t own)
{
    size_t first = out->len;

    if (own < 0)
        return true;
    str_printf(out, "own %" PRId64, own);
    return seal(out, first);
}

/* All of a record or nothing. */
static bool settle(struct str *out, size_t first, bool ok)
{
    if (ok && !out->full)
        return true;
    str_cut(out, first);
    return false;
}

bool journal_header(struct str *out, const struct journal *journal)
{
    size_t first = out->len;
    bool ok =
        put_text(out, magic, "1", JOURNAL_FIELD) &&
        put_url(out, "url", journal->url) &&
        put_url(out, "final-url", journal->final_url) &&
        put_text(out, "etag", journal->etag, JOURNAL_FIELD) &&
        put_text(out, "last-modified", journal->last_modified, JOURNAL_FIELD) &&
        put_length(out, journal->length) && put_own(out, journal->own);

    return settle(out, first, ok);
}

bool journal_span(struct str *out, uint64_t start, uint64_t end)
{
    size_t first = out->len;

    str_printf(out, "span %" PRIu64 "-%" PRIu64, start, end);
    return settle(out, first, seal(out, first));
}

bool journal_reset(struct str *out)
{
    size_t first = out->len;

    str_puts(out, "reset");
    return settle(out, first, seal(out, first));
}

/* Some write "user:pa/ss@host", but curl ends the authority at the first slash
 * as well, so that what follows it is asked for, and shown, as a path. */
bool journal_strip(struct str *out, const char *url)
{
    const char *scheme = strstr(url, "://");
    size_t head = strcspn(url, "/?#");
    const char *host;

    if (scheme && scheme + 1 == url + head)
        head += 2;
    else
        head = 0;
    host = memrchr(url + head, '@', strcspn(url + head, "/?#"));
    if (!host)
        return str_puts(out, url);
    return str_add(out, url, head) && str_puts(out, host + 1);
}

/* Reading. */

/* One line of the text, checked and without its CRC. */
struct record {
    const char *text;
    size_t len;
};

/* Takes the next good line from data; at moves behind it. */
static bool next(const char *data, size_t len, size_t *at,
                 struct record *record)
{
    const char *first = data + *at;
    const char *end = memchr(first, '\n', len - *at);
    char want[10];

    if (!end || end - first < 9)
        return false;
    record->text = first;
    record->len = (size_t)(end - first) - 9;
    snprintf(want, sizeof(want), " %08" PRIx32, crc32c(first, record->len));
    if (memcmp(first + record->len, want, 9) != 0)
        return false;
    *at += record->len + 10;
    return true;
}

/* Steps over "WORD " at the start of a record. */
static bool word(struct record *record, const char *name)
{
    size_t len = strlen(name);

    if (record->len <= len || memcmp(record->text, name, len) != 0 ||
        record->text[len] != ' ')
        return false;
    record->text += len + 1;
    record->len -= len + 1;
    return true;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

static bool unescape(struct str *out, const struct record *record)
{
    for (size_t i = 0; i < record->len; i++) {
        char c = record->text[i];

        if (c == '\\') {
            int high;
            int low;

            if (record->len - i < 4 || record->text[i + 1] != 'x')
                return false;
            high = digit(record->text[i + 2]);
            low = digit(record->text[i + 3]);
            if (high < 0 || low < 0 || high + low == 0)
                return false;
            c = (char)(high << 4 | low);
            i += 3;
        } else if (c < 0x20 || c > 0x7e) {
            return false;
        }
        if (!str_putc(out, c))
            return false;
    }
    return true;
}

/* The next line must be "NAME TEXT"; place gets TEXT, or NULL for none. */
static bool get_text(const char *data, size_t len, size_t *at, const char *name,
                     size_t max, char **place)
{
    struct record record;
    struct str text;
    bool ok;

    str_init(&text, max);
    ok = next(data, len, at, &record) && word(&record, name) &&
         unescape(&text, &record);
    if (ok && text.len > 0)
        *place = str_take(&text);
    str_fini(&text);
    return ok;
}

/* Decimal digits at the start of a record, without leading zeros. */
static bool number(struct record *record, uint64_t *value)
{
    size_t used = 0;

    *value = 0;
    for (; used < record->len; used++) {
        char c = record->text[used];

        if (c < '0' || c > '9')
            break;
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, (unsigned)(c - '0'), value))
            return false;
    }
    if (used == 0 || (used > 1 && record->text[0] == '0'))
        return false;
    record->text += used;
    record->len -= used;
    return true;
}

static bool is(const struct record *record, const char *text)
{
    return record->len == strlen(text) &&
           memcmp(record->text, text, record->len) == 0;
}

static bool get_length(const char *data, size_t len, size_t *at,
                       int64_t *length)
{
    struct record record;
    uint64_t value;

    if (!next(data, len, at, &record) || !word(&record, "length"))
        return false;
    if (is(&record, unknown)) {
        *length = -1;
        return true;
    }
    if (!number(&record, &value) || record.len > 0 || value > INT64_MAX)
        return false;
    *length = (int64_t)value;
    return true;
}

static bool get_version(const char *data, size_t len, size_t *at)
{
    struct record record;

    return next(data, len, at, &record) && word(&record, magic) &&
           is(&record, "1");
}

/* A record after the header: true if it was understood. */
static bool apply(struct journal *journal, struct record record)
{
    uint64_t start;
    uint64_t end;

    if (is(&record, "reset")) {
        spans_clear(&journal->done);
        return true;
    }
    if (word(&record, "own")) {
        if (!number(&record, &end) || record.len > 0 || end > INT64_MAX)
            return false;
        journal->own = (int64_t)end;
        return true;
    }
    if (!word(&record, "span") || !number(&record, &start) || record.len == 0 ||
        record.text[0] != '-')
        return false;
    record.text++;
    record.len--;
    if (!number(&record, &end) || record.len > 0)
        return false;
    if (journal->length >= 0 && end > (uint64_t)journal->length)
        return false;
    return spans_add(&journal->done, start, end);
}

bool journal_read(struct journal *journal, const char *data, size_t len,
                  struct err *err)
{
    struct record record;
    size_t at = 0;

    journal_fini(journal);
    if (len > JOURNAL_MAX)
        return err_set(err, ERR_LIMIT, "the journal is too large to be one");
    if (!get_version(data, len, &at) ||
        !get_text(data, len, &at, "url", JOURNAL_URL, &journal->url) ||
        !get_text(data, len, &at, "final-url", JOURNAL_URL,
                  &journal->final_url) ||
        !get_text(data, len, &at, "etag", JOURNAL_FIELD, &journal->etag) ||
        !get_text(data, len, &at, "last-modified", JOURNAL_FIELD,
                  &journal->last_modified) ||
        !get_length(data, len, &at, &journal->length) || !journal->url) {
        journal_fini(journal);
        return err_set(err, ERR_PROTOCOL,
                       "the journal's header is damaged or of another version, "
                       "so the part beside it cannot be resumed");
    }
    journal->good = at;
    while (next(data, len, &at, &record) && apply(journal, record))
        journal->good = at;
    return true;
}
