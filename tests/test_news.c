/* What the download room tells, as sentences and in groups. */
#include "tui/news.h"

#include <string.h>

#include "tap.h"

static char url[] = "http://a.example/x";
static char path[] = "/home/me/notes.pdf";

static struct fetch_event event(enum fetch_event_kind kind)
{
    struct fetch_event made = {
        .kind = kind,
        .url = url,
        .path = path,
        .bytes = 2048,
        .total = 4096,
        .wait_ms = 3000,
        .found = 7,
        .duplicates = 2,
        .bad = 1,
    };

    err_set(&made.err, ERR_MISSING, "HTTP 404");
    return made;
}

static void says(enum fetch_event_kind kind, const char *check,
                 enum news_tone want_tone, const char *want)
{
    struct fetch_event of = event(kind);
    enum news_tone tone;
    struct str text;

    str_init(&text, 1000);
    tap_ok(news_sentence(&of, check, &tone, &text) == (want != NULL),
           "event %d", kind);
    tap_is(text.data, want ? want : "", "is this sentence");
    tap_int(tone, want_tone, "in this tone");
    str_fini(&text);
}

static void test_sentences(void)
{
    struct fetch_event nameless = event(FETCH_EVENT_FAILED);
    enum news_tone tone;
    struct str text;

    says(FETCH_EVENT_ADDED, "", NEWS_NOTE, NULL);
    says(FETCH_EVENT_FOUND, "", NEWS_NOTE, NULL);
    says(FETCH_EVENT_STARTED, "", NEWS_NOTE, "started notes.pdf (4.0K)");
    says(FETCH_EVENT_RETRY, "", NEWS_NOTE,
         "notes.pdf: HTTP 404; trying again in 0:03");
    says(FETCH_EVENT_DONE, "", NEWS_GOOD, "saved notes.pdf (2.0K)");
    says(FETCH_EVENT_DONE, "sha256", NEWS_GOOD,
         "saved notes.pdf (2.0K), sha256 ok");
    says(FETCH_EVENT_FAILED, "", NEWS_BAD, "failed notes.pdf: HTTP 404");
    says(FETCH_EVENT_SKIPPED, "", NEWS_NOTE, "skipped notes.pdf: HTTP 404");
    says(FETCH_EVENT_CANCELED, "", NEWS_NOTE, "canceled notes.pdf");
    says(FETCH_EVENT_BAD, "", NEWS_BAD, "HTTP 404");
    says(FETCH_EVENT_NOTE, "", NEWS_NOTE, "notes.pdf: HTTP 404");
    says(FETCH_EVENT_PAGE, "", NEWS_NOTE,
         "notes.pdf: 7 links, 2 of them twice, 1 of no use");
    nameless.path = NULL;
    str_init(&text, 1000);
    news_sentence(&nameless, "", &tone, &text);
    tap_is(text.data, "failed http://a.example/x: HTTP 404",
           "what has no name goes by its URL");
    str_fini(&text);
}

/* What is said at a moment, with semicolons. */
static void told(struct news *news, int64_t now_ms, const char *want)
{
    enum news_tone tone;
    struct str text;
    struct str all;

    str_init(&text, 1000);
    str_init(&all, 1000);
    while (news_next(news, now_ms, &tone, &text))
        str_printf(&all, "%s;", text.data);
    tap_is(all.data, want, "said at this moment");
    str_fini(&text);
    str_fini(&all);
}

static void add(struct news *news, enum fetch_event_kind kind, int count)
{
    struct fetch_event of = event(kind);

    for (int i = 0; i < count; i++)
        news_add(news, &of, "");
}

static void test_groups(void)
{
    struct news news = {.said = false};

    tap_int(news_deadline(&news), -1, "no news, no moment");
    told(&news, 5000, "");
    add(&news, FETCH_EVENT_DONE, 1);
    told(&news, 5000, "saved notes.pdf (2.0K);");
    add(&news, FETCH_EVENT_DONE, 36);
    add(&news, FETCH_EVENT_FAILED, 1);
    told(&news, 5999, "");
    tap_int(news_deadline(&news), 6000, "the rest a second later");
    add(&news, FETCH_EVENT_DONE, 1);
    told(&news, 6000, "saved 37 files (74K);failed notes.pdf: HTTP 404;");
    tap_int(news_deadline(&news), -1, "nothing is left");
    add(&news, FETCH_EVENT_BAD, 3);
    add(&news, FETCH_EVENT_SKIPPED, 2);
    add(&news, FETCH_EVENT_RETRY, 9);
    told(&news, 60000,
         "skipped notes.pdf: HTTP 404; and 1 more note;"
         "3 failed; the last: HTTP 404;");
    told(&news, 60000, "");
}

static void test_flood(void)
{
    struct news news = {.said = false};
    int sentences = 0;
    enum news_tone tone;
    struct str text;

    str_init(&text, 1000);
    for (int i = 0; i < 10000; i++) {
        add(&news, FETCH_EVENT_DONE, 1);
        while (news_next(&news, i, &tone, &text))
            sentences++;
    }
    tap_int(sentences, 10, "10,000 files in 10 s are 10 sentences");
    str_fini(&text);
}

int main(void)
{
    test_sentences();
    test_groups();
    test_flood();
    return tap_done();
}
