/* Programs run for finished files (--on-complete): at most HOOK_RUNNING at
 * once, no shell unless asked for. Main thread only, which calls hook_reap when
 * SIGCHLD came. */
#ifndef CMD_HOOK_H
#define CMD_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum {
    HOOK_RUNNING = 4,
    HOOK_WAITING = 64, /* files that may wait for their turn */
    HOOK_WORDS = 256   /* of a command */
};

/* Splits text into words like sh(1) does, but for quotes only: '...' keeps all,
 * "..." keeps all but \" and \\, and outside of both a backslash keeps the next
 * character. Nothing is expanded. The list ends in NULL; words and list are one
 * mem_free. NULL and ERR_USAGE for an open quote, a backslash at the end, no
 * word, or more than HOOK_WORDS. Pure. */
char **hook_split(const char *text, struct err *err)
    __attribute__((warn_unused_result));

struct hook_job {
    char *url;
    char *path;
    uint64_t bytes;
};

struct hook_child {
    pid_t pid; /* 0: free */
    char *path;
};

/* What went wrong with the hook for path; told once for each. */
typedef void hook_told(void *arg, const struct err *err);

struct hook {
    char **words;   /* then the path follows */
    char *script;   /* for the shell; else NULL */
    bool to_stderr; /* the standard output is for something else: what hooks
                       say there goes to the standard error */
    hook_told *told;
    void *arg;
    struct hook_child running[HOOK_RUNNING];
    struct hook_job waiting[HOOK_WAITING]; /* a ring */
    size_t first;
    size_t count;
    uint64_t failed;
};

/* command: as for hook_split, or a script for /bin/sh whose "$1" is the path.
 * told is called from hook_run and hook_reap. */
bool hook_init(struct hook *hook, const char *command, bool shell,
               hook_told *told, void *arg, struct err *err)
    __attribute__((warn_unused_result));

/* Children still running are left alone, what waits is dropped. */
void hook_fini(struct hook *hook);

/* True if hook_run can be called. */
bool hook_has_room(const struct hook *hook);

/* Runs the command for a file now or when its turn comes. In its environment:
 * THREADLAB_URL, THREADLAB_PATH, THREADLAB_BYTES. The standard input is
 * /dev/null; signals are as they were for a fresh process. */
void hook_run(struct hook *hook, const char *url, const char *path,
              uint64_t bytes);

/* Takes note of children that have ended and starts what waits. Does not wait
 * itself. */
void hook_reap(struct hook *hook);

/* True if no child runs and none waits. */
bool hook_idle(const struct hook *hook);

#endif
