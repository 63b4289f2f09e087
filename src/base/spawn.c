#include "spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

/* A session of its own: signals of our terminal are not for it. */
static bool start(char *const argv[], struct err *err)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    int result;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(
        &attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID));
    result = posix_spawnp(&pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return result == 0 ||
           err_errno(err, result, "%s cannot be started", argv[0]);
}

bool spawn_open(const char *path, struct err *err)
{
    static char program[] = "xdg-open";
    char *argv[] = {program, (char *)(uintptr_t)path, NULL};

    if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
        return err_set(err, ERR_MISSING,
                       "there is no desktop here to open %s with", path);
    return start(argv, err);
}

void spawn_reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}
