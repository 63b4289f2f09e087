#include "session/record.h"

#include <string.h>

#include "base/mem.h"
#include "tap.h"

static const char *const urls[] = {"http://a/", "http://b/"};

static void test_copy(void)
{
    struct session_record record = {
        .key = 7,
        .urls = urls,
        .url_count = 2,
        .dir = "dir",
        .name = "",
        .error = "why",
        .total = -1,
    };
    struct session_record *copy = record_copy(&record);

    tap_ok(copy->key == 7 && copy->total == -1 && copy->url_count == 2,
           "numbers");
    tap_ok(copy->urls != urls && copy->urls[1] != urls[1] &&
               strcmp(copy->urls[0], urls[0]) == 0 &&
               strcmp(copy->urls[1], urls[1]) == 0,
           "URLs of its own");
    tap_ok(copy->dir != record.dir && strcmp(copy->dir, "dir") == 0 &&
               strcmp(copy->error, "why") == 0,
           "text of its own");
    tap_is(copy->name, "", "an empty text stays one");
    tap_ok(!copy->out && !copy->path && !copy->digest, "none stays none");
    mem_free(copy);
}

static void test_fits(void)
{
    static char text[SESSION_TEXT + 1];
    const char *many[SESSION_URLS + 1];
    struct session_record record = {.urls = urls, .url_count = 1};

    tap_ok(record_fits(&record), "one URL");
    record.url_count = 0;
    tap_ok(!record_fits(&record), "none");
    record =
        (struct session_record){.urls = (const char *[]){""}, .url_count = 1};
    tap_ok(!record_fits(&record), "an empty one");
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = "http://a/";
    record = (struct session_record){.urls = many, .url_count = SESSION_URLS};
    tap_ok(record_fits(&record), "as many as may be");
    record.url_count++;
    tap_ok(!record_fits(&record), "one more");
    record = (struct session_record){
        .urls = urls, .url_count = 1, .state = SESSION_STATES};
    tap_ok(!record_fits(&record), "no such state");
    record.state = SESSION_SKIPPED;
    memset(text, 'x', SESSION_TEXT - strlen(urls[0]) - 2);
    record.out = text;
    tap_ok(record_fits(&record), "as much text as may be");
    record.dir = "";
    tap_ok(!record_fits(&record), "one byte more");
}

static size_t unpacked(const char *data, size_t len)
{
    const char *out[SESSION_URLS];

    return record_unpack_urls(data, len, out);
}

static void test_urls(void)
{
    const struct session_record record = {.urls = urls, .url_count = 2};
    const char *out[SESSION_URLS] = {NULL};
    char many[2 * (SESSION_URLS + 1)];
    struct str text;

    str_init(&text, 100);
    tap_ok(record_pack_urls(&record, &text) && text.len == 20, "packed");
    tap_int((long long)record_unpack_urls(text.data, text.len, out), 2,
            "and unpacked");
    tap_is(out[0], urls[0], "the first");
    tap_is(out[1], urls[1], "the second");
    tap_int((long long)unpacked(text.data, text.len - 1), 0, "a cut one");
    str_fini(&text);
    str_init(&text, 19);
    tap_ok(!record_pack_urls(&record, &text), "no room");
    str_fini(&text);
    tap_int((long long)unpacked(NULL, 0), 0, "nothing");
    for (size_t i = 0; i < sizeof(many); i++)
        many[i] = i % 2 ? '\0' : 'u';
    tap_int((long long)unpacked(many, sizeof(many) - 2), SESSION_URLS, "many");
    tap_int((long long)unpacked(many, sizeof(many)), 0, "too many");
}

int main(void)
{
    test_copy();
    test_fits();
    test_urls();
    return tap_done();
}
