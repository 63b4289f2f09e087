#include "store.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "guard.h"
#include "mem.h"
#include "store_file.h"
#include "thread.h"

enum {
    WAIT_MS = 10 * 1000,
    WAL_MAX_BYTES = 4 * 1024 * 1024,
};

struct store {
    char *path; /* full, no symlink in it */
    sqlite3 *db;
    struct guard guard;
    bool begun; /* between store_begin and commit or rollback */
    int page_bytes;
    int wal_pages;      /* in the write-ahead log after the last commit */
    int wal_pages_next; /* from here on a checkpoint is due */
};

/* Errors. */

static enum err_code code_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_FULL:
        return ERR_SPACE;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return ERR_DENIED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_PROTOCOL;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    case SQLITE_INTERRUPT:
        return ERR_CANCELED;
    case SQLITE_CONSTRAINT:
        return result == SQLITE_CONSTRAINT_UNIQUE ||
                       result == SQLITE_CONSTRAINT_PRIMARYKEY
                   ? ERR_EXISTS
                   : ERR_REFUSED;
    default:
        return ERR_IO;
    }
}

/* Why and what to do, or sqlite's own words where those say more. */
static const char *advice(int result, const char *words)
{
    switch (result & 0xff) {
    case SQLITE_FULL:
        return "no space is left on the disk";
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return "the file may not be written, look at its permissions";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program is using it, try again";
    case SQLITE_CORRUPT:
        return "the file is damaged, restore it from a copy";
    case SQLITE_NOTADB:
        return "the file is damaged or not a database, name another one";
    default:
        return words;
    }
}

bool store_fail(struct store *store, struct err *err, const char *what)
{
    int result = sqlite3_extended_errcode(store->db);
    int errnum = sqlite3_system_errno(store->db);

    if ((result & 0xff) == SQLITE_IOERR && errnum != 0)
        return err_errno(err, errnum, "%s: the database %s", what, store->path);
    return err_set(err, code_of(result), "%s: the database %s: %s", what,
                   store->path, advice(result, sqlite3_errmsg(store->db)));
}

/* The one lock over all processes. */

/* Takes the guard and leaves what is left of the time to sqlite's own locks,
 * which only foreign programs hold. */
static bool take(struct store *store, int64_t wait_ms, struct err *err)
{
    int64_t deadline_ms = clock_ms() + wait_ms;
    int64_t left_ms;

    if (store->guard.fd < 0)
        return err_set(err, ERR_REFUSED,
                       "cannot write the database %s: it was opened for "
                       "reading only",
                       store->path);
    if (!guard_take(&store->guard, deadline_ms, err)) {
        err_prefix(err, "cannot write the database %s", store->path);
        return false;
    }
    left_ms = deadline_ms - clock_ms();
    sqlite3_busy_timeout(store->db, left_ms > 0 ? (int)left_ms : 0);
    return true;
}

/* A failed one loses nothing: the log still has all. Until the log starts over,
 * which readers can put off, the next is due when it has grown as much again.
 */
static void checkpoint(struct store *store, int mode)
{
    sqlite3_wal_checkpoint_v2(store->db, "main", mode, NULL, NULL);
    store->wal_pages_next =
        store->wal_pages + WAL_MAX_BYTES / store->page_bytes;
}

/* Also makes the checkpoint that is due, as nobody can commit meanwhile. */
static void drop(struct store *store)
{
    if (store->wal_pages >= store->wal_pages_next)
        checkpoint(store, SQLITE_CHECKPOINT_PASSIVE);
    guard_drop(&store->guard);
    sqlite3_busy_timeout(store->db, WAIT_MS);
}

static int note_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct store *store = arg;

    (void)db;
    (void)name;
    if (pages < store->wal_pages)
        store->wal_pages_next = WAL_MAX_BYTES / store->page_bytes;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* Turns a commit into a rollback where a room forgot store_begin: without the
 * guard it might be lost. */
static int refuse_unguarded(void *arg)
{
    struct store *store = arg;

    return !store->guard.held;
}

/* SQL. */

static bool run(struct store *store, const char *sql, const char *what,
                struct err *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           store_fail(store, err, what);
}

/* The first column of the first row as a number; 0 without a row. */
static bool ask(struct store *store, const char *sql, int *value,
                struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        store_fail(store, err, "cannot read");
    else
        *value = result == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return result == SQLITE_ROW || result == SQLITE_DONE;
}

