/* The session's database: its tables and its statements, which are prepared
 * once. Belongs to one thread at a time; every call may wait for the disk. */
#ifndef SESSION_DB_H
#define SESSION_DB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/store.h"
#include "session/notes.h"
#include "session/queue.h"
#include "session/session.h"

enum db_read {
    DB_DOWNLOADS,
    DB_SETTINGS,
    DB_LINES,
    DB_LAST_KEY,
    DB_VERSION, /* changes when another process has written */
    DB_READS
};

enum db_write {
    DB_PUT,
    DB_PLACE,
    DB_REMOVE,
    DB_SET,
    DB_UNSET,
    DB_FORGET,
    DB_REMEMBER,
    DB_TRIM,
    DB_WRITES
};

struct db {
    struct store *store;
    sqlite3_stmt *reads[DB_READS];
    sqlite3_stmt *writes[DB_WRITES]; /* NULL in a view */
};

/* As store_open or, to look only, store_view. ERR_PROTOCOL: it is damaged. db
 * is zero on failure. */
bool db_open(struct db *db, const char *path, bool view, struct err *err)
    __attribute__((warn_unused_result));
void db_close(struct db *db);

/* Reads everything, as of one commit. queue, if it is given, gets its keys.
 * Rows that make no sense are passed over, with a line in the log. ERR_PROTOCOL
 * as above; memory and queue are empty on failure. */
bool db_load(struct db *db, struct session_memory *memory, struct queue *queue,
             struct err *err) __attribute__((warn_unused_result));

/* A number that another process's writes change; 0 if it cannot be read. */
int db_version(struct db *db);

/* What goes into one commit. */
struct batch {
    struct change *changes;
    size_t count;
    struct notes settings;
    struct notes lines;
};

/* All of it is on the disk, or nothing. */
bool db_write(struct db *db, const struct batch *batch, struct err *err)
    __attribute__((warn_unused_result));

#endif
