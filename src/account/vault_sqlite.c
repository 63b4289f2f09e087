#include "vault_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "account/sqlite_room.h"
#include "base/clock.h"
#include "base/mem.h"

/* Texts are bounded here too, for rows that another program has made. Entries
 * and refusals never change; of an account, only what follows from the entries.
 * held lists the pending entries that are open; it and the lower half of
 * account can be made again from the entries. */
static const char *const steps[] = {
    "CREATE TABLE currency (code TEXT PRIMARY KEY, scale INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"

    "CREATE TABLE account (id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE CHECK (length(CAST(name AS BLOB)) < 120),"
    " currency TEXT NOT NULL REFERENCES currency, min INTEGER,"
    " balance INTEGER NOT NULL DEFAULT 0,"
    " pending_out INTEGER NOT NULL DEFAULT 0,"
    " pending_in INTEGER NOT NULL DEFAULT 0,"
    " last INTEGER NOT NULL DEFAULT 0,"
    " closed INTEGER NOT NULL DEFAULT 0) STRICT;"

    "CREATE TABLE entry (id INTEGER PRIMARY KEY, ts INTEGER NOT NULL,"
    " grp INTEGER NOT NULL, kind INTEGER NOT NULL, src INTEGER NOT NULL,"
    " dst INTEGER NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0),"
    " src_balance INTEGER NOT NULL, dst_balance INTEGER NOT NULL,"
    " src_prev INTEGER NOT NULL, dst_prev INTEGER NOT NULL,"
    " ref INTEGER NOT NULL, due INTEGER NOT NULL,"
    " key BLOB UNIQUE CHECK (length(key) = 16),"
    " hash BLOB CHECK (length(hash) = 16),"
    " channel TEXT CHECK (length(CAST(channel AS BLOB)) < 64),"
    " memo TEXT CHECK (length(CAST(memo AS BLOB)) < 512),"
    " chain BLOB NOT NULL CHECK (length(chain) = 32)) STRICT;"
    /* What is resolved or reversed is so once, whatever goes wrong elsewhere.
     */
    "CREATE UNIQUE INDEX entry_ref ON entry (ref) WHERE ref > 0;"

    "CREATE TABLE refusal (key BLOB PRIMARY KEY CHECK (length(key) = 16),"
    " hash BLOB NOT NULL CHECK (length(hash) = 16), ts INTEGER NOT NULL,"
    " text TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE held (id INTEGER PRIMARY KEY, due INTEGER NOT NULL) STRICT;"
    "CREATE INDEX held_due ON held (due) WHERE due > 0;"

    "CREATE TRIGGER entry_update BEFORE UPDATE ON entry"
    " BEGIN SELECT RAISE(ABORT, 'an entry never changes'); END;"
    "CREATE TRIGGER entry_delete BEFORE DELETE ON entry"
    " BEGIN SELECT RAISE(ABORT, 'an entry never goes'); END;"
    "CREATE TRIGGER refusal_update BEFORE UPDATE ON refusal"
    " BEGIN SELECT RAISE(ABORT, 'a refusal never changes'); END;"
    "CREATE TRIGGER refusal_delete BEFORE DELETE ON refusal"
    " BEGIN SELECT RAISE(ABORT, 'a refusal never goes'); END;"
    "CREATE TRIGGER currency_update BEFORE UPDATE ON currency"
    " BEGIN SELECT RAISE(ABORT, 'a currency never changes'); END;"
    "CREATE TRIGGER currency_delete BEFORE DELETE ON currency"
    " BEGIN SELECT RAISE(ABORT, 'a currency never goes'); END;"
    "CREATE TRIGGER account_update"
    " BEFORE UPDATE OF id, name, currency, min ON account"
    " BEGIN SELECT RAISE(ABORT, 'what an account is never changes'); END;"
    "CREATE TRIGGER account_delete BEFORE DELETE ON account"
    " BEGIN SELECT RAISE(ABORT, 'an account never goes'); END;",
};

static const struct store_schema schema = {
    .application_id = 0x544c6c65, /* "TLle" */
    .steps = steps,
    .count = ARRAY_LEN(steps),
};

#define HOLDER                                                     \
    "SELECT id, name, currency, scale, min, balance, pending_out," \
    " pending_in, last, closed FROM account JOIN currency ON code = currency "
