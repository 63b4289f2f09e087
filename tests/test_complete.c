/* What is meant by what is typed so far. */
#include "tui/complete.h"

#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

static void test_fit(void)
{
    tap_int(complete_fit("get", "get"), COMPLETE_SAME, "the same");
    tap_int(complete_fit("ge", "get"), COMPLETE_PREFIX, "a prefix");
    tap_int(complete_fit("", "get"), COMPLETE_PREFIX, "nothing typed");
    tap_int(complete_fit("", ""), COMPLETE_SAME, "nothing at all");
    tap_int(complete_fit("GE", "get"), COMPLETE_FOLDED, "in capitals");
    tap_int(complete_fit("GET", "get"), COMPLETE_FOLDED, "all in capitals");
    tap_int(complete_fit("\xc3\x84p", "\xc3\xa4pfel"), COMPLETE_FOLDED,
            "letters beyond ASCII");
    tap_int(complete_fit("dep", "account deposit"), COMPLETE_WORD, "a word");
    tap_int(complete_fit("bc", "abc bcd"), COMPLETE_WORD,
            "a word, though it is inside of another");
    tap_int(complete_fit("pos", "account deposit"), COMPLETE_INSIDE, "inside");
    tap_int(complete_fit("acdp", "account deposit"), COMPLETE_SCATTERED,
            "scattered");
    tap_int(complete_fit("pcd", "account deposit"), COMPLETE_NONE,
            "in another order");
    tap_int(complete_fit("gett", "get"), COMPLETE_NONE, "more than there is");
    tap_int(complete_fit("\xff", "a\xff"), COMPLETE_INSIDE, "any byte");
    tap_int(complete_fit("\xff", "a\xfe"), COMPLETE_NONE, "but the same");
}

/* want: the candidates that were found, with commas. */
static void filters(const char *typed, const char *const *candidates,
                    size_t count, const char *want)
{
    size_t found[16];
    size_t used = complete_filter(typed, candidates, count, found);
    struct str told;

    str_init(&told, 1000);
    for (size_t i = 0; i < used; i++)
        str_printf(&told, "%s%s", i > 0 ? "," : "", candidates[found[i]]);
    tap_is(told.data, want, want);
    str_fini(&told);
}

static void test_filter(void)
{
    static const char *const verbs[] = {
        "pause all", "cancel",     "account",      "pause",
        "Cache",     "can opener", "lock account",
    };
    static const char *const spans[] = {"a..b", "xxabxx", "a.b", "abc"};
    size_t count = ARRAY_LEN(verbs);

    filters("", verbs, 3, "pause all,cancel,account");
    filters("ca", verbs, count, "cancel,can opener,Cache,lock account");
    filters("pause", verbs, count, "pause,pause all");
    filters("ac", verbs, count, "account,lock account,Cache,cancel");
    filters("acc", verbs, count, "account,lock account");
    filters("zz", verbs, count, "");
    filters("a", NULL, 0, "");
    filters("ab", spans, 4, "abc,xxabxx,a.b,a..b");
}

static void common(const char *const *candidates, size_t count, long long want,
                   const char *what)
{
    tap_int((long long)complete_common(candidates, count), want, what);
}

static void test_common(void)
{
    static const char *const plain[] = {"account", "accept", "access"};
    static const char *const one[] = {"get"};
    static const char *const none[] = {"a", "b"};
    /* U+7EBF and U+7EC4 have two bytes in common. */
    static const char *const bytes[] = {"a\xe7\xba\xbf", "a\xe7\xba\x84"};
    static const char *const marks[] = {"ae", "ae\xcc\x81x"};
    static const char *const whole[] = {"\xe7\xba\xbf"
                                        "a",
                                        "\xe7\xba\xbf"
                                        "b"};

    common(plain, 3, 3, "letters");
    common(one, 1, 3, "one candidate");
    common(none, 2, 0, "nothing in common");
    common(plain, 0, 0, "no candidates");
    common(bytes, 2, 1, "no half character");
    common(marks, 2, 1, "no letter without its mark");
    common(whole, 2, 3, "a whole character");
}

int main(void)
{
    test_fit();
    test_filter();
    test_common();
    return tap_done();
}
