#include "account/title.h"

#include "tap.h"

static struct err err;

static void good(const char *text, const char *want)
{
    char name[TITLE_MAX] = "";

    tap_ok(title_read(text, name, &err) && strcmp(name, want) == 0, "\"%s\"",
           text);
}

static void bad(const char *text, const char *words)
{
    char name[TITLE_MAX] = "before";

    tap_ok(!title_read(text, name, &err) && strstr(err.text, words) &&
               strcmp(name, "before") == 0,
           "refused: %s", words);
}

int main(void)
{
    char longest[TITLE_MAX + 1];

    good("cash", "cash");
    good("Assets:Bank of China", "Assets:Bank of China");
    good("\u9903\u5b50\u57fa\u91d1", "\u9903\u5b50\u57fa\u91d1");
    good("cafe\u0301", "caf\u00e9");
    bad("", "needs a name");
    bad(" a", "space at an end");
    bad("a ", "space at an end");
    bad("a  b", "two together");
    bad("--json", "begins with a dash");
    bad("a\033[2J", "control character");
    bad("a\nb", "control character");
    bad("a\u202eb", "invisible");
    bad("\xff", "not UTF-8");
    memset(longest, 'x', TITLE_MAX);
    longest[TITLE_MAX] = '\0';
    bad(longest, "too long");
    longest[TITLE_MAX - 1] = '\0';
    good(longest, longest);
    tap_ok(title_is_reserved("World") && title_is_reserved("World:CNY") &&
               title_is_reserved("Exchange:USD"),
           "the ledger's own names");
    tap_ok(!title_is_reserved("Worldwide") && !title_is_reserved("My World"),
           "and others");
    tap_ok(title_check_words("\u6821\u8f66 no. 7", 80, "the memo", &err),
           "a memo");
    tap_ok(!title_check_words("abc", 2, "the memo", &err) &&
               strstr(err.text, "the memo is too long"),
           "too long a memo");
    return tap_done();
}
