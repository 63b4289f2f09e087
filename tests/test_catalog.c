/* Which action is meant by what is typed, and what may come next. */
#include "tui/catalog.h"

#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "tap.h"
#include "tui/words.h"

static const struct action table[] = {
    {.name = "get", .arguments = "URL... [--dir DIR]", .summary = "Download"},
    {.name = "pane", .arguments = "NAME", .summary = "Go to a pane"},
    {.name = "pane next", .summary = "To the next pane"},
    {.name = "pane down", .summary = "To the pane below"},
    {.name = "page down", .summary = "Down a page"},
    {.name = "set", .arguments = "[NAME VALUE]", .summary = "Change"},
    {.name = "lesson", .arguments = "N", .summary = "A lost update 丢失"},
    {.name = "mouse", .arguments = "[on|off]", .summary = "Mouse"},
};

static struct catalog catalog;

static void test_needs(void)
{
    char word[ACTION_ARGUMENT];

    tap_ok(action_needs_argument(&table[1]), "NAME must be there");
    tap_ok(!action_needs_argument(&table[5]), "[NAME VALUE] need not");
    tap_ok(!action_needs_argument(&table[2]), "no arguments at all");
    tap_is(action_argument(&table[0], 1, word), "URL", "the first of many");
    tap_is(action_argument(&table[0], 9, word), "URL", "the ninth");
    tap_is(action_argument(&table[5], 2, word), "VALUE", "inside of brackets");
    tap_is(action_argument(&table[5], 3, word), "", "no third");
    tap_is(action_argument(&table[2], 1, word), "", "none");
    tap_is(action_argument(&table[7], 1, word), "on|off", "a choice");
    tap_is(action_option(&table[0], "--dir", word), "DIR", "of an option");
    tap_is(action_option(&table[0], "--di", word), "", "of no option");
}

static void finds(const char *line, const char *name, size_t want)
{
    struct words words;
    size_t used;
    size_t found;

    words_read(line, 0, &words);
    found = catalog_find(&catalog, words.argv, words.count, &used);
    tap_is(found == SIZE_MAX ? NULL : catalog.actions[found]->name, name, line);
    tap_int((long long)used, (long long)want, "and its words");
}

static void test_find(void)
{
    finds("get https://a.example/", "get", 1);
    finds("pane next", "pane next", 2);
    finds("pane  'next'", "pane next", 2);
    finds("pane nex", "pane", 1);
    finds("pane", "pane", 1);
    finds("pan", NULL, 0);
    finds("getx", NULL, 0);
    finds("''", NULL, 0);
    finds("", NULL, 0);
}

/* want: the names, with commas. */
static void matches(const char *line, const char *want)
{
    size_t rows[CATALOG_MAX];
    size_t count = catalog_match(&catalog, line, rows);
    struct str names;

    str_init(&names, 1000);
    for (size_t i = 0; i < count; i++)
        str_printf(&names, "%s%s", i > 0 ? "," : "",
                   catalog.actions[rows[i]]->name);
    tap_is(names.data, want, line);
    str_fini(&names);
}

static void test_match(void)
{
    matches("", "get,pane,pane next,pane down,page down,set,lesson,mouse");
    matches("  ", "get,pane,pane next,pane down,page down,set,lesson,mouse");
    matches("next", "pane next");
    matches("lost", "lesson");
    matches("丢", "lesson");
    matches("GET", "get");
    matches("get https://a.example/", "get");
    matches("pane ", "pane,pane next,pane down");
    matches("pane n", "pane,pane next");
    matches("set ascii on", "set");
    matches("xyzzy", "");
    matches("get 'open", "get");
}

static void names(const char *line, size_t from, const char *want)
{
    struct candidates candidates;
    struct str told;

    candidates_init(&candidates, "");
    str_init(&told, 1000);
    catalog_names(&catalog, line, from, &candidates);
    for (size_t i = 0; i < candidates.count; i++)
        str_printf(&told, "%s%s", i > 0 ? "," : "", candidates.items[i]);
    tap_is(told.data, want, line);
    str_fini(&told);
    candidates_fini(&candidates);
}

static void test_names(void)
{
    names("pa", 0, "pane,pane next,pane down,page down");
    names("  pane ", 7, "next,down");
    names("PANE n", 5, "next");
    names("pane x", 5, "");
    names("get ", 4, "");
    names("  ", 0, "");
}

static void adds(const char *typed, const char *words, const char *want)
{
    struct candidates candidates;
    struct str told;

    candidates_init(&candidates, typed);
    str_init(&told, 1000);
    candidates_add_each(&candidates, words);
    candidates_add_each(&candidates, words);
    for (size_t i = 0; i < candidates.count; i++)
        str_printf(&told, "%s%s", i > 0 ? "," : "", candidates.items[i]);
    tap_is(told.data, want, words);
    str_fini(&told);
    candidates_fini(&candidates);
}

static void test_candidates(void)
{
    adds("", "on|off", "on,off");
    adds("of", "on|off", "off");
    adds("OF", "on|off", "off");
    adds("x", "on|off", "");
    adds("", "a b|c", "'a b',c");
    adds("~/", "~/a b/|~/", "~/'a b/',~/");
    adds("~", "~x", "'~x'");
}

static void test_ceilings(void)
{
    static struct catalog full;
    struct candidates candidates;
    size_t rows[CATALOG_MAX];

    for (size_t i = 0; i < CATALOG_MAX + 1; i++)
        catalog_add(&full, &table[0], 0);
    tap_int((long long)full.count, CATALOG_MAX, "actions have a ceiling");
    tap_int((long long)catalog_match(&full, "", rows), CATALOG_MAX, "all fit");
    candidates_init(&candidates, "");
    for (int i = 0; i < CANDIDATES_MAX + 1; i++) {
        char *word = mem_printf("%d", i);

        candidates_add(&candidates, word);
        mem_free(word);
    }
    tap_int((long long)candidates.count, CANDIDATES_MAX, "so have candidates");
    candidates_fini(&candidates);
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        catalog_add(&catalog, &table[i], 0);
    test_needs();
    test_find();
    test_match();
    test_names();
    test_candidates();
    test_ceilings();
    return tap_done();
}