static void roll_back(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Opening. */

/* mode: SQLITE_OPEN_READWRITE or SQLITE_OPEN_READONLY. */
static bool connect_file(struct store *store, int mode, struct err *err)
{
    int flags = mode | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_EXRESCODE;

    if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK) {
        /* Without memory there is not even a connection to ask. */
        if (!store->db)
            return err_set(err, ERR_IO, "cannot open the database %s",
                           store->path);
        return store_fail(store, err, "cannot open");
    }
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return true;
}

/* Whose file is it? Only reads: what is refused stays as it is. */
static bool check_owner(struct store *store, const struct store_schema *schema,
                        int *version, struct err *err)
{
    int id;
    int things;

    if (!ask(store, "SELECT count(*) FROM sqlite_schema", &things, err) ||
        !ask(store, "PRAGMA application_id", &id, err) ||
        !ask(store, "PRAGMA user_version", version, err))
        return false;
    if (id != schema->application_id &&
        (id != 0 || things != 0 || *version != 0))
        return err_set(err, ERR_REFUSED,
                       "the database %s belongs to another program: name "
                       "another file",
                       store->path);
    if (*version < 0 || (size_t)*version > schema->count)
        return err_set(err, ERR_REFUSED,
                       "the database %s was written by a newer threadlab "
                       "(version %d of its tables, this one knows %zu): update "
                       "threadlab",
                       store->path, *version, schema->count);
    return true;
}

static int compare_mode(void *arg, int count, char **values, char **names)
{
    bool *is_wal = arg;

    (void)names;
    *is_wal = count == 1 && values[0] && strcmp(values[0], "wal") == 0;
    return 0;
}

/* sqlite answers with the mode it is in, whatever was asked for. */
static bool start_wal(struct store *store, struct err *err)
{
    bool is_wal = false;

    if (sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", compare_mode,
                     &is_wal, NULL) != SQLITE_OK)
        return store_fail(store, err, "cannot set up");
    return is_wal || err_set(err, ERR_IO,
                             "cannot set up: the database %s gets no "
                             "write-ahead log on this file system",
                             store->path);
}

static bool set_up(struct store *store, struct err *err)
{
    if (!start_wal(store, err) ||
        !run(store, "PRAGMA synchronous = FULL", "cannot set up", err) ||
        !ask(store, "PRAGMA page_size", &store->page_bytes, err))
        return false;
    store->wal_pages_next = WAL_MAX_BYTES / store->page_bytes;
    /* The first takes any hook away, so it comes first. */
    sqlite3_wal_autocheckpoint(store->db, 0);
    sqlite3_wal_hook(store->db, note_wal, store);
    sqlite3_commit_hook(store->db, refuse_unguarded, store);
    return true;
}

static bool apply(struct store *store, const struct store_schema *schema,
                  int version, struct err *err)
{
    char sql[96];

    for (size_t i = (size_t)version; i < schema->count; i++)
        if (!run(store, schema->steps[i], "cannot update", err))
            return false;
    snprintf(sql, sizeof(sql),
             "PRAGMA application_id = %d; PRAGMA user_version = %zu;",
             schema->application_id, schema->count);
    return run(store, sql, "cannot update", err);
}

/* All steps in one transaction: an update is there or it is not. After a
 * failure the store is closed, which rolls back. */
static bool migrate(struct store *store, const struct store_schema *schema,
                    int version, struct err *err)
{
    if ((size_t)version == schema->count && version > 0)
        return true;
    return run(store, "BEGIN IMMEDIATE", "cannot update", err) &&
           apply(store, schema, version, err) &&
           run(store, "COMMIT", "cannot update", err);
}

static bool prepare(struct store *store, const struct store_schema *schema,
                    struct err *err)
{
    int version;
    bool ok;

    if (!take(store, WAIT_MS, err))
        return false;
    ok = check_owner(store, schema, &version, err) && set_up(store, err) &&
         migrate(store, schema, version, err);
    if (ok)
        drop(store);
    return ok;
}

struct store *store_open(const char *path, const struct store_schema *schema,
                         struct err *err)
{
    struct store *store = mem_new(sizeof(*store));
    enum thread_state before = thread_mark(THREAD_IO);
    char *lock = NULL;
    bool ok = false;

