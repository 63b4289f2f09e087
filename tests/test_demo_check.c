/* Files on the disk against SHA256SUMS, and the folder they are in. */
#include "cmd/demo_check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/demo_dir.h"
#include "scratch.h"
#include "tap.h"

static const char *const folders[] = {"a", "b", NULL};

/* sha256sum(1) of "one\n" and "two\n". */
static const char list[] =
    "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806  a/one\n"
    "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a  b/two\n";

static void put(const char *name, const char *text)
{
    FILE *file = fopen(scratch(name), "w");

    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        exit(99);
}

static void check(uint64_t good, uint64_t bad, const char *what)
{
    struct demo_check result = {.listed = 0};
    struct err err = {.code = ERR_NONE};
    bool done = demo_check(scratch_folder, folders, &result, &err);

    if (!tap_ok(done && result.listed == 2 && result.good == good &&
                    result.bad == bad && result.bytes == 4 * good,
                "%s", what))
        tap_note("listed %d good %d bad %d, %s", (int)result.listed,
                 (int)result.good, (int)result.bad, err.text);
}

static void test_check(void)
{
    struct demo_check result;
    struct err err = {.code = ERR_NONE};

    tap_ok(!demo_check(scratch_folder, folders, &result, &err) &&
               err.code == ERR_MISSING,
           "without a list nothing can be checked");
    put("SHA256SUMS", list);
    check(0, 0, "no folder, no file");
    mkdir(scratch("a"), 0700);
    mkdir(scratch("b"), 0700);
    put("a/one", "one\n");
    check(1, 0, "one file is missing");
    put("b/two", "two\n");
    check(2, 0, "all there and right");
    put("b/two", "twO\n");
    check(1, 1, "one byte is another");
    put("b/two", "two\n\n");
    check(1, 1, "one byte too many");
    put("b/two", "");
    check(1, 1, "no bytes");
    put("b/two", "two\n");
    put("b/three", "three\n");
    check(2, 1, "a file that is not in the list");
    unlink(scratch("b/three"));
    rename(scratch("b/two"), scratch("two"));
    if (symlink("../two", scratch("b/two")) != 0)
        exit(99);
    check(1, 1, "a symbolic link is no file");
}

static void test_dir(void)
{
    struct err err = {.code = ERR_NONE};
    char *made = demo_dir_make(scratch("new/folder"), &err);
    struct stat stat_;

    tap_is(made, scratch("new/folder"), "a folder is made");
    mem_free(made);
    made = demo_dir_make(scratch("new/folder"), &err);
    tap_ok(made != NULL, "an empty one is taken");
    mem_free(made);
    put("new/folder/mine", "keep\n");
    tap_ok(!demo_dir_make(scratch("new/folder"), &err) &&
               err.code == ERR_EXISTS,
           "one with something in it is not");
    made = demo_dir_make(NULL, &err);
    tap_ok(made && stat(made, &stat_) == 0 && (stat_.st_mode & 077) == 0,
           "a temporary one is nobody else's");
    char *link = mem_printf("%s/link", made);
    tap_ok(symlink(scratch("new/folder"), link) == 0 &&
               demo_dir_remove(made, &err) && access(made, F_OK) != 0,
           "it is removed with what is in it");
    tap_ok(access(scratch("new/folder/mine"), F_OK) == 0,
           "but not what a link leads to");
    mem_free(link);
    mem_free(made);
}

int main(void)
{
    scratch_open();
    test_check();
    test_dir();
    scratch_close();
    return tap_done();
}
