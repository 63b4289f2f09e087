/* The part journal: what is written reads the same; what is torn ends it. */
#include "fetch/journal.h"

#include <stdlib.h>

#include "tap.h"

static struct journal sample(void)
{
    struct journal journal;

    journal_init(&journal);
    journal.url = strdup("https://user:secret@h.example/a b\x1b?x=\\1");
    journal.final_url = strdup("https://cdn.example/\xc3\xa9#f");
    journal.etag = strdup("W/\"abc \\ def\"");
    journal.last_modified = strdup("Sun, 06 Nov 1994 08:49:37 GMT");
    journal.length = 1000;
    return journal;
}

static void test_round_trip(void)
{
    struct journal journal = sample();
    struct journal got;
    struct str text;
    struct err err;

    str_init(&text, JOURNAL_MAX);
    journal_init(&got);
    tap_ok(journal_header(&text, &journal), "header");
    tap_ok(!strstr(text.data, "secret") && !strchr(text.data, '\x1b'),
           "holds no password and no control byte");
    tap_ok(journal_span(&text, 0, 100) && journal_span(&text, 200, 300) &&
               journal_span(&text, 100, 150),
           "spans");
    tap_ok(journal_read(&got, text.data, text.len, &err), "is read");
    tap_is(got.url, "https://h.example/a b\x1b?x=\\1", "url");
    tap_is(got.final_url, journal.final_url, "final url");
    tap_is(got.etag, journal.etag, "etag");
    tap_is(got.last_modified, journal.last_modified, "date");
    tap_int(got.length, 1000, "length");
    tap_int((long long)got.done.count, 2, "two pieces");
    tap_ok(spans_has(&got.done, 0, 150) && spans_has(&got.done, 200, 300),
           "the right ones");
    tap_int((long long)got.good, (long long)text.len, "all of it is good");
    tap_ok(journal_reset(&text) && journal_span(&text, 7, 9) &&
               journal_read(&got, text.data, text.len, &err) &&
               spans_total(&got.done) == 2 && spans_has(&got.done, 7, 9),
           "a reset makes earlier spans void");
    journal_fini(&journal);
    journal_fini(&got);
    str_fini(&text);
}

static void test_unknown(void)
{
    struct journal journal;
    struct journal got;
    struct str text;
    struct err err;

    str_init(&text, JOURNAL_MAX);
    journal_init(&journal);
    journal_init(&got);
    journal.url = strdup("http://h/");
    tap_ok(journal_header(&text, &journal) &&
               journal_span(&text, 0, UINT64_MAX) &&
               journal_read(&got, text.data, text.len, &err),
           "a journal that knows nothing but the URL");
    tap_ok(!got.final_url && !got.etag && !got.last_modified &&
               got.length == -1,
           "says so");
    tap_ok(spans_total(&got.done) == UINT64_MAX, "any span is within");
    free(journal.url);
    journal.url = NULL;
    str_clear(&text);
    tap_ok(journal_header(&text, &journal) &&
               !journal_read(&got, text.data, text.len, &err) && !got.url,
           "one without a URL is none");
    journal_fini(&journal);
    journal_fini(&got);
    str_fini(&text);
}

/* Cut at every byte: never wrong, never more than was whole. */
static void test_torn(void)
{
    struct journal journal = sample();
    struct journal got;
    struct str text;
    struct err err;
    size_t header;
    size_t middle;
    bool ok = true;

    str_init(&text, JOURNAL_MAX);
    journal_init(&got);
    ok = ok && journal_header(&text, &journal);
    header = text.len;
    ok = ok && journal_span(&text, 0, 10);
    middle = text.len;
    ok = ok && journal_span(&text, 20, 30);
    for (size_t len = 0; len <= text.len; len++) {
        bool read = journal_read(&got, text.data, len, &err);
        uint64_t want = len < middle ? 0 : len < text.len ? 10 : 20;

        ok = ok && read == (len >= header) && spans_total(&got.done) == want;
        ok = ok && (!read || got.good <= len);
    }
    tap_ok(ok, "cut at any byte, whole records count and no others");
    journal_fini(&journal);
    journal_fini(&got);
    str_fini(&text);
}

