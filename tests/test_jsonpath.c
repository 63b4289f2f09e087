#include "fetch/jsonpath.h"

#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

/* All results with "|" behind each. */
struct list {
    struct str text;
    size_t count;
    size_t max;
};

static bool add(void *arg, const char *text, size_t len)
{
    struct list *list = arg;

    str_add(&list->text, text, len);
    str_putc(&list->text, '|');
    return ++list->count < list->max;
}

/* The results and the number of others, or "!word" of the error. */
static const char *found(const char *path, const char *text)
{
    static char shown[1024];
    struct list list = {.max = SIZE_MAX};
    struct err err = {.code = ERR_NONE};
    struct jsonpath *parsed = jsonpath_parse(path, &err);
    size_t others = 0;

    str_init(&list.text, 1000);
    if (!parsed || !jsonpath_collect(parsed, text, strlen(text), add, &list,
                                     &others, &err))
        snprintf(shown, sizeof(shown), "!%s", err_word(err.code));
    else
        snprintf(shown, sizeof(shown), "%s%zu", list.text.data, others);
    jsonpath_free(parsed);
    str_fini(&list.text);
    return shown;
}

static const char feed[] =
    "{\"code\":200,\"data\":["
    "{\"id\":1,\"profile_image\":\"http:\\/\\/x\\/1.jpg\",\"tags\":[\"a\","
    "\"b\"]},"
    "{\"id\":2,\"profile_image\":\"http://x/2.jpg\",\"tags\":[]},"
    "{\"id\":3,\"profile_image\":null,\"big-image\":{\"it's\":\"q\"}}],"
    "\"next\":{\"data\":[{\"profile_image\":\"\\u00e9\"}]}}";

