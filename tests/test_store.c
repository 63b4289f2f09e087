#include "base/store.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/mem.h"
#include "scratch.h"
#include "tap.h"

/* The program is linked with --wrap for these two: a clock that can be made to
 * leap, and a file system that can be made a remote one. */
int64_t __real_clock_ms(void);
int64_t __wrap_clock_ms(void);
int __real_statfs(const char *path, struct statfs *system);
int __wrap_statfs(const char *path, struct statfs *system);

static int64_t leap_ms; /* further at each look at the clock */
static bool remote;

int64_t __wrap_clock_ms(void)
{
    static int64_t leaped_ms;

    leaped_ms += leap_ms;
    return __real_clock_ms() + leaped_ms;
}

int __wrap_statfs(const char *path, struct statfs *system)
{
    int result = __real_statfs(path, system);

    if (remote)
        system->f_type = 0x6969;
    return result;
}

enum { APPLICATION = 0x746c7431, BLOB = 20000, ROWS = 250 };

static const char *const steps[] = {
    "CREATE TABLE row (writer INTEGER, number INTEGER, data BLOB,"
    " PRIMARY KEY (writer, number));",
    "ALTER TABLE row ADD COLUMN note TEXT DEFAULT 'none';"
    "CREATE TABLE extra (x);",
    "INSERT INTO extra VALUES (3);",
};

static const struct store_schema schema = {APPLICATION, steps, 1};
static const struct store_schema schema_2 = {APPLICATION, steps, 2};
static const struct store_schema schema_3 = {APPLICATION, steps, 3};

