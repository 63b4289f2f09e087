#include "base/guard.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "scratch.h"
#include "tap.h"

enum { PATIENCE_MS = 20000, CROWD = 3, ROUNDS = 300 };

static void test_alone(void)
{
    struct guard first;
    struct guard second;
    struct err err = {0};
    struct stat status;
    sigset_t before;
    sigset_t after;
    int64_t deadline_ms;

    tap_ok(guard_open(&first, scratch("lock"), &err) &&
               guard_open(&second, scratch("lock"), &err),
           "opened twice");
    tap_ok(stat(scratch("lock"), &status) == 0 &&
               (status.st_mode & 0777) == 0600,
           "private");
    guard_drop(&first);
    tap_ok(guard_take(&first, 0, &err) && first.held, "taken");
    tap_ok(!guard_take(&second, 0, &err) && err.code == ERR_BUSY &&
               !second.held,
           "held: tried once");
    tap_is(err.text, "another process has it", "the sentence");
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    deadline_ms = clock_ms() + 150;
    err = (struct err){0};
    tap_ok(!guard_take(&second, deadline_ms, &err) && err.code == ERR_BUSY,
           "held: waited for");
    tap_ok(clock_ms() >= deadline_ms && clock_ms() < deadline_ms + PATIENCE_MS,
           "to the deadline");
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    tap_ok(sigismember(&before, SIGURG) == sigismember(&after, SIGURG),
           "the signal mask is as it was");
    guard_drop(&first);
    tap_ok(guard_take(&second, 0, &err), "free again");
    guard_close(&second);
    tap_ok(guard_take(&first, 0, &err), "a close drops it");
    guard_close(&first);
    guard_close(&first);
    if (symlink("lock", scratch("link")) != 0)
        tap_ok(false, "no symlink");
    tap_ok(!guard_open(&first, scratch("link"), &err) &&
               err.code == ERR_REFUSED,
           "a symlink is refused");
}

/* Takes the guard again and again. Reading and writing the counter are two
 * steps, between which only the guard keeps others out. */
struct taker {
    struct guard guard;
    int rounds;
    atomic_int *counter;
};

static void take_many(void *arg)
{
    struct taker *taker = arg;

    for (int i = 0; i < taker->rounds; i++) {
        struct err err;
        int seen;

        if (!guard_take(&taker->guard, clock_ms() + PATIENCE_MS, &err))
            return;
        seen = atomic_load(taker->counter);
        sched_yield();
        atomic_store(taker->counter, seen + 1);
        guard_drop(&taker->guard);
    }
}

static bool is_sleeping(int tid)
{
    char path[64];
    char state = '?';
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    if ((file = fopen(path, "r"))) {
        if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            state = '?';
        fclose(file);
    }
    return state == 'S';
}

/* The thread of that name sleeps in the kernel. */
static bool await_sleep(const char *name)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    while (clock_ms() < end_ms) {
        struct thread_row rows[8];
        size_t count = thread_roster(rows, 8);

        for (size_t i = 0; i < count && i < 8; i++)
            if (strcmp(rows[i].name, name) == 0 && rows[i].tid != 0 &&
                is_sleeping(rows[i].tid))
                return true;
        sched_yield();
    }
    return false;
}

static void test_handover(void)
{
    struct guard guard;
    struct err err = {0};
    atomic_int counter = 0;
    struct taker taker = {.rounds = 1, .counter = &counter};
    struct thread *thread;

    if (!guard_open(&guard, scratch("lock"), &err) ||
        !guard_open(&taker.guard, scratch("lock"), &err) ||
        !guard_take(&guard, 0, &err)) {
        tap_ok(false, "%s", err.text);
        return;
    }
    thread = thread_start("taker", "waits", take_many, &taker, &err);
    tap_ok(await_sleep("taker"), "a second one sleeps");
    tap_int(atomic_load(&counter), 0, "while it is held");
    guard_drop(&guard);
    thread_join(thread);
    tap_int(atomic_load(&counter), 1, "and has it when it is dropped");
    guard_close(&guard);
    guard_close(&taker.guard);
}

static void test_death(void)
{
    struct guard guard;
    struct err err = {0};
    char byte;
    int ends[2];
    int status;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0) {
        tap_ok(false, "no child");
        return;
    }
    if (child == 0) {
        if (guard_open(&guard, scratch("lock"), &err) &&
            guard_take(&guard, 0, &err) && write(ends[1], "x", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    tap_ok(read(ends[0], &byte, 1) == 1 &&
               guard_open(&guard, scratch("lock"), &err) &&
               !guard_take(&guard, 0, &err),
           "another process holds it");
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    tap_ok(guard_take(&guard, clock_ms() + PATIENCE_MS, &err),
           "kill -9 drops it");
    guard_close(&guard);
    close(ends[0]);
    close(ends[1]);
}

static void test_crowd(void)
{
    struct err err = {0};
    atomic_int counter = 0;
    struct taker takers[CROWD];
    struct thread *threads[CROWD];

    for (int i = 0; i < CROWD; i++) {
        takers[i] = (struct taker){.rounds = ROUNDS, .counter = &counter};
        if (!guard_open(&takers[i].guard, scratch("lock"), &err)) {
            tap_ok(false, "%s", err.text);
            return;
        }
    }
    for (int i = 0; i < CROWD; i++)
        threads[i] =
            thread_start("crowd", "takes", take_many, &takers[i], &err);
    for (int i = 0; i < CROWD; i++) {
        thread_join(threads[i]);
        guard_close(&takers[i].guard);
    }
    tap_int(atomic_load(&counter), CROWD * ROUNDS, "nobody starves, no two in");
}

int main(void)
{
    scratch_open();
    test_death();
    test_alone();
    test_handover();
    test_crowd();
    scratch_close();
    return tap_done();
}
