/* Programs run for finished files. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/str.h"
#include "cmd/hook.h"
#include "tap.h"

enum { TEXT = 4096 };

static char folder[] = "hook-XXXXXX";
static char said[TEXT];
static size_t told_count;

static void told(void *arg, const struct err *err)
{
    (void)arg;
    told_count++;
    snprintf(said, sizeof said, "%s", err->text);
}

/* The words, each in <>. */
static const char *split(const char *text)
{
    struct err err;
    char **words = hook_split(text, &err);

    if (!words) {
        snprintf(said, sizeof said, "%s", err.text);
        return said;
    }
    said[0] = '\0';
    for (size_t i = 0; words[i]; i++)
        snprintf(said + strlen(said), sizeof said - strlen(said), "<%s>",
                 words[i]);
    mem_free(words);
    return said;
}

static void test_split(void)
{
    struct str many;

    tap_is(split("a"), "<a>", "one word");
    tap_is(split("  mv -t \tdone\n"), "<mv><-t><done>", "blanks");
    tap_is(split("a 'b c' \"d e\""), "<a><b c><d e>", "quotes");
    tap_is(split("a'b'\"c\"d"), "<abcd>", "quotes inside a word");
    tap_is(split("a '' \"\""), "<a><><>", "empty words");
    tap_is(split("a\\ b\\\\ \\'"), "<a b\\><'>", "backslashes");
    tap_is(split("'a\\b'"), "<a\\b>", "a backslash in single quotes");
    tap_is(split("\"a\\\"b\\\\c\\d\""), "<a\"b\\c\\d>",
           "backslashes in double quotes");
    tap_is(split("$HOME * ~ `x` ; |"), "<$HOME><*><~><`x`><;><|>",
           "nothing is expanded");
    tap_is(split("a 'b"), "the single quote is not closed", "an open quote");
    tap_is(split("a \"b"), "the double quote is not closed", "the other one");
    tap_is(split("a\\"), "a backslash ends it", "a backslash at the end");
    tap_is(split(" "), "it names no program", "no word");
    tap_is(split("'' a"), "it names no program", "an empty program");
    str_init(&many, TEXT);
    for (int i = 0; i <= HOOK_WORDS; i++)
        str_puts(&many, "a ");
    tap_is(split(many.data), "it has more than 256 words", "too many words");
    str_cut(&many, many.len - 2);
    tap_int((long long)strlen(split(many.data)), 3 * HOOK_WORDS,
            "as many words as may be");
    str_fini(&many);
}

/* Waits until all children have ended: SIGCHLD ends the wait. */
static void finish(struct hook *hook)
{
    while (!hook_idle(hook)) {
        signals_wait(NULL, 0, -1);
        if (signals_child())
            hook_reap(hook);
    }
}

