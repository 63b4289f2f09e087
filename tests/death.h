/* For tests of what aborts: runs a function in a child and tells how it ended.
 */
#ifndef DEATH_H
#define DEATH_H

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What body writes to stderr before SIGABRT ends it; NULL if nothing does. The
 * text is good until the next call. Call it before threads are started. */
__attribute__((unused)) static const char *death_words(void (*body)(void))
{
    static char text[4096];
    const struct rlimit no_core = {0, 0};
    size_t len = 0;
    ssize_t got;
    int ends[2];
    int status;
    pid_t child;

    fflush(stdout);
    if (pipe(ends) != 0 || (child = fork()) < 0)
        return NULL;
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(ends[1], STDERR_FILENO);
        body();
        _exit(0);
    }
    close(ends[1]);
    while (len < sizeof(text) - 1 &&
           (got = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    close(ends[0]);
    if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGABRT)
        return NULL;
    return text;
}

#endif