#define ENTRY                                                         \
    "SELECT id, ts, grp, kind, src, dst, amount, src_balance,"        \
    " dst_balance, src_prev, dst_prev, ref, due, key, hash, channel," \
    " memo, chain FROM entry "

static const char *const sql[SQL_STATEMENTS] = {
    [SQL_HEAD] = "SELECT id, ts, chain FROM entry ORDER BY id DESC LIMIT 1",
    [SQL_LAST_HOLDER] = "SELECT ifnull(max(id), 0) FROM account",
    [SQL_NEXT_DUE] = "SELECT ifnull(min(due), 0) FROM held WHERE due > 0",
    [SQL_VERSION] = "PRAGMA data_version",
    [SQL_HOLDERS] = HOLDER "WHERE id > ?1 ORDER BY id LIMIT ?2",
    [SQL_HOLDER_NAME] = HOLDER "WHERE name = ?1",
    [SQL_HOLDER_ID] = HOLDER "WHERE id = ?1",
    [SQL_ENTRIES] = ENTRY "WHERE id > ?1 ORDER BY id LIMIT ?2",
    [SQL_ENTRY] = ENTRY "WHERE id = ?1",
    [SQL_GROUP] = ENTRY "WHERE id >= ?1 AND id < ?1 + ?2 AND grp = ?1"
                        " ORDER BY id",
    [SQL_KEY_ENTRY] = ENTRY "WHERE key = ?1",
    [SQL_KEY_REFUSAL] = "SELECT hash, ts, text FROM refusal WHERE key = ?1",
    [SQL_RESOLVED] = "SELECT 1 FROM entry WHERE ref = ?1 AND ref > 0",
    [SQL_SCALE] = "SELECT scale FROM currency WHERE code = ?1",
    [SQL_DUE] = "SELECT id FROM held WHERE due > 0 AND due <= ?1"
                " ORDER BY due, id LIMIT ?2",
    [SQL_OVERDUE] = "SELECT ifnull(sum(iif(src = ?1, amount, 0)), 0),"
                    " ifnull(sum(iif(dst = ?1, amount, 0)), 0)"
                    " FROM held JOIN entry USING (id)"
                    " WHERE held.due > 0 AND held.due <= ?2",
    [SQL_HELD] = "SELECT id FROM held WHERE id > ?1 ORDER BY id LIMIT ?2",
    [SQL_ADD_CURRENCY] = "INSERT INTO currency VALUES (?1, ?2)",
    [SQL_ADD_HOLDER] = "INSERT INTO account (id, name, currency, min)"
                       " VALUES (?1, ?2, ?3, ?4)",
    [SQL_ADD_ENTRY] = "INSERT INTO entry VALUES"
                      " (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [SQL_ADD_REFUSAL] = "INSERT INTO refusal VALUES (?, ?, ?, ?)",
    [SQL_ADD_HELD] = "INSERT INTO held VALUES (?1, ?2)",
    [SQL_DROP_HELD] = "DELETE FROM held WHERE id = ?1",
    [SQL_PUT_HOLDER] = "UPDATE account SET balance = ?2, pending_out = ?3,"
                       " pending_in = ?4, last = ?5, closed = ?6"
                       " WHERE id = ?1",
    [SQL_DROP_ALL_HELD] = "DELETE FROM held",
};

static struct sqlite_vault *of(struct vault *vault)
{
    return (struct sqlite_vault *)vault;
}

/* ---- statements ---- */

sqlite3_stmt *sqlite_bind(struct sqlite_vault *vault,
                          enum sqlite_statement which, const int64_t *values,
                          size_t count)
{
    sqlite3_stmt *statement = vault->statements[which];

    for (size_t i = 0; i < count; i++)
        sqlite3_bind_int64(statement, (int)i + 1, values[i]);
    return statement;
}

bool sqlite_step(struct sqlite_vault *vault, sqlite3_stmt *statement, bool *row,
                 struct err *err)
{
    int result = sqlite3_step(statement);
    bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
              store_fail(vault->store, err, "the ledger failed");

    *row = result == SQLITE_ROW;
    if (!*row)
        sqlite3_reset(statement);
    return ok;
}

bool sqlite_run(struct sqlite_vault *vault, sqlite3_stmt *statement,
                struct err *err)
{
    bool row;
    bool ok = sqlite_step(vault, statement, &row, err);

