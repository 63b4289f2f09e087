#include "fetch/unescape.h"

#include "tap.h"

struct row {
    const char *text;
    const char *want;
};

static void check(const struct row *rows, size_t count,
                  bool (*undo)(const char *, size_t, struct str *))
{
    struct str out;

    str_init(&out, 200);
    str_puts(&out, "left over");
    for (size_t i = 0; i < count; i++) {
        char what[40];

        snprintf(what, sizeof(what), "row %zu", i);
        tap_is(undo(rows[i].text, strlen(rows[i].text), &out) ? out.data : "!",
               rows[i].want, what);
    }
    str_fini(&out);
}

static void test_json(void)
{
    static const struct row rows[] = {
        {"http:\\/\\/a.org\\/b", "http://a.org/b"},
        {"?a=1\\u0026b=2", "?a=1&b=2"},
        {"\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac"},
        {"\\uD83D\\ude00", "\xf0\x9f\x98\x80"},
        {"\\udbff\\udfff", "\xf4\x8f\xbf\xbf"},
        {"\\\"\\\\\\b\\f\\n\\r\\t", "\"\\\b\f\n\r\t"},
        {"\\\\u0041", "\\u0041"},
        {"\\\\/", "\\/"},
        /* no valid escapes */
        {"\\ud83d", "\\ud83d"},
        {"\\ud83dx", "\\ud83dx"},
        {"\\ud83d\\u0041", "\\ud83dA"},
        {"\\ud83d\\ud83d\\ude00", "\\ud83d\xf0\x9f\x98\x80"},
        {"\\ude00\\ud83d", "\\ude00\\ud83d"},
        {"\\u0000", "\\u0000"},
        {"\\u12", "\\u12"},
        {"\\u12g4", "\\u12g4"},
        {"\\U0041", "\\U0041"},
        {"\\x41\\'\\a", "\\x41\\'\\a"},
        {"\\", "\\"},
        {"a\\", "a\\"},
        {"\\\\\\", "\\\\"},
        /* no escapes */
        {"http://a.org/?b=c&amp;d%20e\xc3\xa9", "http://a.org/?b=c&amp;d%20e"
                                                "\xc3\xa9"},
        {"caf\xe9", "caf\xe9"},
        {"", ""},
    };

    check(rows, sizeof(rows) / sizeof(rows[0]), unescape_json);
}

static void test_html(void)
{
    static const struct row rows[] = {
        {"?a=1&amp;b=2", "?a=1&b=2"},
        {"&quot;&apos;&lt;&gt;", "\"'<>"},
        {"https&colon;&sol;&sol;a&period;org&sol;?b&equals;c&num;d",
         "https://a.org/?b=c#d"},
        {"&#38;&#x26;&#X26;&#0038;", "&&&&"},
        {"&#233;&#8364;&#x1f600;", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a&nbsp;b&Tab;&NewLine;", "a\xc2\xa0"
                                   "b\t\n"},
        {"&amp;amp;", "&amp;"},
        {"&amp;#38;", "&#38;"},
        {"&&amp;", "&&"},
        /* no valid references */
        {"?a=1&b=2", "?a=1&b=2"},
        {"?a=1&amp=2", "?a=1&amp=2"},
        {"?a=1&copy;=2", "?a=1&copy;=2"},
        {"&Amp;", "&Amp;"},
        {"&amp ;", "&amp ;"},
        {"&;&#;&#x;&#xg;&#a;", "&;&#;&#x;&#xg;&#a;"},
        {"&#0;&#x110000;&#xd800;&#99999999999;", "&#0;&#x110000;&#xd800;"
                                                 "&#99999999999;"},
        {"&#128;&#159;", "&#128;&#159;"},
        {"&#-1;&#+1;&# 1;", "&#-1;&#+1;&# 1;"},
        {"&", "&"},
        {"&amp", "&amp"},
        {"&#38", "&#38"},
        {"&#000000000000000000000000000000038;",
         "&#000000000000000000000000000000038;"},
        {"http:\\/\\/a.org\\u0026", "http:\\/\\/a.org\\u0026"},
        {"", ""},
    };

    check(rows, sizeof(rows) / sizeof(rows[0]), unescape_html);
}

static void test_is_json(void)
{
    static const char *const yes[] = {
        "http:\\/\\/a", "a\\u0026b", "\\\\\\/", "\\x\\/", "\\uD83D",
    };
    static const char *const no[] = {
        "http://a", "",      "\\",  "..\\images\\up.png",
        "\\u12",    "\\\\/", "\\n", "&amp;",
    };

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        tap_ok(unescape_is_json(yes[i], strlen(yes[i])), "%s is", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        tap_ok(!unescape_is_json(no[i], strlen(no[i])), "%s is not", no[i]);
}

static void test_ceiling(void)
{
    struct str out;

    str_init(&out, 3);
    tap_ok(!unescape_json("a\\/bc", 5, &out) && out.len == 0,
           "a result that is too long is none");
    tap_ok(unescape_json("a\\/b", 4, &out) && strcmp(out.data, "a/b") == 0,
           "the next one can fit");
    tap_ok(!unescape_html("&#x1f600;", 9, &out) && out.len == 0,
           "no half characters");
    tap_ok(unescape_html("a\0&lt;", 6, &out) && out.len == 3 &&
               memcmp(out.data, "a\0<", 3) == 0,
           "a NUL is a character");
    str_fini(&out);
}

int main(void)
{
    test_json();
    test_html();
    test_is_json();
    test_ceiling();
    return tap_done();
}
