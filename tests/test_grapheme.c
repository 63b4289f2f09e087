/* Characters as a person sees them. */
#include "tui/grapheme.h"

#include "tap.h"

#define ACUTE "e\xcc\x81"                  /* e, U+0301 */
#define CHINESE "\xe7\xba\xbf\xe7\xa8\x8b" /* U+7EBF U+7A0B */
#define FLAG "\xf0\x9f\x87\xa8\xf0\x9f\x87\xb3"
#define FAMILY                                                     \
    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0" \
    "\x9f\x91\xa7"

/* The text as clusters, forwards and backwards. */
static void clusters(const char *text, int want, const char *what)
{
    size_t len = strlen(text);
    int count = 0;
    int back = 0;

    for (size_t at = 0; at < len; at = grapheme_next(text, len, at))
        count++;
    for (size_t at = len; at > 0; at = grapheme_prev(text, len, at))
        back++;
    tap_int(count, want, what);
    tap_int(back, want, "the same backwards");
}

static void test_clusters(void)
{
    clusters("", 0, "nothing");
    clusters("abc", 3, "letters");
    clusters(ACUTE ACUTE, 2, "letters with marks");
    clusters(CHINESE, 2, "wide ones");
    clusters(FLAG FLAG, 2, "flags");
    clusters(FAMILY "a", 2, "a family");
    clusters("\r\n\n", 2, "line ends");
    clusters("\xff\xe7\xba", 3, "broken bytes");
    clusters("\xcc\x81", 1, "a mark alone");
}

static void test_snap(void)
{
    const char *text = "a" ACUTE "b";
    size_t len = strlen(text);

    tap_int((long long)grapheme_snap(text, len, 1), 1, "on a boundary");
    tap_int((long long)grapheme_snap(text, len, 2), 4, "before a mark");
    tap_int((long long)grapheme_snap(text, len, 3), 4, "inside of one");
    tap_int((long long)grapheme_snap(text, len, 9), 5, "behind the end");
    tap_int((long long)grapheme_next(text, len, 5), 5, "nothing is next");
}

static void words(const char *text, size_t at, size_t next, size_t prev,
                  size_t blank)
{
    size_t len = strlen(text);

    tap_ok(grapheme_word_next(text, len, at) == next &&
               grapheme_word_prev(text, len, at) == prev &&
               grapheme_blank_prev(text, len, at) == blank,
           "words of \"%s\" at %zu", text, at);
}

static void test_words(void)
{
    words("", 0, 0, 0, 0);
    words("get http://a.example/b", 3, 8, 0, 0);
    words("get http://a.example/b", 22, 22, 21, 4);
    words("get http://a.example/b", 6, 8, 4, 4);
    words("a  ", 3, 3, 0, 0);
    words("  a_1 b", 0, 5, 0, 0);
    words("  a_1 b", 5, 7, 2, 2);
    words(CHINESE " " ACUTE "b", 6, 11, 0, 0);
    words(CHINESE " " ACUTE "b", 11, 11, 7, 7);
    words("--", 2, 2, 0, 0);
    words("a\xe3\x80\x80"
          "b",
          5, 5, 4, 4);
}

int main(void)
{
    test_clusters();
    test_snap();
    test_words();
    return tap_done();
}