    if (row)
        sqlite3_reset(statement);
    return ok;
}

bool sqlite_rows(struct sqlite_vault *vault, sqlite3_stmt *statement,
                 void (*read)(sqlite3_stmt *, void *row), void *rows,
                 size_t size, size_t max, size_t *count, struct err *err)
{
    bool row = true;

    *count = 0;
    while (*count < max) {
        if (!sqlite_step(vault, statement, &row, err))
            return false;
        if (!row)
            return true;
        read(statement, (char *)rows + *count * size);
        ++*count;
    }
    sqlite3_reset(statement);
    return true;
}

/* ---- posting ---- */

/* What others have written since makes the book old. */
static bool catch_up(struct sqlite_vault *vault, struct err *err)
{
    int64_t version = sqlite_version(&vault->vault);
    struct desk *desk = &vault->desk;
    struct vault_facts facts;

    if (version == vault->version)
        return true;
    book_clear(&desk->book);
    vault->version = -1;
    if (!sqlite_facts(&vault->vault, &facts, err))
        return false;
    desk->last_id = facts.entries;
    desk->last_ts_ms = facts.ts_ms;
    desk->last_holder = facts.holders;
    memcpy(desk->last_chain, facts.chain, ENTRY_CHAIN);
    vault->version = version;
    return true;
}

enum { BOOK_MAX = 65536 }; /* accounts in memory between batches */

static bool is_kept(const struct posting *postings, size_t count,
                    enum vault_mode mode, struct err *err)
{
    if (mode == VAULT_TRY)
        return err_set(err, ERR_CANCELED, "it was only tried");
    for (size_t i = 0; mode == VAULT_ALL && i < count; i++)
        if (postings[i].outcome.state == OUTCOME_REFUSED)
            return err_set(err, ERR_REFUSED, "one of them is refused: %s",
                           postings[i].outcome.err.text);
    return true;
}

static enum vault_fate post(struct vault *base, struct posting *postings,
                            size_t count, enum vault_mode mode, struct err *err)
{
    struct sqlite_vault *vault = of(base);

    if (!store_begin(vault->store, err))
        return VAULT_NOTHING;
    if (vault->desk.book.count > BOOK_MAX)
        vault->version = -1;
    if (!catch_up(vault, err) ||
        !desk_post(&vault->desk, postings, count, clock_wall_ms(), err) ||
        !is_kept(postings, count, mode, err)) {
        vault->version = -1;
        store_rollback(vault->store);
        return VAULT_NOTHING;
    }
    if (store_commit(vault->store, err))
        return VAULT_DONE;
    vault->version = -1;
    return VAULT_UNKNOWN;
}

/* ---- reading as of one state ---- */

static bool begin(struct vault *vault, struct err *err)
{
    return sqlite3_exec(store_handle(of(vault)->store), "BEGIN", NULL, NULL,
                        NULL) == SQLITE_OK ||
           store_fail(of(vault)->store, err, "cannot read");
}

static void end(struct vault *vault)
{
    sqlite3_exec(store_handle(of(vault)->store), "COMMIT", NULL, NULL, NULL);
}

/* ---- a copy ---- */

/* Makes the folder's entry of a new file durable. */
static bool sync_folder(const char *path, struct err *err)
{
    char *copy = mem_strdup(path);
    const char *folder = dirname(copy);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = (fd >= 0 && fsync(fd) == 0) ||
              err_errno(err, errno, "cannot write the folder %s", folder);

    if (fd >= 0)
        close(fd);
    mem_free(copy);
    return ok;
}

