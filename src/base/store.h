/* One SQLite database, opened once per process.
 *
 * Debian 12's SQLite (any from 3.7.0 to 3.51.2) can lose acknowledged commits
 * in WAL mode when one connection commits while another checkpoints. So commits
 * and checkpoints exclude each other over all processes: store_begin takes an
 * exclusive flock(2) on a file beside the database, NAME.lock (guard.h),
 * store_commit drops it, and a checkpoint is made only in between. SQLite's own
 * automatic checkpoints, on commit and on close, are off.
 *
 * A store belongs to one thread at a time (rooms give it to their disk thread).
 * Every call may block on the disk. */
#ifndef BASE_STORE_H
#define BASE_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct store;

/* One step of a schema; step i brings a database from version i to i + 1.
 * Applied in a transaction, in order, once. PRAGMA user_version keeps count. */
struct store_schema {
    int application_id; /* PRAGMA application_id; another one is refused */
    const char *const *steps;
    size_t count;
};

/* Opens or makes the database (0600; its folder must exist). Refused: a
 * symlink, a network file system (no WAL there), a file of another application,
 * a schema newer than this program (the sentence says so); a damaged file is
 * reported and left alone. */
struct store *store_open(const char *path, const struct store_schema *schema,
                         struct err *err) __attribute__((warn_unused_result));

/* Opens what another process may be writing, for reading only: nothing of the
 * database changes through it, and store_begin and store_exec are refused. Each
 * read transaction sees one commit. ERR_MISSING where there is no file; the
 * schema must be this program's own. */
struct store *store_view(const char *path, const struct store_schema *schema,
                         struct err *err) __attribute__((warn_unused_result));

/* NULL does nothing. */
void store_close(struct store *store);

/* For prepared statements; reads need no begin. A write without begin is turned
 * into a rollback (SQLITE_CONSTRAINT_COMMITHOOK). Statements are finalized by
 * their owner, at the latest by store_close. */
sqlite3 *store_handle(struct store *store);

/* A write: begin (waits for other processes, at most 10 s, then ERR_BUSY),
 * statements, then commit (durable when it returns true) or rollback. A failed
 * commit is rolled back. */
bool store_begin(struct store *store, struct err *err)
    __attribute__((warn_unused_result));
bool store_commit(struct store *store, struct err *err)
    __attribute__((warn_unused_result));
void store_rollback(struct store *store);

/* Runs SQL without results, inside a transaction or outside: there under the
 * same lock, each statement for itself. */
bool store_exec(struct store *store, const char *sql, struct err *err)
    __attribute__((warn_unused_result));

/* Fills err from the connection's last error. Returns false. */
bool store_fail(struct store *store, struct err *err, const char *what);

#endif
