#include "fetch/harvest.h"

#include <curl/curl.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

/* All URLs with "|" behind each. */
struct list {
    struct str text;
    size_t count;
    size_t max;
};

static bool add(void *arg, const char *url)
{
    struct list *list = arg;

    str_puts(&list->text, url);
    str_putc(&list->text, '|');
    return ++list->count < list->max;
}

/* The URLs, and "found/duplicates/bad/others". */
static const char *harvested(struct harvest *harvest, const char *base,
                             const char *type, const char *text)
{
    static char shown[2000];
    struct harvest_page page = {
        .base = base, .type = type, .text = text, .len = strlen(text)};
    struct list list = {.max = 100};
    struct harvest_counts counts;
    struct err err = {.code = ERR_NONE};

    str_init(&list.text, 1500);
    if (harvest_run(harvest, &page, add, &list, &counts, &err))
        snprintf(shown, sizeof(shown), "%s%d/%d/%d/%d", list.text.data,
                 (int)counts.found, (int)counts.duplicates, (int)counts.bad,
                 (int)counts.others);
    else
        snprintf(shown, sizeof(shown), "%s!%s", list.text.data,
                 err_word(err.code));
    str_fini(&list.text);
    return shown;
}

static const char *once(const char *pattern, const char *json_path,
                        const char *type, const char *text)
{
    struct harvest *harvest = harvest_new(pattern, json_path, NULL);
    const char *shown =
        harvested(harvest, "https://example.org/dir/page?x", type, text);

    harvest_free(harvest);
    return shown;
}

static const char feed[] =
    "{\"code\":200,\"data\":[\n"
    "{\"profile_image\":\"http:\\/\\/img.example.org\\/a.jpg?x=1\\u0026y=2\","
    "\"id\":1},\n"
    "{\"profile_image\":\"..\\/b c.jpg\",\"id\":2},\n"
    "{\"profile_image\":\"http://IMG.example.org:80/a.jpg?x=1&y=2\",\"id\":3},"
    "\n"
    "{\"profile_image\":\"data:image/png;base64,AAAA\",\"id\":4},\n"
    "{\"profile_image\":\"c.jpg?a&amp;b\",\"id\":5},\n"
    "{\"profile_image\":null,\"id\":6}]}\n";

#define SEED "\"profile_image\":\"(.+?)\","
#define FEED_URLS                                                         \
    "http://img.example.org/a.jpg?x=1&y=2|https://example.org/b%20c.jpg|" \
    "https://example.org/dir/c.jpg?a&amp;b|"

static void test_feed(void)
{
    tap_is(once(SEED, NULL, "application/json", feed), FEED_URLS "5/1/1/0",
           "a feed by regular expression");
    tap_is(once(SEED, NULL, NULL, feed), FEED_URLS "5/1/1/0",
           "the same without a type");
    tap_is(once(NULL, "$.data[*].profile_image", "application/json", feed),
           FEED_URLS "5/1/1/1", "the same by path");
    tap_is(once(NULL, "$.data[*].id", "application/json", feed), "0/0/0/6",
           "what is no string is counted");
    tap_is(once(NULL, "$..x", "text/html", "<html>"), "!protocol",
           "a page is no JSON");
}