static bool copy_into(struct sqlite_vault *vault, const char *path,
                      struct err *err)
{
    sqlite3_stmt *statement = NULL;
    bool ok =
        sqlite3_prepare_v2(store_handle(vault->store), "VACUUM INTO ?1", -1,
                           &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_DONE;

    if (!ok)
        store_fail(vault->store, err, "cannot copy");
    sqlite3_finalize(statement);
    return ok;
}

/* sqlite writes into an empty file, which is ours and private from the start.
 */
static bool backup(struct vault *vault, const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok;

    if (fd < 0)
        return err_errno(err, errno, "cannot make the copy %s", path);
    ok = copy_into(of(vault), path, err) &&
         (fsync(fd) == 0 ||
          err_errno(err, errno, "cannot write the copy %s", path)) &&
         sync_folder(path, err);
    if (!ok)
        unlink(path);
    close(fd);
    return ok;
}

/* ---- repairing ---- */

static bool repair_begin(struct vault *vault, struct err *err)
{
    of(vault)->version = -1;
    return store_begin(of(vault)->store, err);
}

static bool repair_clear(struct vault *vault, struct err *err)
{
    return sqlite_run(of(vault), of(vault)->statements[SQL_DROP_ALL_HELD], err);
}

static bool repair_holder(struct vault *vault, const struct holder *holder,
                          struct err *err)
{
    return sqlite_desk_ops.put_holder(vault, holder, err);
}

static bool repair_held(struct vault *vault, int64_t id, int64_t due_ms,
                        struct err *err)
{
    return sqlite_run(of(vault),
                      SQLITE_BIND(of(vault), SQL_ADD_HELD, id, due_ms), err);
}

static bool repair_end(struct vault *vault, bool ok, struct err *err)
{
    if (ok)
        return store_commit(of(vault)->store, err);
    store_rollback(of(vault)->store);
    return true;
}

/* A ledger has a currency from its first account on. */
static bool restore_holder(struct vault *vault, const struct holder *opened,
                           struct err *err)
{
    int scale;

    if (!sqlite_desk_ops.load_scale(vault, opened->currency, &scale, err))
        return false;
    if (scale < 0 && !sqlite_desk_ops.add_currency(vault, opened->currency,
                                                   opened->scale, err))
        return false;
    return sqlite_desk_ops.add_holder(vault, opened, err);
}

static bool restore(struct vault *vault, const struct entry *entry,
                    const struct holder *opened, struct err *err)
{
    return (!opened || restore_holder(vault, opened, err)) &&
           sqlite_desk_ops.add_entry(vault, entry, err);
}

/* ---- opening ---- */

/* store_close finalizes the statements. */
static void close_vault(struct vault *vault)
{
    store_close(of(vault)->store);
    desk_fini(&of(vault)->desk);
    mem_free(vault);
}

static const struct vault_ops ops = {
    .close = close_vault,
    .post = post,
    .begin = begin,
    .end = end,
    .facts = sqlite_facts,
    .version = sqlite_version,
    .holders = sqlite_holders,
    .holder = sqlite_holder,
    .entries = sqlite_entries,
    .entry = sqlite_entry,
    .history = sqlite_history,
    .answer = sqlite_answer,
    .overdue = sqlite_overdue,
    .backup = backup,
    .check = sqlite_check,
    .held = sqlite_held,
    .repair_begin = repair_begin,
    .repair_clear = repair_clear,
    .repair_holder = repair_holder,
    .repair_held = repair_held,
    .repair_end = repair_end,
    .restore = restore,
};

static bool prepare(struct sqlite_vault *vault, bool view, struct err *err)
{
    size_t count = view ? SQL_ADD_CURRENCY : SQL_STATEMENTS;

    for (size_t i = 0; i < count; i++)
        if (sqlite3_prepare_v3(store_handle(vault->store), sql[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &vault->statements[i],
                               NULL) != SQLITE_OK)
            return store_fail(vault->store, err, "cannot use");
    return true;
}

enum { VALUE_MAX_BYTES = 1 << 20 };

static struct vault *open_vault(const char *path, bool view, struct err *err)
{
    struct sqlite_vault *vault = mem_new(sizeof(*vault));

    vault->vault.ops = &ops;
    vault->version = -1;
    desk_init(&vault->desk, &sqlite_desk_ops, vault);
    if (getrandom(&vault->desk.book.salt, sizeof(uint64_t), GRND_NONBLOCK) < 0)
        vault->desk.book.salt = (uint64_t)clock_ns();
    vault->store =
        view ? store_view(path, &schema, err) : store_open(path, &schema, err);
    if (vault->store) {
        sqlite3_limit(store_handle(vault->store), SQLITE_LIMIT_LENGTH,
                      VALUE_MAX_BYTES);
        if (prepare(vault, view, err))
            return &vault->vault;
    }
    close_vault(&vault->vault);
    return NULL;
}

struct vault *vault_sqlite_open(const char *path, struct err *err)
{
    return open_vault(path, false, err);
}

struct vault *vault_sqlite_view(const char *path, struct err *err)
{
    return open_vault(path, true, err);
}
