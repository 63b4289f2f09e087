#include "base/path.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "scratch.h"
#include "tap.h"

/* got, which is freed, is want. */
static void is(char *got, const char *want, const char *what)
{
    tap_is(got, want, what);
    mem_free(got);
}

static void test_folders(void)
{
    static const struct {
        char *(*find)(struct err *err);
        const char *variable;
        const char *fallback;
    } rows[] = {
        {path_config, "XDG_CONFIG_HOME", "/home/u/.config/threadlab"},
        {path_data, "XDG_DATA_HOME", "/home/u/.local/share/threadlab"},
        {path_state, "XDG_STATE_HOME", "/home/u/.local/state/threadlab"},
        {path_cache, "XDG_CACHE_HOME", "/home/u/.cache/threadlab"},
    };
    struct err err;

    setenv("HOME", "/home/u", 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        setenv(rows[i].variable, "/x/", 1);
        is(rows[i].find(&err), "/x/threadlab", rows[i].variable);
        setenv(rows[i].variable, "relative", 1);
        is(rows[i].find(&err), rows[i].fallback, "a relative one is ignored");
        setenv(rows[i].variable, "", 1);
        is(rows[i].find(&err), rows[i].fallback, "an empty one too");
        unsetenv(rows[i].variable);
        is(rows[i].find(&err), rows[i].fallback, "without it");
    }
    tap_ok(access("/home/u/.config/threadlab", F_OK) != 0, "nothing is made");
}

static void test_home(void)
{
    struct err err;
    char *path;

    unsetenv("HOME");
    path = path_config(&err);
    tap_ok(path && path[0] == '/' && strstr(path, "/.config/threadlab"),
           "the home of the password database");
    mem_free(path);
    setenv("HOME", "/home/u", 1);
    is(path_expand("~"), "/home/u", "~");
    is(path_expand("~/a/b"), "/home/u/a/b", "~/a/b");
    is(path_expand("~other/a"), "~other/a", "somebody's ~ is a name");
    is(path_expand("a/~"), "a/~", "~ elsewhere is a name");
    is(path_expand(""), "", "nothing to expand");
}

static void test_join(void)
{
    is(path_join("a", "b"), "a/b", "a and b");
    is(path_join("a///", "/b"), "a/b", "one slash between");
    is(path_join("/", "b"), "/b", "under the root");
    is(path_join("", "b"), "b", "no folder");
    is(path_join("/a/b", "c/d"), "/a/b/c/d", "longer ones");
}

static void test_make(void)
{
    struct err err = {0};
    struct stat status;
    FILE *file;

    umask(022);
    tap_ok(path_make(scratch("a/b//c/"), 0700, &err), "three at once");
    tap_ok(stat(scratch("a/b"), &status) == 0 && S_ISDIR(status.st_mode) &&
               (status.st_mode & 0777) == 0700,
           "with the mode");
    tap_ok(path_make(scratch("a/b/c"), 0700, &err), "there already");
    tap_ok(path_make("/", 0700, &err), "the root");
    if ((file = fopen(scratch("file"), "w")))
        fclose(file);
    tap_ok(!path_make(scratch("file"), 0700, &err) && err.code == ERR_EXISTS,
           "a file in its place");
    tap_note("%s", err.text);
    tap_ok(!path_make(scratch("file/x"), 0700, &err) && err.code == ERR_EXISTS,
           "a file in the way");
    tap_ok(!path_make("", 0700, &err) && err.code == ERR_USAGE, "no name");
    if (symlink("a", scratch("link")) != 0)
        tap_ok(false, "no symlink");
    tap_ok(path_make(scratch("link/d"), 0700, &err) &&
               access(scratch("a/d"), F_OK) == 0,
           "a symlink to a folder is a folder");
    if (symlink("nowhere", scratch("broken")) != 0)
        tap_ok(false, "no symlink");
    tap_ok(!path_make(scratch("broken"), 0700, &err), "a broken one is not");
    if (geteuid() == 0 || mkdir(scratch("shut"), 0500) != 0) {
        tap_ok(true, "a folder that is shut # SKIP root may write anywhere");
        return;
    }
    tap_ok(!path_make(scratch("shut/x"), 0700, &err) && err.code == ERR_DENIED,
           "a folder that is shut");
}

static void test_runtime(void)
{
    struct err err = {0};
    struct stat status;
    char name[64];
    char *path;

    snprintf(name, sizeof(name), "tmp/threadlab-%lu", (unsigned long)geteuid());
    setenv("XDG_RUNTIME_DIR", scratch_folder, 1);
    is(path_runtime(&err), scratch("threadlab"), "XDG_RUNTIME_DIR");
    unsetenv("XDG_RUNTIME_DIR");
    mkdir(scratch("tmp"), 0777);
    setenv("TMPDIR", scratch("tmp"), 1);
    is(path_runtime(&err), scratch(name), "made under TMPDIR");
    tap_ok(stat(scratch(name), &status) == 0 &&
               (status.st_mode & 07777) == 0700,
           "private");
    is(path_runtime(&err), scratch(name), "found again");

    chmod(scratch(name), 0750);
    path = path_runtime(&err);
    tap_ok(!path && err.code == ERR_REFUSED, "refused where it is open");
    tap_note("%s", err.text);
    rmdir(scratch(name));
    if (symlink(scratch("threadlab"), scratch(name)) != 0)
        tap_ok(false, "no symlink");
    path = path_runtime(&err);
    tap_ok(!path && err.code == ERR_REFUSED, "refused where it is a symlink");
    tap_note("%s", err.text);
    setenv("TMPDIR", scratch("none"), 1);
    path = path_runtime(&err);
    tap_ok(!path && err.code == ERR_MISSING, "no TMPDIR");
    if (geteuid() != 0) {
        tap_ok(true, "a folder of another # SKIP only root can make one");
        return;
    }
    unlink(scratch(name));
    setenv("TMPDIR", scratch("tmp"), 1);
    mkdir(scratch(name), 0700);
    if (chown(scratch(name), 12345, (gid_t)-1) != 0) {
        tap_ok(true, "a folder of another # SKIP chown is not allowed");
        return;
    }
    path = path_runtime(&err);
    tap_ok(!path && err.code == ERR_REFUSED, "a folder of another");
}

int main(void)
{
    scratch_open();
    test_folders();
    test_home();
    test_join();
    test_make();
    test_runtime();
    scratch_close();
    return tap_done();
}
