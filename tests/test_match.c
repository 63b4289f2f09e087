#include "fetch/match.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

/* All matches with "|" behind each. */
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

/* The matches, or "!word" of the error with "|" and those before it. */
static const char *all(const char *pattern, const char *text, size_t len)
{
    static char shown[1024];
    struct list list = {.max = SIZE_MAX};
    struct err err = {.code = ERR_NONE};
    struct match *match = match_new(pattern, &err);

    str_init(&list.text, 1000);
    if (!match || !match_each(match, text, len, add, &list, &err))
        snprintf(shown, sizeof(shown), "!%s|%s", err_word(err.code),
                 list.text.data);
    else
        snprintf(shown, sizeof(shown), "%s", list.text.data);
    match_free(match);
    str_fini(&list.text);
    return shown;
}

static const char *found(const char *pattern, const char *text)
{
    return all(pattern, text, strlen(text));
}

static const char feed[] =
    "{\"code\":200,\"data\":[{\"text\":\"a\",\"profile_image\":\"http:\\/\\/"
    "img.example.org\\/1.jpg\",\"id\":1},{\"profile_image\":\"http://x/2.jpg\""
    ",\"id\":2},{\"profile_image\":\"\",\"id\":3},{\"profile_image\":null}]}";

static void test_matches(void)
{
    static const struct {
        const char *pattern;
        const char *text;
        const char *want;
    } rows[] = {
        {"\"profile_image\":\"(.+?)\",", feed,
         "http:\\/\\/img.example.org\\/1.jpg|http://x/2.jpg|"},
        {"\"profile_image\":\"([^\"]+)\",", feed,
         "http:\\/\\/img.example.org\\/1.jpg|http://x/2.jpg|"},
        {"a.", "abacad", "ab|ac|ad|"},
        {"x", "abc", ""},
        {"a.b", "a\nb a\rb", "a\rb|"},
        {"(?s)a.b", "a\nb", "a\nb|"},
        {"(?m)^a", "a\naa\n", "a|a|"},
        {"^a", "aaa", "a|"},
        {"\\Ga", "aabaa", "a|a|"},
        {"a(b)?", "abac", "b||"},
        {"src=\"([^\"]*)\"|src='([^']*)'", "src=\"1\" src='2'", "1|2|"},
        {"(?|a(.)|b(.))", "a1b2", "1|2|"},
        {"(a)(b)", "abab", "a|a|"},
        {"", "ab", "|||"},
        {"a*", "baac", "|aa|||"},
        {"b*|a", "ab", "|a|b||"},
        {"(?=(a))", "aa", "a|a|"},
        {"(?<=(a))", "aab", "a|a|"},
        {"x\\K", "xx", "||"},
        {"", "", "|"},
        {"\xc3\xa9", "caf\xc3\xa9", "\xc3\xa9|"},
        {"^....$", "caf\xc3\xa9", "caf\xc3\xa9|"},
        {"", "\xc3\xa9\xe2\x82\xac", "|||"},
        {"(?i)\xc3\x89", "\xc3\xa9", "\xc3\xa9|"},
        {"(*UCP)\\w+", "\xc3\xa9t\xc3\xa9 x", "\xc3\xa9t\xc3\xa9|x|"},
        {"(*UTF)(*CRLF)a.b", "a\nb", "a\nb|"},
        {"(*COMMIT)ab", "acab", ""},
        {"a+(*SKIP)b|c", "aaac", "c|"},
        {"(*NO_JIT)a.", "abac", "ab|ac|"},
        {"a(?C1)b", "abab", "ab|ab|"},
        /* not UTF-8: bytes */
        {"\"(.+?)\"", "\"caf\xe9\" \"b\"", "caf\xe9|b|"},
        {"\xe9", "caf\xe9", "\xe9|"},
        {"\xe9", "caf\xc3\xa9", ""},
        {"\xc3.", "caf\xc3\xa9", "\xc3\xa9|"},
        {"\\x{20ac}", "\xe2\x82\xac", "\xe2\x82\xac|"},
        {"\\x{20ac}", "\xe2\x82\xac\xff", "!usage|"},
        {"(*UTF)a", "a\xff", "!usage|"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char what[40];

        snprintf(what, sizeof(what), "row %zu", i);
        tap_is(found(rows[i].pattern, rows[i].text), rows[i].want, what);
    }
    tap_is(all("a.b", "a\0b\0a.b", 7), "a", "a NUL is a character");
}

static void test_errors(void)
{
    static const char *const patterns[] = {
        "(",  "[a",       "a{2,1}", "*a",       "(?<n>a)(?<n>b)",
        "\\", "(*NOPE)a", "\\C",    "a(?<=b*)",
    };
    struct err err = {.code = ERR_NONE};
    static char wide[MATCH_PATTERN_MAX + 2];

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        tap_ok(!match_new(patterns[i], &err) && err.code == ERR_USAGE,
               "'%s': %s", patterns[i], err.text);
    tap_ok(!match_new("abc(", &err) && strstr(err.text, "byte 4:"),
           "the place is told: %s", err.text);
    tap_ok(!match_new("(*UCP)abc(", &err) && strstr(err.text, "byte 10:"),
           "also behind settings: %s", err.text);
    memset(wide, 'a', MATCH_PATTERN_MAX + 1);
    tap_ok(!match_new(wide, &err) && err.code == ERR_USAGE,
           "a pattern that is too long is refused");
    match_free(NULL);
}

static void test_stop(void)
{
    struct list list = {.max = 2};
    struct match *match = match_new("a", NULL);

    str_init(&list.text, 100);
    tap_ok(match_each(match, "aaaaa", 5, add, &list, NULL) && list.count == 2,
           "found can end the search");
    list.count = 0;
    tap_ok(match_each(match, "aaa", 3, add, &list, NULL) && list.count == 2,
           "and another one can be made");
    tap_ok(match_each(match, NULL, 0, add, &list, NULL) && list.count == 2,
           "an empty text has no a");
    str_fini(&list.text);
    match_free(match);
}

/* Searches "<ab>aaaa...tail" for a pattern that finds the "<ab>". */
static void expect_limit(const char *pattern, char tail, size_t len,
                         const char *what)
{
    struct list list = {.max = SIZE_MAX};
    struct err err = {.code = ERR_NONE};
    struct match *match = match_new(pattern, &err);
    char *text = mem_new(len);
    int64_t start_ms = clock_ms();
    bool ok;

    memset(text, 'a', len);
    text[len - 1] = tail;
    memcpy(text, "<ab>", 4);
    str_init(&list.text, 100);
    match_set_cpu_ms(match, 300);
    ok = match_each(match, text, len, add, &list, &err);
    tap_ok(!ok && err.code == ERR_LIMIT, "%s: %s", what, err.text);
    tap_is(list.text.data, "<ab>|", "what was found before is there");
    tap_ok(clock_ms() - start_ms < 20000, "it ends soon (%lld ms)",
           (long long)(clock_ms() - start_ms));
    str_fini(&list.text);
    mem_free(text);
    match_free(match);
}

static void test_catastrophes(void)
{
    expect_limit("<ab>|(?:a+)+b", 'a', 5000, "an exponential expression");
    expect_limit("(*NO_JIT)<ab>|(?:a+)+b", 'a', 5000, "the same without JIT");
    expect_limit("<ab>|a(?=[^b]*cb)", 'b', 1000 * 1000,
                 "an expression that is slow at every place");
    expect_limit("(*NO_JIT)<ab>|a(?=[^b]*cb)", 'b', 1000 * 1000,
                 "the same without JIT");
    expect_limit("(?s)<ab>|(?:a|x)*(?:a|y)*(?:a|z)*b", 'a', 50000,
                 "many ways to run over the same");
}

static bool count_bytes(void *arg, const char *text, size_t len)
{
    size_t *sums = arg;

    (void)text;
    sums[0]++;
    sums[1] += len;
    return true;
}

/* A page of a given size with a link in each line. */
static void test_size(const char *pattern, char odd, size_t mib)
{
    static const char line[] = "{\"id\":1,\"profile_image\":\"http://x/12345."
                               "jpg\",\"text\":\"hello, here I am\"}\n";
    size_t lines = mib * 1024 * 1024 / (sizeof(line) - 1);
    struct match *match = match_new(pattern, NULL);
    struct str page;
    size_t sums[2] = {0};
    int64_t start_ms;
    bool ok;

    str_init(&page, (mib + 1) * 1024 * 1024);
    str_putc(&page, odd);
    for (size_t i = 0; i < lines; i++)
        str_add(&page, line, sizeof(line) - 1);
    start_ms = clock_ms();
    ok = match_each(match, page.data, page.len, count_bytes, sums, NULL);
    tap_ok(ok && sums[0] == lines &&
               sums[1] == lines * strlen("http://x/12345.jpg"),
           "%zu matches in %zu MiB (%lld ms)", sums[0], mib,
           (long long)(clock_ms() - start_ms));
    str_fini(&page);
    match_free(match);
}

int main(void)
{
    test_matches();
    test_errors();
    test_stop();
    test_catastrophes();
    test_size("\"profile_image\":\"(.+?)\",", 'x', 64);
    test_size("\"profile_image\":\"(.+?)\",", '\xff', 64);
    test_size("(*NO_JIT)\"profile_image\":\"(.+?)\",", 'x', 8);
    return tap_done();
}
