/* Inside the SQLite vault: the structure its files share, and its statements.
 */
#ifndef ACCOUNT_SQLITE_ROOM_H
#define ACCOUNT_SQLITE_ROOM_H

#include "account/desk.h"
#include "account/vault.h"
#include "base/store.h"

enum sqlite_statement {
    /* reads */
    SQL_HEAD,
    SQL_LAST_HOLDER,
    SQL_NEXT_DUE,
    SQL_VERSION,
    SQL_HOLDERS,
    SQL_HOLDER_NAME,
    SQL_HOLDER_ID,
    SQL_ENTRIES,
    SQL_ENTRY,
    SQL_GROUP,
    SQL_KEY_ENTRY,
    SQL_KEY_REFUSAL,
    SQL_RESOLVED,
    SQL_SCALE,
    SQL_DUE,
    SQL_OVERDUE,
    SQL_HELD,
    /* writes */
    SQL_ADD_CURRENCY,
    SQL_ADD_HOLDER,
    SQL_ADD_ENTRY,
    SQL_ADD_REFUSAL,
    SQL_ADD_HELD,
    SQL_DROP_HELD,
    SQL_PUT_HOLDER,
    SQL_DROP_ALL_HELD,
    SQL_STATEMENTS
};

struct sqlite_vault {
    struct vault vault; /* first */
    struct store *store;
    sqlite3_stmt *statements[SQL_STATEMENTS]; /* writes: NULL in a view */
    struct desk desk;
    int64_t version; /* of the database when the desk's book was read; -1 */
};

/* A statement with its parameters bound to numbers, in order. */
#define SQLITE_BIND(vault, which, ...)                        \
    sqlite_bind(vault, which, (const int64_t[]){__VA_ARGS__}, \
                sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
sqlite3_stmt *sqlite_bind(struct sqlite_vault *vault,
                          enum sqlite_statement which, const int64_t *values,
                          size_t count);

/* Steps once: SQLITE_ROW and SQLITE_DONE go to *row as true and false; anything
 * else fails. After the last row, and on failure, the statement is reset. */
bool sqlite_step(struct sqlite_vault *vault, sqlite3_stmt *statement, bool *row,
                 struct err *err);

/* Runs one that has no rows. */
bool sqlite_run(struct sqlite_vault *vault, sqlite3_stmt *statement,
                struct err *err);

/* The columns of SQL_HOLDER..., and of SQL_ENTRY..., as a row. */
void sqlite_read_holder(sqlite3_stmt *statement, struct holder *row);
void sqlite_read_entry(sqlite3_stmt *statement, struct entry *row);

/* Every row of a statement, up to max, by read. */
bool sqlite_rows(struct sqlite_vault *vault, sqlite3_stmt *statement,
                 void (*read)(sqlite3_stmt *, void *row), void *rows,
                 size_t size, size_t max, size_t *count, struct err *err);

/* The vault's reads (sqlite_read.c) and the desk's (sqlite_desk.c). */
bool sqlite_facts(struct vault *vault, struct vault_facts *facts,
                  struct err *err);
int64_t sqlite_version(struct vault *vault);
bool sqlite_holders(struct vault *vault, int64_t after, struct holder *rows,
                    size_t max, size_t *count, struct err *err);
bool sqlite_holder(struct vault *vault, const char *name, struct holder *row,
                   struct err *err);
bool sqlite_entries(struct vault *vault, int64_t after, struct entry *rows,
                    size_t max, size_t *count, struct err *err);
bool sqlite_entry(struct vault *vault, int64_t id, struct entry *row,
                  struct err *err);
bool sqlite_history(struct vault *vault, int64_t holder, int64_t from,
                    struct entry *rows, size_t max, size_t *count,
                    struct err *err);
bool sqlite_answer(struct vault *vault, const struct key *key,
                   struct answer *answer, bool *found, struct err *err);
bool sqlite_overdue(struct vault *vault, int64_t holder, int64_t now_ms,
                    int64_t *out, int64_t *in, struct err *err);
bool sqlite_check(struct vault *vault, char *words, size_t size,
                  struct err *err);
bool sqlite_held(struct vault *vault, int64_t after, int64_t *ids, size_t max,
                 size_t *count, struct err *err);

extern const struct desk_ops sqlite_desk_ops;

#endif