static void test_paths(void)
{
    static const struct {
        const char *path;
        const char *text;
        const char *want;
    } rows[] = {
        {"$.data[*].profile_image", feed, "http://x/1.jpg|http://x/2.jpg|1"},
        {"$['data'][*][\"profile_image\"]", feed,
         "http://x/1.jpg|http://x/2.jpg|1"},
        {"$ [ 'data' ] [ 0 ] .profile_image ", feed, "http://x/1.jpg|0"},
        {"$.data[0].profile_image", feed, "http://x/1.jpg|0"},
        {"$.data[-2].profile_image", feed, "http://x/2.jpg|0"},
        {"$.data[-3].id", feed, "1"},
        {"$.data[3].id", feed, "0"},
        {"$.data[-4].id", feed, "0"},
        {"$..profile_image", feed, "http://x/1.jpg|http://x/2.jpg|\xc3\xa9|1"},
        {"$..data[0].profile_image", feed, "http://x/1.jpg|\xc3\xa9|0"},
        {"$.data..tags[*]", feed, "a|b|0"},
        {"$.data[0].tags[*]", feed, "a|b|0"},
        {"$.data[0].tags.*", feed, "a|b|0"},
        {"$.data[0].tags", feed, "1"},
        {"$.data[0].*", feed, "http://x/1.jpg|2"},
        {"$.data[2].big-image['it\\'s']", feed, "q|0"},
        {"$.data[2].big-image[\"it's\"]", feed, "q|0"},
        {"$..[0]", feed, "a|2"},
        {"$..*", "{\"a\":[\"b\",{\"c\":\"d\"}]}", "b|d|2"},
        {"$..a..a", "{\"a\":{\"a\":{\"a\":\"x\"}}}", "x|x|1"},
        {"$.code.x", feed, "0"},
        {"$.data.id", feed, "0"},
        {"$[0]", feed, "0"},
        {"$.none", feed, "0"},
        {"$", "\"only\"", "only|0"},
        {"$", "1", "1"},
        {"$[1]", "[\"a\",\"b\"]", "b|0"},
        {"$.a", "\xef\xbb\xbf {\"a\":\"b\"}\n", "b|0"},
        {"$['\\u0061\\n']", "{\"a\\n\":\"b\"}", "b|0"},
        {"$['']", "{\"\":\"b\"}", "b|0"},
        {"$['\"']", "{\"\\\"\":\"b\"}", "b|0"},
        {"$[\"\\\"\"]", "{\"\\\"\":\"b\"}", "b|0"},
        {"$['a.b[0]']", "{\"a.b[0]\":\"b\"}", "b|0"},
        {"$.\xc3\xa9", "{\"\xc3\xa9\":\"b\"}", "b|0"},
        {"$.a", "{\"a\":99999999999999999999999999}", "1"},
        {"$.a", "", "!protocol"},
        {"$.a", "<html>", "!protocol"},
        {"$.a", "{\"a\":\"b\"", "!protocol"},
        {"$.a", "{\"a\":\"b\"} x", "!protocol"},
        {"$.a", "{\"a\":\"\xff\"}", "!protocol"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char what[40];

        snprintf(what, sizeof(what), "row %zu", i);
        tap_is(found(rows[i].path, rows[i].text), rows[i].want, what);
    }
}

static void test_bad_paths(void)
{
    static const struct {
        const char *path;
        const char *want; /* in the sentence */
    } rows[] = {
        {"", "begin with '$'"},
        {"data", "begin with '$'"},
        {"@.a", "begin with '$'"},
        {"$a", "'.' or '['"},
        {"$.", "behind the dot"},
        {"$..", "behind the dot"},
        {"$...a", "behind the dot"},
        {"$.1", "behind the dot"},
        {"$.a b", "'.' or '['"},
        {"$[", "in the brackets"},
        {"$[]", "in the brackets"},
        {"$[a]", "in the brackets"},
        {"$[01]", "in the brackets"},
        {"$[-0]", "in the brackets"},
        {"$[+1]", "in the brackets"},
        {"$[9007199254740992]", "too large"},
        {"$[1", "lacks a ']'"},
        {"$[1 2]", "lacks a ']'"},
        {"$['a'", "lacks a ']'"},
        {"$['a", "quote that does not end"},
        {"$['a\\", "quote that does not end"},
        {"$['a\\']", "quote that does not end"},
        {"$['\\x']", "escape"},
        {"$['\\u0000']", "escape"},
        {"$[\"\\'\"]", "escape"},
        {"$['\xff']", "escape"},
        {"$[0,1]", "list"},
        {"$['a','b']", "list"},
        {"$[0:2]", "slice"},
        {"$[:2]", "slice"},
        {"$[?@.a]", "filter"},
        {"$.a[?(@.b>1)]", "(at byte 5)"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err err = {.code = ERR_NONE};
        struct jsonpath *path = jsonpath_parse(rows[i].path, &err);

        tap_ok(!path && err.code == ERR_USAGE && strstr(err.text, rows[i].want),
               "row %zu: %s", i, err.text);
        jsonpath_free(path);
    }
}

static void test_stop(void)
{
    static const char text[] = "[\"a\",\"b\\u0000c\",\"d\"]";
    struct list list = {.max = 2};
    struct jsonpath *path = jsonpath_parse("$[*]", NULL);

    str_init(&list.text, 100);
    tap_ok(jsonpath_collect(path, text, sizeof(text) - 1, add, &list, NULL,
                            NULL) &&
               list.count == 2,
           "found can end the search");
    tap_ok(list.text.len == 6 && memcmp(list.text.data, "a|b\0c|", 6) == 0,
           "a string may hold a NUL");
    str_fini(&list.text);
    jsonpath_free(path);
}

static bool collect_all(const char *path, const struct str *text,
                        struct err *err)
{
    struct list list = {.max = SIZE_MAX};
    struct jsonpath *parsed = jsonpath_parse(path, err);
    bool ok = false;

    str_init(&list.text, 1);
    ok = parsed &&
         jsonpath_collect(parsed, text->data, text->len, add, &list, NULL, err);
    str_fini(&list.text);
    jsonpath_free(parsed);
    return ok;
}

static void repeat(struct str *text, const char *word, size_t count)
{
    while (count-- > 0)
        str_puts(text, word);
}

static void test_ceilings(void)
{
    struct err err = {.code = ERR_NONE};
    struct str text;

    str_init(&text, 80 * 1024 * 1024);
    str_puts(&text, "$");
    repeat(&text, ".a", JSONPATH_STEPS_MAX);
    tap_is(found(text.data, "{}"), "0", "the longest path");
    str_puts(&text, ".a");
    tap_is(found(text.data, "{}"), "!usage", "a longer one");

    str_clear(&text);
    repeat(&text, "[", 2000);
    str_puts(&text, "\"x\"");
    repeat(&text, "]", 2000);
    tap_is(found("$..[0]", text.data), "x|1999", "a deep text");
    tap_ok(!collect_all("$..*..*..*..*..x", &text, &err) &&
               err.code == ERR_LIMIT,
           "a path that multiplies ends: %s", err.text);

    str_clear(&text);
    repeat(&text, "[", 2300 * 1000);
    tap_ok(!collect_all("$..x", &text, &err) && err.code == ERR_LIMIT,
           "a text that would need too much memory is refused: %s", err.text);
    str_clear(&text);
    repeat(&text, "[", 100 * 1000);
    tap_ok(!collect_all("$..x", &text, &err) && err.code == ERR_PROTOCOL,
           "so is one that is nested too deeply: %s", err.text);

    str_clear(&text);
    str_puts(&text, "[");
    repeat(&text, "\"[,[,[,[,[,[,[,[,[,[,[,[,[,[,[\",", 2000 * 1000);
    str_puts(&text, "1]");
    tap_ok(collect_all("$[*]", &text, &err),
           "marks inside strings do not count");
    repeat(&text, " ", JSONPATH_TEXT_MAX / 2);
    tap_ok(!collect_all("$[*]", &text, &err) && err.code == ERR_LIMIT,
           "a text that is too long is refused: %s", err.text);
    str_fini(&text);
}

int main(void)
{
    test_paths();
    test_bad_paths();
    test_stop();
    test_ceilings();
    return tap_done();
}