static const char *content(const char *name)
{
    char *path = mem_printf("%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, said, sizeof said - 1);

    said[len < 0 ? 0 : len] = '\0';
    if (fd >= 0)
        close(fd);
    unlink(path);
    mem_free(path);
    return said;
}

/* Runs a shell script for "a file" and waits. */
static void run(const char *script, const char *url)
{
    struct hook hook;
    struct err err;

    told_count = 0;
    if (!hook_init(&hook, script, true, told, NULL, &err))
        abort();
    hook_run(&hook, url, "a file", 123);
    finish(&hook);
    hook_fini(&hook);
}

static void test_surroundings(void)
{
    char *script;

    setenv("THREADLAB_URL", "stale", 1);
    script = mem_printf("printf '%%s|%%s|%%s|%%s|%%s' \"$1\" \"$#\" "
                        "\"$THREADLAB_URL\" \"$THREADLAB_PATH\" "
                        "\"$THREADLAB_BYTES\" >%s/out; cat >>%s/out",
                        folder, folder);
    run(script, "http://a/b");
    mem_free(script);
    tap_is(content("out"), "a file|1|http://a/b|a file|123",
           "path and environment, and nothing on the standard input");
    tap_int((long long)told_count, 0, "nothing is told");
    script = mem_printf("env | grep -c ^THREADLAB_URL= >%s/out", folder);
    run(script, "x");
    mem_free(script);
    tap_is(content("out"), "1\n", "a variable is there once");
}

/* The mask behind name in what /proc tells; nothing: UINT64_MAX. */
static uint64_t mask(const char *name)
{
    const char *at = strstr(said, name);

    return at ? strtoull(at + strlen(name), NULL, 16) : UINT64_MAX;
}

static void test_signals(void)
{
    char *script = mem_printf(
        "grep '^Sig' /proc/self/status | tr -d '\\t' >%s/out", folder);

    if (access("/proc/self/status", R_OK) < 0) {
        mem_free(script);
        return;
    }
    run(script, NULL);
    mem_free(script);
    content("out");
    tap_ok(mask("SigBlk:") == 0, "no signal is blocked in the child");
    tap_ok((mask("SigIgn:") >> (SIGPIPE - 1) & 1) == 0,
           "SIGPIPE is not ignored in the child");
}

static void test_descriptors(void)
{
    int fd = open("/dev/null", O_RDONLY);
    char *script = mem_printf("if [ -e /dev/fd/%d ]; then echo open; "
                              "else echo closed; fi >%s/out",
                              fd, folder);

    run(script, NULL);
    mem_free(script);
    close(fd);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    tap_is(content("out"), "closed\n", "no other descriptor is handed on");
#endif
}

static void test_failures(void)
{
    struct hook hook;
    struct err err;

    run("exit 3", NULL);
    tap_is(said, "/bin/sh for a file ended with status 3", "a status");
    run("kill -9 $$", NULL);
    tap_is(said, "/bin/sh for a file was ended by signal 9", "a signal");

    told_count = 0;
    tap_ok(hook_init(&hook, "./no-such-program -x", false, told, NULL, &err),
           "a program that is not there");
    hook_run(&hook, NULL, "a file", 0);
    finish(&hook);
    tap_int((long long)told_count, 1, "is told");
    tap_ok(strstr(said, "./no-such-program cannot be run for a file") != NULL,
           "with its name");
    tap_int((long long)hook.failed, 1, "and counted");
    hook_fini(&hook);
    tap_ok(!hook_init(&hook, "a 'b", false, told, NULL, &err) &&
               err.code == ERR_USAGE,
           "a command that cannot be read");
}

/* Each child waits until a file lets all of them end; as many as may run have
 * made theirs by then, and no more. */
static void test_turns(void)
{
    enum { FILES = 7 };
    struct hook hook;
    struct err err;
    char *script = mem_printf(
        "echo x >>%s/began; until [ -e %s/go ]; do read -r x <%s/pipe; done; "
        "echo x >>%s/ended",
        folder, folder, folder, folder);
    char *pipe = mem_printf("%s/pipe", folder);
    char *go = mem_printf("%s/go", folder);
    int gate;

    if (mkfifo(pipe, 0600) < 0)
        abort();
    if (!hook_init(&hook, script, true, told, NULL, &err))
        abort();
    for (int i = 0; i < FILES; i++)
        hook_run(&hook, NULL, "f", 0);
    tap_int((long long)hook.count, FILES - HOOK_RUNNING, "the others wait");
    tap_ok(!hook_idle(&hook) && hook_has_room(&hook), "with room for more");
    close(open(go, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    /* Whoever waits for a line finds the end of the file. */
    gate = open(pipe, O_RDWR | O_CLOEXEC);
    for (int i = 0; i < FILES; i++)
        if (write(gate, "\n", 1) != 1)
            abort();
    finish(&hook);
    close(gate);
    tap_is(content("began"), "x\nx\nx\nx\nx\nx\nx\n", "all began");
    tap_is(content("ended"), "x\nx\nx\nx\nx\nx\nx\n", "and ended");
    hook_fini(&hook);
    unlink(pipe);
    unlink(go);
    mem_free(pipe);
    mem_free(go);
    mem_free(script);
}

static void test_full(void)
{
    struct hook hook;
    struct err err;
    size_t count = 0;

    told_count = 0;
    if (!hook_init(&hook, "true", false, told, NULL, &err))
        abort();
    for (; hook_has_room(&hook); count++)
        hook_run(&hook, "u", "f", 0);
    tap_int((long long)count, HOOK_RUNNING + HOOK_WAITING, "full at last");
    finish(&hook);
    tap_int((long long)(hook.failed + told_count), 0, "all of them run");
    hook_fini(&hook);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    signals_take();
    test_split();
    test_surroundings();
    test_signals();
    test_descriptors();
    test_failures();
    test_turns();
    test_full();
    rmdir(folder);
    return tap_done();
}
