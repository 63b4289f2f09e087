/* One queue and several processes, which are this program again. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "scratch.h"
#include "session/session.h"
#include "session_rows.h"
#include "tap.h"

enum { PATIENCE_MS = 20000, ROWS = 8, KILLS = 20 };

static struct err err;

/* ---- the other process ---- */

static void tell(int number)
{
    printf("%d\n", number);
    fflush(stdout);
}

static struct session *child_open(const char *path)
{
    const struct session_options options = {.path = path, .gather_ms = 1};
    struct session *session = session_open(&options, NULL, &err);

    if (!session)
        fprintf(stderr, "%s\n", err.text);
    return session;
}

/* Has the queue; adds a row, and tells its number, for each line it is sent. */
static int hold(const char *path)
{
    struct session *session = child_open(path);
    char line[16];
    int number = 0;

    if (!session)
        return 1;
    do {
        put_row(session, 0, ++number, 1);
        if (!session_flush(session, -1, &err))
            return 1;
        tell(number);
    } while (fgets(line, sizeof(line), stdin));
    session_close(session);
    return 0;
}

/* Writes one version of all rows after the other, tells each that is saved, and
 * does not stop. */
static int work(const char *path)
{
    struct session *session = child_open(path);
    struct session_memory memory;
    uint64_t keys[ROWS] = {0};
    int version = 0;
    char text[16];

    if (!session)
        return 1;
    memory = take(session);
    for (size_t i = 0; i < memory.record_count; i++) {
        keys[memory.records[i]->priority] = memory.records[i]->key;
        if (row_version(memory.records[i]) > version)
            version = row_version(memory.records[i]);
    }
    session_memory_fini(&memory);
    for (;;) {
        version++;
        for (int i = 0; i < ROWS; i++)
            keys[i] = put_row(session, keys[i], i, version);
        session_move(session, keys[version % ROWS], keys[0]);
        snprintf(text, sizeof(text), "%d", version);
        session_set(session, "version", text);
        session_remember(session, text);
        session_remove(session, put_row(session, 0, ROWS, version));
        if (!session_flush(session, -1, &err))
            return 1;
        tell(version);
    }
}

/* ---- this one ---- */

struct child {
    pid_t pid;
    FILE *to;
    FILE *from;
};