/* The first column of the first row, as text. */
static const char *ask(struct store *store, const char *sql)
{
    static char text[200];
    sqlite3_stmt *statement = NULL;

    strcpy(text, "(nothing)");
    if (sqlite3_prepare_v2(store_handle(store), sql, -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        snprintf(text, sizeof(text), "%s",
                 (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return text;
}

static bool insert(struct store *store, int writer, int number, struct err *err)
{
    char sql[120];

    snprintf(sql, sizeof(sql),
             "INSERT INTO row (writer, number, data)"
             " VALUES (%d, %d, randomblob(%d));",
             writer, number, BLOB);
    return store_exec(store, sql, err);
}

/* One row in a transaction of its own. */
static bool commit_row(struct store *store, int writer, int number,
                       struct err *err)
{
    if (!store_begin(store, err))
        return false;
    if (!insert(store, writer, number, err)) {
        store_rollback(store);
        return false;
    }
    return store_commit(store, err);
}

/* A store, or the end of the program: the tests below need it. */
static struct store *must_open(const char *name,
                               const struct store_schema *wanted)
{
    struct err err = {0};
    struct store *store = store_open(scratch(name), wanted, &err);

    if (!store) {
        printf("Bail out! %s\n", err.text);
        exit(99);
    }
    return store;
}

static long long size_of(const char *name)
{
    struct stat status;

    return stat(scratch(name), &status) == 0 ? (long long)status.st_size : -1;
}

static void test_fresh(void)
{
    struct store *store = must_open("fresh", &schema);
    struct stat status;

    tap_is(ask(store, "PRAGMA user_version"), "1", "version 1");
    tap_is(ask(store, "PRAGMA application_id"), "1953264689", "our id");
    tap_is(ask(store, "PRAGMA journal_mode"), "wal", "a write-ahead log");
    tap_is(ask(store, "PRAGMA synchronous"), "2", "synchronous = FULL");
    tap_is(ask(store, "PRAGMA wal_autocheckpoint"), "0",
           "sqlite makes no checkpoints");
    tap_ok(stat(scratch("fresh"), &status) == 0 &&
               (status.st_mode & 0777) == 0600,
           "private");
    tap_ok(stat(scratch("fresh-wal"), &status) == 0 &&
               (status.st_mode & 0777) == 0600,
           "its log too");
    store_close(store);
    tap_int(size_of("fresh-wal"), 0, "closed: nothing is left in the log");
    store_close(NULL);
}

static void test_write(void)
{
    struct store *store = must_open("write", &schema);
    struct err err = {0};
    sqlite3_stmt *left;

    tap_ok(commit_row(store, 1, 1, &err), "a commit");
    tap_ok(store_begin(store, &err) && insert(store, 1, 2, &err), "a change");
    tap_ok(!store_begin(store, &err) && err.code == ERR_BUSY, "begun already");
    store_rollback(store);
    store_rollback(store);
    tap_is(ask(store, "SELECT count(*) FROM row"), "1", "rolled back");
    tap_ok(!store_commit(store, &err) && err.code == ERR_USAGE,
           "a commit of nothing");
    tap_ok(insert(store, 1, 3, &err), "a change outside a transaction");
    tap_ok(!insert(store, 1, 3, &err) && err.code == ERR_EXISTS,
           "the same key again");
    tap_note("%s", err.text);
    tap_ok(!store_exec(store, "nonsense", &err), "no SQL");
    tap_note("%s", err.text);
    tap_ok(!store_exec(store, "BEGIN", &err) && err.code == ERR_USAGE,
           "a transaction left open");
    tap_ok(sqlite3_exec(store_handle(store), "DELETE FROM row", NULL, NULL,
                        NULL) != SQLITE_OK,
           "a write without the lock");
    tap_is(ask(store, "SELECT count(*) FROM row"), "2", "is taken back");

    /* A statement that nobody finalized does not keep it open. */
    if (sqlite3_prepare_v2(store_handle(store), "SELECT * FROM row", -1, &left,
                           NULL) == SQLITE_OK)
        sqlite3_step(left);
    tap_ok(store_begin(store, &err), "closed while it is begun");
    store_close(store);
    store = must_open("write", &schema);
    tap_is(ask(store, "SELECT count(*) FROM row"), "2", "all is there again");
    store_close(store);
}

static void test_full(void)
{
    struct store *store = must_open("full", &schema);
    struct err err = {0};
    bool ok = true;

    tap_ok(store_exec(store, "PRAGMA max_page_count = 20", &err), "few pages");
    tap_ok(store_begin(store, &err), "begun");
    for (int i = 0; ok && i < 20; i++)
        ok = insert(store, 1, i, &err);
    tap_ok(!ok && err.code == ERR_SPACE, "no space");
    tap_note("%s", err.text);
    if (sqlite3_get_autocommit(store_handle(store)))
        tap_ok(!store_commit(store, &err), "the commit fails too");
    store_rollback(store);
    tap_ok(store_exec(store, "PRAGMA max_page_count = 2000", &err) &&
               commit_row(store, 1, 1, &err),
           "goes on when there is space");
    tap_is(ask(store, "SELECT count(*) FROM row"), "1", "without the first");
    store_close(store);
}

static void test_migrate(void)
{
    static const char *const broken[] = {
        "not executed",
        "CREATE TABLE good (x);",
        "CREATE TABLE bad (",
    };
    const struct store_schema bad = {APPLICATION, broken, 3};
    struct err err = {0};
    struct store *store = must_open("old", &schema);

    tap_ok(insert(store, 1, 1, &err), "a row of version 1");
    store_close(store);
    store = store_open(scratch("old"), &bad, &err);
    tap_ok(!store, "a step that fails");
    tap_note("%s", err.text);
    store = must_open("old", &schema);
    tap_is(ask(store, "PRAGMA user_version"), "1", "changes nothing");
    tap_is(ask(store, "SELECT count(*) FROM sqlite_schema WHERE name='good'"),
           "0", "nor does the step before it");
    store_close(store);
    store = must_open("old", &schema_3);
    tap_is(ask(store, "PRAGMA user_version"), "3", "two steps at once");
    tap_is(ask(store, "SELECT note FROM row"), "none", "with the row");
    store_close(store);
    store = must_open("old", &schema_3);
    tap_is(ask(store, "SELECT count(*) FROM extra"), "1", "each step once");
    store_close(store);
    store = store_open(scratch("old"), &schema_2, &err);
    tap_ok(!store && err.code == ERR_REFUSED, "a newer one is refused");
    tap_note("%s", err.text);
}

/* The bytes of a file, for a comparison; len is 0 if it cannot be read. */
static char *read_all(const char *name, size_t *len)
{
    char *data = mem_new(1 << 20);
    FILE *file = fopen(scratch(name), "rb");

    *len = file ? fread(data, 1, 1 << 20, file) : 0;
    if (file)
        fclose(file);
    return data;
}

/* Opening the file called name fails with code and leaves it as it is. */
static void refuses(const char *name, enum err_code code, const char *what)
{
    size_t before_len;
    size_t after_len;
    char *before = read_all(name, &before_len);
    struct err err = {0};
    struct store *store = store_open(scratch(name), &schema, &err);
    char *after = read_all(name, &after_len);

    tap_ok(!store && err.code == code, "%s is refused", what);
    tap_note("%s", err.text);
    tap_ok(before_len > 0 && before_len == after_len &&
               memcmp(before, after, before_len) == 0,
           "%s is left alone", what);
    store_close(store);
    mem_free(before);
    mem_free(after);
}

static void make_foreign(const char *name, const char *sql)
{
    sqlite3 *db = NULL;

    if (sqlite3_open(scratch(name), &db) == SQLITE_OK)
        sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
}

static void overwrite(const char *name, long offset, const char *text)
{
    FILE *file = fopen(scratch(name), offset ? "r+b" : "wb");

    if (!file)
        return;
    fseek(file, offset, SEEK_SET);
    for (int i = 0; i < 200; i++)
        fputs(text, file);
    fclose(file);
}

static void test_foreign(void)
{
    static const struct store_schema other = {77, steps, 1};

    store_close(must_open("id", &other));
    refuses("id", ERR_REFUSED, "another id");
    make_foreign("tables", "CREATE TABLE x (y);");
    refuses("tables", ERR_REFUSED, "a database without an id");
    overwrite("text", 0, "a diary, not a database\n");
    refuses("text", ERR_PROTOCOL, "a text");
    store_close(must_open("damaged", &schema));
    overwrite("damaged", 100, "damaged!");
    refuses("damaged", ERR_PROTOCOL, "a damaged file");
}

static void test_names(void)
{
    struct err err = {0};
    struct store *store;

    store_close(must_open("target", &schema));
    if (symlink("target", scratch("link")) != 0 ||
        symlink(".", scratch("linked")) != 0)
        tap_ok(false, "no symlink");
    tap_ok(!store_open(scratch("link"), &schema, &err) &&
               err.code == ERR_REFUSED,
           "a symlink is refused");
    tap_note("%s", err.text);
    tap_ok(access(scratch("link.lock"), F_OK) != 0, "and gets no lock file");
    store = store_open(scratch("linked/target"), &schema, &err);
    tap_ok(store, "a folder may be one");
    store_close(store);
    tap_ok(!store_open(scratch("none/x"), &schema, &err) &&
               err.code == ERR_MISSING,
           "no folder");
    tap_note("%s", err.text);
    tap_ok(!store_open(scratch_folder, &schema, &err) &&
               err.code == ERR_REFUSED,
           "a folder");
    remote = true;
    tap_ok(!store_open(scratch("target"), &schema, &err) &&
               err.code == ERR_REFUSED,
           "a network file system");
    tap_note("%s", err.text);
    tap_ok(!store_open(scratch("remote"), &schema, &err) &&
               access(scratch("remote"), F_OK) != 0,
           "no file is made there");
    remote = false;
}

static void test_busy(void)
{
    struct store *store = must_open("busy", &schema);
    struct err err = {0};
    struct guard guard;
    sqlite3 *other = NULL;

    if (!guard_open(&guard, scratch("busy.lock"), &err) ||
        !guard_take(&guard, 0, &err)) {
        tap_ok(false, "%s", err.text);
        return;
    }
    leap_ms = 5000;
    tap_ok(!store_begin(store, &err) && err.code == ERR_BUSY,
           "another process has the lock for too long");
    tap_note("%s", err.text);
    guard_drop(&guard);

    /* A program that knows nothing of the lock. */
    if (sqlite3_open(scratch("busy"), &other) == SQLITE_OK)
        sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    tap_ok(!store_begin(store, &err) && err.code == ERR_BUSY,
           "a foreign program writes");
    tap_note("%s", err.text);
    leap_ms = 0;
    tap_ok(guard_take(&guard, 0, &err), "the lock is free after a failure");
    guard_close(&guard);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    tap_ok(commit_row(store, 1, 1, &err), "then it can be written");
    store_close(store);
}

/* Reads what another connection writes, and changes nothing. */
static void test_view(void)
{
    struct err err = {0};
    struct store *store = must_open("view", &schema);
    struct store *view;

    tap_ok(commit_row(store, 1, 1, &err), "a row");
    view = store_view(scratch("view"), &schema, &err);
    if (!tap_ok(view, "is looked at by another")) {
        tap_note("%s", err.text);
        store_close(store);
        return;
    }
    tap_is(ask(view, "SELECT count(*) FROM row"), "1", "it is there");
    tap_ok(commit_row(store, 1, 2, &err), "a second one");
    tap_is(ask(view, "SELECT count(*) FROM row"), "2", "too");
    tap_ok(!store_begin(view, &err) && err.code == ERR_REFUSED,
           "no write is begun: %s", err.text);
    tap_ok(!store_exec(view, "DELETE FROM row", &err) &&
               err.code == ERR_REFUSED,
           "nor made");
    tap_ok(sqlite3_exec(store_handle(view), "DELETE FROM row", NULL, NULL,
                        NULL) == SQLITE_READONLY,
           "not even behind the back");
    store_close(store);
    store_close(view);
    view = store_view(scratch("view"), &schema, &err);
    tap_is(view ? ask(view, "SELECT count(*) FROM row") : err.text, "2",
           "a view of what nobody has open");
    store_close(view);
    tap_ok(!store_view(scratch("view"), &schema_2, &err) &&
               err.code == ERR_REFUSED,
           "an older one is refused: %s", err.text);
    store_close(must_open("view", &schema_2));
    tap_ok(!store_view(scratch("view"), &schema, &err) &&
               err.code == ERR_REFUSED,
           "a newer one too");
    tap_ok(!store_view(scratch("nobody"), &schema, &err) &&
               err.code == ERR_MISSING && access(scratch("nobody"), F_OK) != 0,
           "none is made: %s", err.text);
}

static void test_checkpoint(void)
{
    struct store *store = must_open("log", &schema);
    struct err err = {0};
    sqlite3_stmt *reader = NULL;
    sqlite3 *other = NULL;
    long long most = 0;
    bool ok = true;

    for (int i = 0; ok && i < 600; i++) {
        ok = commit_row(store, 1, i, &err);
        if (size_of("log-wal") > most)
            most = size_of("log-wal");
    }
    tap_ok(ok && most > 4 << 20 && most < 5 << 20,
           "12 MB of commits, and the log stays near 4 MiB (%lld)", most);

    /* A reader that stays keeps the log from starting over. */
    if (sqlite3_open(scratch("log"), &other) == SQLITE_OK &&
        sqlite3_prepare_v2(other, "SELECT * FROM row", -1, &reader, NULL) ==
            SQLITE_OK)
        sqlite3_step(reader);
    for (int i = 1000; ok && i < 1500; i++)
        ok = commit_row(store, 1, i, &err);
    tap_ok(ok && size_of("log-wal") > 9 << 20, "it grows behind a reader");
    sqlite3_finalize(reader);
    sqlite3_close(other);
    for (int i = 2000; ok && i < 2300; i++)
        ok = commit_row(store, 1, i, &err);
    most = size_of("log");
    tap_ok(ok && most > 24 << 20,
           "and is worked off when the reader is gone (%lld)", most);
    store_close(store);
    tap_int(size_of("log-wal"), 0, "closed: nothing is left in the log");
}

/* Several processes. */

/* The other face of this program: commits rows and tells each number. */
static int write_rows(const char *path, int writer)
{
    struct err err = {0};
    struct store *store = store_open(path, &schema, &err);

    for (int i = 1; store && i <= ROWS; i++) {
        if (!commit_row(store, writer, i, &err))
            break;
        printf("%d\n", i);
        fflush(stdout);
    }
    if (err.code != ERR_NONE)
        fprintf(stderr, "%s\n", err.text);
    store_close(store);
    return err.code == ERR_NONE ? 0 : 1;
}

struct writer {
    pid_t child;
    FILE *acks;
    int last; /* the last number it told */
};

static bool start_writer(struct writer *writer, int number)
{
    int ends[2];
    char name[16];

    snprintf(name, sizeof(name), "%d", number);
    writer->last = 0;
    fflush(stdout);
    if (pipe(ends) != 0 || (writer->child = fork()) < 0)
        return false;
    if (writer->child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/proc/self/exe", "test_store", "write", scratch("many"), name,
              (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    writer->acks = fdopen(ends[0], "r");
    return writer->acks != NULL;
}

/* Reads until it tells number, or is at its end. */
static void read_acks(struct writer *writer, int number)
{
    while (writer->last < number &&
           fscanf(writer->acks, "%d", &writer->last) == 1)
        ;
}

static int end_writer(struct writer *writer)
{
    int status = -1;

    fclose(writer->acks);
    waitpid(writer->child, &status, 0);
    return status;
}

/* One is killed at some moment of its work, two go on: every row that was told
 * is there, and no row of the dead one is missing below its last. */
static void test_processes(void)
{
    struct writer writers[3];
    struct store *store;
    char sql[160];

    store_close(must_open("many", &schema));
    for (int i = 0; i < 3; i++)
        if (!start_writer(&writers[i], i)) {
            tap_ok(false, "no child");
            return;
        }
    read_acks(&writers[0], ROWS / 4);
    kill(writers[0].child, SIGKILL);
    for (int i = 0; i < 3; i++)
        read_acks(&writers[i], ROWS + 1);
    tap_ok(WIFSIGNALED(end_writer(&writers[0])) && writers[0].last < ROWS,
           "one was killed at row %d", writers[0].last);
    tap_int(end_writer(&writers[1]), 0, "the second ends");
    tap_int(end_writer(&writers[2]), 0, "the third ends");

    store = must_open("many", &schema);
    tap_is(ask(store, "PRAGMA integrity_check"), "ok", "no damage");
    for (int i = 0; i < 3; i++) {
        snprintf(sql, sizeof(sql),
                 "SELECT count(*) = max(number) AND max(number) BETWEEN %d AND "
                 "%d FROM row WHERE writer = %d",
                 writers[i].last, writers[i].last + (i == 0), i);
        tap_is(ask(store, sql), "1", "every acknowledged row is there");
    }
    store_close(store);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "write") == 0)
        return write_rows(argv[2], atoi(argv[3]));
    scratch_open();
    test_fresh();
    test_write();
    test_full();
    test_migrate();
    test_foreign();
    test_names();
    test_busy();
    test_view();
    test_checkpoint();
    test_processes();
    scratch_close();
    return tap_done();
}