/* One flipped bit anywhere: the record that has it is never believed. */
static void test_flipped(void)
{
    struct journal journal = sample();
    struct journal got;
    struct str text;
    struct err err;
    size_t header;
    size_t middle;
    bool ok = true;

    str_init(&text, JOURNAL_MAX);
    journal_init(&got);
    ok = ok && journal_header(&text, &journal);
    header = text.len;
    ok = ok && journal_span(&text, 0, 10);
    middle = text.len;
    ok = ok && journal_span(&text, 20, 30);
    for (size_t bit = 0; bit < text.len * 8; bit++) {
        bool read;
        uint64_t want = bit / 8 < middle ? 0 : 10;

        text.data[bit / 8] ^= (char)(1 << bit % 8);
        read = journal_read(&got, text.data, text.len, &err);
        ok =
            ok && read == (bit / 8 >= header) && spans_total(&got.done) == want;
        text.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    tap_ok(ok, "a flipped bit voids its record and what follows");
    journal_fini(&journal);
    journal_fini(&got);
    str_fini(&text);
}

static void test_bounds(void)
{
    struct journal journal = sample();
    struct journal got;
    struct str text;
    struct err err = {ERR_NONE, ""};
    char *big = malloc(JOURNAL_URL + 2);

    str_init(&text, JOURNAL_MAX);
    journal_init(&got);
    tap_ok(journal_header(&text, &journal) && journal_span(&text, 0, 10) &&
               journal_span(&text, 990, 1001) && journal_span(&text, 20, 30) &&
               journal_read(&got, text.data, text.len, &err) &&
               spans_total(&got.done) == 10,
           "a span past the length ends the reading");
    str_clear(&text);
    tap_ok(journal_header(&text, &journal) && journal_span(&text, 9, 8) &&
               journal_read(&got, text.data, text.len, &err) &&
               got.done.count == 0,
           "so does a reversed one");
    memset(big, 'u', JOURNAL_URL + 1);
    big[JOURNAL_URL + 1] = '\0';
    free(journal.url);
    journal.url = big;
    str_clear(&text);
    tap_ok(!journal_header(&text, &journal) && text.len == 0,
           "a URL over the ceiling is not written");
    memset(big, '\\', JOURNAL_URL);
    big[JOURNAL_URL] = '\0';
    tap_ok(journal_header(&text, &journal) && text.len <= JOURNAL_HEADER &&
               journal_read(&got, text.data, text.len, &err),
           "one at the ceiling is, escapes and all");
    tap_is(got.url, big, "and reads the same");
    text.max = text.len + 10;
    tap_ok(!journal_span(&text, 1, 2) && text.data[text.len - 1] == '\n',
           "a record that does not fit leaves nothing");
    tap_ok(!journal_read(&got, "x", 1, &err) && err.code == ERR_PROTOCOL,
           "no journal, and why: %s", err.text);
    journal_fini(&journal);
    journal_fini(&got);
    str_fini(&text);
}

static void strip(const char *url, const char *want)
{
    struct str out;

    str_init(&out, 1000);
    journal_strip(&out, url);
    tap_is(out.data, want, url);
    str_fini(&out);
}

static void test_strip(void)
{
    strip("http://h/a@b", "http://h/a@b");
    strip("http://u@h/", "http://h/");
    strip("http://u:p@h:80/a?b@c", "http://h:80/a?b@c");
    strip("http://u:p@q@h", "http://h");
    strip("ftp://u:p@h?x@y", "ftp://h?x@y");
    strip("http://h#u:p@h", "http://h#u:p@h");
    strip("u:p@h/x", "h/x");
    strip("u:p@h/x://y@z", "h/x://y@z");
    strip("http://[::1]/", "http://[::1]/");
    strip("", "");
}

/* One record of each kind, byte for byte: files on disk outlive a build. */
static void test_format(void)
{
    struct journal journal;
    struct str text;

    str_init(&text, 1000);
    journal_init(&journal);
    journal.url = strdup("http://h/x");
    journal.length = 5;
    tap_ok(journal_header(&text, &journal) && journal_span(&text, 0, 5) &&
               journal_reset(&text),
           "one record of each kind");
    tap_is(text.data,
           "threadlab-journal 1 26293aa0\n"
           "url http://h/x 53ec07e8\n"
           "final-url  c81a1a85\n"
           "etag  0636385c\n"
           "last-modified  cc19ebbc\n"
           "length 5 fe2dd43d\n"
           "span 0-5 fef269cb\n"
           "reset 9b741eeb\n",
           "is in format 1");
    journal_fini(&journal);
    str_fini(&text);
}

int main(void)
{
    test_format();
    test_round_trip();
    test_unknown();
    test_torn();
    test_flipped();
    test_bounds();
    test_strip();
    return tap_done();
}