    store->guard.fd = -1;
    store->wal_pages_next = INT_MAX;
    store->path = store_file_find(path, err);
    if (!store->path || !store_file_make(store->path, err))
        goto out;
    lock = mem_printf("%s.lock", store->path);
    ok = guard_open(&store->guard, lock, err) &&
         connect_file(store, SQLITE_OPEN_READWRITE, err) &&
         prepare(store, schema, err);
out:
    mem_free(lock);
    if (!ok) {
        store->page_bytes = 0;
        store_close(store);
        store = NULL;
    }
    thread_mark(before);
    return store;
}

static bool check_view(struct store *store, const struct store_schema *schema,
                       struct err *err)
{
    int version;

    sqlite3_busy_timeout(store->db, WAIT_MS);
    if (!check_owner(store, schema, &version, err))
        return false;
    return (size_t)version == schema->count ||
           err_set(err, ERR_REFUSED,
                   "the database %s was written by an older threadlab: let "
                   "this one open it for writing once",
                   store->path);
}

struct store *store_view(const char *path, const struct store_schema *schema,
                         struct err *err)
{
    struct store *store = mem_new(sizeof(*store));
    enum thread_state before = thread_mark(THREAD_IO);
    bool ok;

    store->guard.fd = -1;
    store->path = store_file_find(path, err);
    ok = store->path && store_file_check(store->path, err) &&
         connect_file(store, SQLITE_OPEN_READONLY, err) &&
         check_view(store, schema, err);
    if (!ok) {
        store_close(store);
        store = NULL;
    }
    thread_mark(before);
    return store;
}

/* Moves the log into the database if nobody else is at it, so that what lies
 * around between runs is one file with all in it. */
static void tidy(struct store *store)
{
    struct err ignored;

    if (!take(store, 0, &ignored))
        return;
    checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);
    guard_drop(&store->guard);
}

void store_close(struct store *store)
{
    enum thread_state before;
    sqlite3_stmt *statement;

    if (!store)
        return;
    before = thread_mark(THREAD_IO);
    store_rollback(store);
    while (store->db && (statement = sqlite3_next_stmt(store->db, NULL)))
        sqlite3_finalize(statement);
    if (store->page_bytes > 0)
        tidy(store);
    sqlite3_close(store->db);
    guard_close(&store->guard);
    mem_free(store->path);
    mem_free(store);
    thread_mark(before);
}

sqlite3 *store_handle(struct store *store)
{
    return store->db;
}

bool store_begin(struct store *store, struct err *err)
{
    enum thread_state before;

    if (store->begun)
        return err_set(err, ERR_BUSY,
                       "the database %s is being written already", store->path);
    before = thread_mark(THREAD_IO);
    if (take(store, WAIT_MS, err)) {
        store->begun = run(store, "BEGIN IMMEDIATE", "cannot write", err);
        if (!store->begun)
            drop(store);
    }
    thread_mark(before);
    return store->begun;
}

bool store_commit(struct store *store, struct err *err)
{
    enum thread_state before;
    bool ok;

    if (!store->begun)
        return err_set(err, ERR_USAGE, "nothing was begun in the database %s",
                       store->path);
    before = thread_mark(THREAD_IO);
    /* A full disk, for one, may have made sqlite roll back by itself. */
    if (sqlite3_get_autocommit(store->db))
        ok = err_set(err, ERR_IO,
                     "cannot write: the database %s took the changes back "
                     "after an earlier error",
                     store->path);
    else
        ok = run(store, "COMMIT", "cannot write", err);
    roll_back(store);
    store->begun = false;
    drop(store);
    thread_mark(before);
    return ok;
}

void store_rollback(struct store *store)
{
    if (!store->begun)
        return;
    roll_back(store);
    store->begun = false;
    drop(store);
}

/* Outside a transaction each statement commits by itself, so the guard is
 * needed here too. */
bool store_exec(struct store *store, const char *sql, struct err *err)
{
    enum thread_state before = thread_mark(THREAD_IO);
    bool ok = false;

    if (store->begun) {
        ok = run(store, sql, "cannot write", err);
    } else if (take(store, WAIT_MS, err)) {
        ok = run(store, sql, "cannot write", err);
        if (ok && !sqlite3_get_autocommit(store->db))
            ok = err_set(err, ERR_USAGE,
                         "cannot write: a transaction in the database %s was "
                         "left open",
                         store->path);
        roll_back(store);
        drop(store);
    }
    thread_mark(before);
    return ok;
}