static void test_kinds(void)
{
    static const struct {
        const char *type;
        const char *text;
        const char *want;
    } rows[] = {
        {"text/html", "<a href=\"/x?a=1&amp;b=2\">",
         "https://example.org/x?a=1&b=2|1/0/0/0"},
        {NULL, " \n<a href=\"/x?a&#38;b\">",
         "https://example.org/x?a&b|1/0/0/0"},
        {"application/rss+xml; charset=utf-8", "href=\"/x?a&amp;b\"",
         "https://example.org/x?a&b|1/0/0/0"},
        {"text/xml", "href=\"/x?a&amp;b\"",
         "https://example.org/x?a&b|1/0/0/0"},
        {"text/html", "<script>{href=\"https:\\/\\/b.org\\/x?a\\u0026b\"}",
         "https://b.org/x?a&b|1/0/0/0"},
        {"text/html", "<a href=\"..\\new\\up.png\">",
         "https://example.org/new/up.png|1/0/0/0"},
        {"text/html", "{href=\"\\/x?a&amp;b\"}",
         "https://example.org/x?a&b|1/0/0/0"},
        {"application/javascript", "href=\"\\/x?a\\u0026amp;b\"",
         "https://example.org/x?a&amp;b|1/0/0/0"},
        {"application/hal+json", "href=\"\\/x\"",
         "https://example.org/x|1/0/0/0"},
        {"text/plain", "href=\"/x?a&amp;b\\u0026\"",
         "https://example.org/x?a&amp;b\\u0026|1/0/0/0"},
        {"text/plain", "\xef\xbb\xbf [href=\"\\/x\"",
         "https://example.org/x|1/0/0/0"},
        {NULL, "", "0/0/0/0"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char what[40];

        snprintf(what, sizeof(what), "row %zu", i);
        tap_is(once("href=\"(.*?)\"", NULL, rows[i].type, rows[i].text),
               rows[i].want, what);
    }
}

static void test_base(void)
{
    tap_is(once("src=(\\S+)", NULL, "text/html",
                "<BASE target=x HREF = '//cdn.org/p/?a&amp;b'><base href=/z/>"
                " src=1.png "),
           "https://cdn.org/p/1.png|1/0/0/0", "<base> is the page's address");
    tap_is(once("src=(\\S+)", NULL, "text/html", "<base href=x: src=1.png "),
           "https://example.org/dir/1.png|1/0/0/0", "unless it is no URL");
    tap_is(once("src=(\\S+)", NULL, "text/plain", "\"<base href=/z/>\" src=1 "),
           "https://example.org/dir/1|1/0/0/0", "or the page is no HTML");
}

static void test_pages(void)
{
    struct harvest *harvest = harvest_new("\\S+", NULL, NULL);

    tap_is(harvested(harvest, "http://a.org/1", NULL, "x y x"),
           "http://a.org/x|http://a.org/y|3/1/0/0", "one page");
    tap_is(harvested(harvest, "http://a.org/2", NULL, "y z /x"),
           "http://a.org/z|3/2/0/0", "the next one knows what was there");
    tap_is(harvested(harvest, NULL, NULL, "y http://b.org/y#a"),
           "http://b.org/y|2/0/1/0", "a page without an address");
    harvest_free(harvest);
}

static void test_samples(void)
{
    struct harvest *harvest = harvest_new("\\S+", NULL, NULL);
    struct harvest_page page = {
        .base = "http://a.org/",
        .text = "data:image/png;base64,AAAA javascript:x http://a:b/ # "
                "mailto:a mailto:b mailto:c mailto:d mailto:e mailto:f mailto:g"
                " mailto:h"};
    struct harvest_counts counts;
    struct list list = {.max = 100};

    str_init(&list.text, 100);
    page.len = strlen(page.text);
    tap_ok(harvest_run(harvest, &page, add, &list, &counts, NULL) &&
               counts.found == 12 && counts.bad == 12,
           "all of them are bad");
    tap_int((long long)counts.sample_count, HARVEST_SAMPLES,
            "the first ones are kept");
    tap_ok(strstr(counts.samples[0].text, "'data:image/png;base64,AAAA'") &&
               counts.samples[0].code == ERR_REFUSED,
           "%s", counts.samples[0].text);
    tap_ok(strstr(counts.samples[2].text, "http://a:b/"), "%s",
           counts.samples[2].text);
    tap_ok(strstr(counts.samples[3].text, "'#'"), "%s", counts.samples[3].text);
    str_fini(&list.text);
    harvest_free(harvest);
}

static void test_odd_matches(void)
{
    static char wide[10 * 1024 * 1024];
    struct harvest *harvest = harvest_new("(?s)<(.*?)>", NULL, NULL);
    struct harvest_page page = {
        .base = "http://a.org/", .text = "<a\0b><c><>", .len = 10};
    struct harvest_counts counts;
    struct list list = {.max = 100};

    str_init(&list.text, 100);
    tap_ok(harvest_run(harvest, &page, add, &list, &counts, NULL) &&
               counts.found == 3 && counts.bad == 2 &&
               strcmp(list.text.data, "http://a.org/c|") == 0,
           "a NUL and an empty match are bad");
    memset(wide, 'x', sizeof(wide));
    memcpy(wide, "<data:,", 7);
    wide[sizeof(wide) / 2] = '>';
    wide[sizeof(wide) / 2 + 1] = '<';
    wide[sizeof(wide) - 1] = '>';
    page.text = wide;
    page.len = sizeof(wide);
    tap_ok(harvest_run(harvest, &page, add, &list, &counts, NULL) &&
               counts.bad == 2 && counts.samples[0].code == ERR_REFUSED &&
               counts.samples[1].code == ERR_LIMIT,
           "so are matches of megabytes");
    for (size_t i = 1; i + 24 < sizeof(wide); i += 24)
        memcpy(wide + i, "&#00000000000000000097;;", 24);
    page.type = "text/html";
    tap_ok(harvest_run(harvest, &page, add, &list, &counts, NULL) &&
               counts.found == 1 && counts.bad == 1 &&
               counts.samples[0].code == ERR_LIMIT,
           "even if little would be left of them");
    str_fini(&list.text);
    harvest_free(harvest);
}

static void test_new(void)
{
    struct err err = {.code = ERR_NONE};

    tap_ok(!harvest_new(NULL, NULL, &err) && err.code == ERR_USAGE,
           "nothing to look for: %s", err.text);
    tap_ok(!harvest_new("a", "$", &err) && err.code == ERR_USAGE,
           "too much to look for: %s", err.text);
    tap_ok(!harvest_new("(", NULL, &err) && err.code == ERR_USAGE,
           "a bad expression: %s", err.text);
    tap_ok(!harvest_new(NULL, "x", &err) && err.code == ERR_USAGE,
           "a bad path: %s", err.text);
    harvest_free(NULL);
}

static void test_stop(void)
{
    struct harvest *harvest = harvest_new("\\S", NULL, NULL);
    struct harvest_page page = {.base = "http://a/", .text = "a b c", .len = 5};
    struct list list = {.max = 2};
    struct harvest_counts counts;

    str_init(&list.text, 100);
    tap_ok(harvest_run(harvest, &page, add, &list, &counts, NULL) &&
               list.count == 2 && counts.found == 2,
           "found can end the harvest");
    str_fini(&list.text);
    harvest_free(harvest);
}

static bool count_url(void *arg, const char *url)
{
    size_t *count = arg;

    (void)url;
    ++*count;
    return true;
}

/* Harvests lines with a relative link each, every second one twice. */
static void test_many(size_t lines)
{
    struct harvest *harvest = harvest_new("src='([^']+)'", NULL, NULL);
    struct harvest_page page = {.base = "https://example.org/a/b/c.html"};
    struct harvest_counts counts;
    struct rusage usage;
    struct str text;
    size_t count = 0;
    int64_t start_ms;
    bool ok;

    str_init(&text, 128 * 1024 * 1024);
    for (size_t i = 0; i < lines; i++)
        str_printf(&text, "<img src='../img/%zu.jpg?a=1&amp;b=%zu'>\n", i / 2,
                   i / 2);
    page.text = text.data;
    page.len = text.len;
    start_ms = clock_ms();
    ok = harvest_run(harvest, &page, count_url, &count, &counts, NULL);
    getrusage(RUSAGE_SELF, &usage);
    tap_ok(ok && counts.found == lines && count == (lines + 1) / 2 &&
               counts.duplicates == lines - count && counts.bad == 0,
           "%zu matches (%lld ms, %ld MiB)", lines,
           (long long)(clock_ms() - start_ms), usage.ru_maxrss / 1024);
    str_fini(&text);
    harvest_free(harvest);
}

int main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    test_feed();
    test_kinds();
    test_base();
    test_pages();
    test_samples();
    test_odd_matches();
    test_new();
    test_stop();
    test_many(100 * 1000);
    test_many(1000 * 1000);
    curl_global_cleanup();
    return tap_done();
}
