/* What a typed path may become. */
#include "tui/paths.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"
#include "tap.h"

static void touch(const char *name)
{
    FILE *file = fopen(scratch(name), "we");

    if (!file || fclose(file) != 0)
        exit(99);
}

/* want: the candidates, with commas. */
static void completes(const char *typed, bool folders_only, const char *want)
{
    struct candidates candidates;
    struct str told;

    candidates_init(&candidates, typed);
    str_init(&told, 4000);
    paths_complete(&candidates, folders_only);
    for (size_t i = 0; i < candidates.count; i++)
        str_printf(&told, "%s%s", i > 0 ? "," : "", candidates.items[i]);
    tap_is(told.data, want, typed);
    str_fini(&told);
    candidates_fini(&candidates);
}

static void test_here(void)
{
    completes("", false, "a.txt,aside/,b,'c d'");
    completes("a", false, "a.txt,aside/");
    completes("a", true, "aside/");
    completes(".", false, ".hidden");
    completes("c", false, "'c d'");
    completes("aside/", false, "aside/in,aside/link/");
    completes("aside/l", true, "aside/link/");
    completes("A", false, "");
    completes("b/", false, "");
    completes("nowhere/x", false, "");
}

static void test_home(void)
{
    setenv("HOME", scratch_folder, 1);
    completes("~", false, "~/");
    completes("~/as", false, "~/aside/");
    completes("~/c", false, "~/'c d'");
}

static void test_many(void)
{
    struct candidates candidates;

    if (mkdir(scratch("many"), 0700) != 0)
        exit(99);
    for (int i = 0; i < CANDIDATES_MAX + 8; i++) {
        char name[32];

        snprintf(name, sizeof(name), "many/%d", i);
        touch(name);
    }
    candidates_init(&candidates, "many/");
    paths_complete(&candidates, false);
    tap_int((long long)candidates.count, CANDIDATES_MAX, "a full folder");
    candidates_fini(&candidates);
}

int main(void)
{
    scratch_open();
    if (chdir(scratch_folder) != 0 || mkdir("aside", 0700) != 0 ||
        symlink("..", "aside/link") != 0)
        return 99;
    touch("a.txt");
    touch("b");
    touch("c d");
    touch(".hidden");
    touch("aside/in");
    test_here();
    test_home();
    test_many();
    scratch_close();
    return tap_done();
}
