/* The room for another process, as fast as it goes. */
#include "threads/target.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"
#include "tap.h"

extern char **environ;

enum { PATIENCE_MS = 60000, PASSES = 1500, ROWS = 64 };

static struct notify notify;

struct victim {
    pid_t pid;
    int in;
    FILE *out;
};

static bool start(struct victim *victim, const char *mode, const char *number)
{
    char *const words[] = {mem_strdup("tests/victim"), mem_strdup(mode),
                           mem_strdup(number), NULL};
    posix_spawn_file_actions_t actions;
    int in[2];
    int out[2];
    char line[64] = "";
    int failed;

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    failed =
        posix_spawn(&victim->pid, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; words[i]; i++)
        mem_free(words[i]);
    close(in[0]);
    close(out[1]);
    victim->in = in[1];
    victim->out = fdopen(out[0], "r");
    if (failed)
        return false;
    while (strcmp(line, "ready\n") != 0)
        if (!fgets(line, sizeof(line), victim->out))
            return false;
    return true;
}

static void stop(struct victim *victim)
{
    close(victim->in);
    fclose(victim->out);
    waitpid(victim->pid, NULL, 0);
}

static bool pass(struct threads *room, struct threads_totals *totals)
{
    uint64_t before = totals->passes;

    threads_sample(room);
    do {
        struct pollfd wait = {.fd = notify.fd, .events = POLLIN};

        if (poll(&wait, 1, PATIENCE_MS) <= 0)
            return tap_ok(false, "the room pings");
        notify_drain(&notify);
        threads_totals(room, totals);
    } while (totals->passes == before);
    return true;
}

static struct threads *attach(const struct victim *victim)
{
    struct err err = {.code = ERR_NONE};
    struct threads *room = threads_attach(victim->pid, &notify, &err);

    if (!room)
        tap_note("%s", err.text);
    return room;
}

static size_t count_held(struct threads *room)
{
    static struct threads_row rows[ROWS];
    size_t count = threads_rows(room, 0, rows, ROWS);
    size_t held = 0;

    for (size_t i = 0; i < count; i++)
        held += rows[i].holder > 0;
    return held;
}

/* Locks in any order, and never a deadlock. */
static void test_never(void)
{
    const char *passes = getenv("TARGET_PASSES");
    int count = passes ? atoi(passes) : PASSES;
    struct threads_totals totals = {.passes = 0};
    struct victim victim;
    struct threads *room;
    unsigned accused = 0;
    size_t held = 0;

    if (!tap_ok(start(&victim, "busy", "12"), "a busy program"))
        return;
    room = attach(&victim);
    if (!tap_ok(room != NULL, "attached"))
        return;
    for (int i = 0; i < count && pass(room, &totals); i++) {
        accused += totals.cycles;
        held += count_held(room);
    }
    tap_int(accused, 0, "is never said to be in a deadlock");
    tap_ok(held > (size_t)count, "though its threads wait for each other");
    tap_note("%d passes, %zu waits for a holder", count, held);
    threads_free(room);
    stop(&victim);
}

/* It is gone before the next look. */
static void test_end(void)
{
    struct threads_totals totals = {.passes = 0};
    struct threads_target target;
    struct victim victim;
    struct threads *room;

    if (!tap_ok(start(&victim, "idle", "4"), "an idle program"))
        return;
    room = attach(&victim);
    if (!tap_ok(room && pass(room, &totals), "attached"))
        return;
    threads_target(room, &target);
    tap_ok(target.pid == victim.pid && !target.ended, "it lives");
    tap_is(target.name, "victim", "its name");
    stop(&victim);
    tap_ok(pass(room, &totals), "a pass over nothing");
    threads_target(room, &target);
    tap_ok(target.ended, "it has ended");
    tap_is(target.name, "victim", "its name is still known");
    threads_free(room);
}

static void test_refused(void)
{
    struct err err = {.code = ERR_NONE};

    tap_ok(!threads_attach(1 << 23, &notify, &err) && err.code == ERR_MISSING,
           "no such process: %s", err.text);
}

int main(void)
{
    struct err err;

    thread_block_signals();
    thread_adopt("main", "tests");
    if (!notify_init(&notify, &err))
        return 1;
    test_refused();
    test_never();
    test_end();
    notify_fini(&notify);
    return tap_done();
}