static bool start(struct child *child, const char *mode, const char *path)
{
    int in[2];
    int out[2];

    fflush(stdout);
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 ||
        (child->pid = fork()) < 0)
        return false;
    if (child->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execl("/proc/self/exe", "test_session_owner", mode, path, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    child->to = fdopen(in[1], "w");
    child->from = fdopen(out[0], "r");
    return child->to && child->from;
}

/* The next number it tells; -1 at its end. */
static int hear(struct child *child)
{
    char line[16];

    return fgets(line, sizeof(line), child->from) && strchr(line, '\n')
               ? atoi(line)
               : -1;
}

/* Its exit status, or minus the signal that ended it. */
static int end(struct child *child)
{
    int status = 0;

    fclose(child->to);
    fclose(child->from);
    waitpid(child->pid, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* All bytes of a file. */
static char *contents(const char *name, size_t *len)
{
    char *data = mem_new(1 << 20);
    FILE *file = fopen(scratch(name), "rb");

    *len = file ? fread(data, 1, 1 << 20, file) : 0;
    if (file)
        fclose(file);
    return data;
}

static struct session *view(const char *name)
{
    const struct session_options options = {.path = scratch(name)};
    struct session *session = session_view(&options, NULL, &err);

    if (!session) {
        printf("Bail out! %s\n", err.text);
        exit(99);
    }
    return session;
}

/* Reads again until something new is there. */
static struct session_memory read_again(struct session *session)
{
    int64_t end_ms = clock_ms() + PATIENCE_MS;
    struct session_memory memory;

    session_reload(session);
    while (!session_take(session, &memory) && clock_ms() < end_ms)
        poll(NULL, 0, 1);
    return memory;
}

static void meddle(struct session *session)
{
    session_remove(session, 1);
    session_move(session, 3, 1);
    session_set(session, "sort", "size");
    session_remember(session, "quit");
}

static void test_view(struct child *child)
{
    struct session *session = view("queue");
    struct session_memory memory = take(session);
    size_t len[4];
    char *data[4];

    tap_ok(session_is_view(session), "a view");
    tap_is(numbers(&memory), "1 2 3", "shows the rows");
    session_memory_fini(&memory);
    data[0] = contents("queue", &len[0]);
    data[1] = contents("queue-wal", &len[1]);
    tap_ok(put_row(session, 1, 1, 7) == 0 && put_row(session, 0, 1, 7) == 0,
           "takes no record");
    meddle(session);
    tap_ok(session_waiting(session) == 0 && session_flush(session, 0, &err),
           "and no other request");
    session_close(session);
    session = view("queue");
    memory = take(session);
    data[2] = contents("queue", &len[2]);
    data[3] = contents("queue-wal", &len[3]);
    tap_ok(len[0] > 0 && len[0] == len[2] && len[1] > 0 && len[1] == len[3] &&
               memcmp(data[0], data[2], len[0]) == 0 &&
               memcmp(data[1], data[3], len[1]) == 0,
           "not a byte has changed");
    session_memory_fini(&memory);
    for (size_t i = 0; i < 4; i++)
        mem_free(data[i]);

    fputs("\n", child->to);
    fflush(child->to);
    tap_int(hear(child), 4, "the other adds a row");
    memory = read_again(session);
    tap_is(numbers(&memory), "1 2 3 4", "and it is shown");
    session_memory_fini(&memory);
    tap_ok(session_status(session, &err), "without trouble");
    session_close(session);
}

static void test_owner(void)
{
    char path[300];
    const struct session_options options = {.path = path};
    char pid[32];
    struct child child;
    struct session *session;
    struct session_memory memory;
    struct stat status;

    snprintf(path, sizeof(path), "%s", scratch("queue"));
    if (!tap_ok(start(&child, "hold", path), "another process"))
        return;
    for (int i = 1; i <= 3; i++) {
        tap_int(hear(&child), i, "adds a row");
        fputs(i < 3 ? "\n" : "", child.to);
        fflush(child.to);
    }
    snprintf(pid, sizeof(pid), "(PID %d)", (int)child.pid);
    tap_ok(!session_open(&options, NULL, &err) && err.code == ERR_BUSY &&
               strstr(err.text, pid),
           "has the queue: %s", err.text);
    test_view(&child);
    tap_ok(!session_open(&options, NULL, &err) && err.code == ERR_BUSY,
           "has it still");

    kill(child.pid, SIGKILL);
    tap_int(end(&child), -SIGKILL, "is killed");
    session = must_open("queue");
    memory = take(session);
    tap_is(numbers(&memory), "1 2 3 4",
           "and the queue is free, with all in it");
    session_memory_fini(&memory);
    session_close(session);
    tap_ok(stat(scratch("queue.owner"), &status) == 0 && status.st_size == 0 &&
               (status.st_mode & 0777) == 0600,
           "the end leaves an empty lock file");

    session = view("queue");
    memory = take(session);
    tap_is(numbers(&memory), "1 2 3 4", "a view of what nobody has");
    session_memory_fini(&memory);
    tap_ok(start(&child, "hold", path) && hear(&child) == 1,
           "does not keep it from others");
    memory = read_again(session);
    tap_is(numbers(&memory), "1 2 3 4 1", "and sees what they do");
    session_memory_fini(&memory);
    session_close(session);
    tap_int(end(&child), 0, "who then end well");
}

/* ---- kill -9 ---- */

/* What is there after a kill: every row whole, and none older than what was
 * told. Returns the version, -1 if that is not so. */
static int survey(const struct session_memory *memory, int told)
{
    int low = INT32_MAX;
    int high = 0;
    const char *last =
        memory->line_count ? memory->lines[memory->line_count - 1] : "0";

    for (size_t i = 0; i < memory->record_count; i++) {
        int version = row_version(memory->records[i]);

        /* One more may be there that was to be removed. */
        if (memory->records[i]->priority == ROWS)
            continue;
        low = version < low ? version : low;
        high = version > high ? version : high;
    }
    if (memory->record_count < ROWS || memory->record_count > ROWS + 1 ||
        low < told || high > low + 1 || memory->setting_count != 1 ||
        atoi(memory->settings[0].value) < told || atoi(last) < told)
        return -1;
    return high;
}

static void test_kills(void)
{
    char path[300];
    int told = 0;
    int rounds = 0;
    bool ok = true;

    snprintf(path, sizeof(path), "%s", scratch("kills"));
    for (int i = 0; ok && i < KILLS; i++) {
        struct session_memory memory;
        struct session *session;
        struct child child;
        int heard;

        ok = start(&child, "work", path);
        for (int n = 0; ok && n < 1 + i * 7 % 11; n++)
            ok = (told = hear(&child)) > 0;
        kill(child.pid, SIGKILL);
        while ((heard = hear(&child)) > 0)
            told = heard;
        ok = ok && end(&child) == -SIGKILL;
        session = must_open("kills");
        memory = take(session);
        ok = ok && session_status(session, &err) && survey(&memory, told) > 0;
        if (!ok)
            tap_note("kill %d: version %d was told, %zu rows: %s", i, told,
                     memory.record_count, numbers(&memory));
        session_memory_fini(&memory);
        session_close(session);
        rounds = told;
    }
    tap_ok(ok && rounds > KILLS,
           "%d kills: all of %d told versions is there, whole", KILLS, rounds);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "hold") == 0)
        return hold(argv[2]);
    if (argc == 3 && strcmp(argv[1], "work") == 0)
        return work(argv[2]);
    scratch_open();
    test_owner();
    test_kills();
    scratch_close();
    return tap_done();
}
