/* What the desk reads and writes in a SQLite vault. */
#include "account/sqlite_room.h"

static struct sqlite_vault *of(void *store)
{
    return store;
}

/* ---- reading ---- */

static bool load_holder(struct sqlite_vault *vault, sqlite3_stmt *statement,
                        struct err *err)
{
    struct holder holder;
    bool row;

    if (!sqlite_step(vault, statement, &row, err))
        return false;
    if (!row)
        return true;
    sqlite_read_holder(statement, &holder);
    sqlite3_reset(statement);
    book_add(&vault->desk.book, &holder);
    return true;
}

static bool load_name(void *store, const char *name, struct err *err)
{
    sqlite3_stmt *statement = of(store)->statements[SQL_HOLDER_NAME];

    sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT);
    return load_holder(store, statement, err);
}

static bool load_id(void *store, int64_t id, struct err *err)
{
    return load_holder(store, SQLITE_BIND(of(store), SQL_HOLDER_ID, id), err);
}

static bool load_answer(void *store, const struct key *key,
                        struct answer *answer, bool *found, struct err *err)
{
    return sqlite_answer(store, key, answer, found, err);
}

static void take_entry(sqlite3_stmt *statement, void *row)
{
    sqlite_read_entry(statement, row);
}

static bool load_group(void *store, int64_t id, struct entry *entries,
                       size_t max, size_t *count, struct err *err)
{
    if (!sqlite_rows(store, SQLITE_BIND(of(store), SQL_ENTRY, id), take_entry,
                     entries, sizeof(*entries), 1, count, err))
        return false;
    if (*count == 0)
        return true;
    id = entries[0].group;
    return sqlite_rows(store,
                       SQLITE_BIND(of(store), SQL_GROUP, id, (int64_t)max),
                       take_entry, entries, sizeof(*entries), max, count, err);
}

static void take_int(sqlite3_stmt *statement, void *row)
{
    int64_t *number = row;

    *number = sqlite3_column_int64(statement, 0);
}

static bool load_resolved(void *store, int64_t id, bool *resolved,
                          struct err *err)
{
    int64_t ignored;
    size_t count;

    if (!sqlite_rows(store, SQLITE_BIND(of(store), SQL_RESOLVED, id), take_int,
                     &ignored, sizeof(ignored), 1, &count, err))
        return false;
    *resolved = count > 0;
    return true;
}

static bool load_scale(void *store, const char *currency, int *scale,
                       struct err *err)
{
    sqlite3_stmt *statement = of(store)->statements[SQL_SCALE];
    int64_t number = -1;
    size_t count;

    sqlite3_bind_text(statement, 1, currency, -1, SQLITE_TRANSIENT);
    if (!sqlite_rows(store, statement, take_int, &number, sizeof(number), 1,
                     &count, err))
        return false;
    *scale = number < 0 || number > CURRENCY_SCALE_MAX ? -1 : (int)number;
    return true;
}

static bool load_due(void *store, int64_t now_ms, int64_t *ids, size_t max,
                     size_t *count, struct err *err)
{
    return sqlite_rows(store,
                       SQLITE_BIND(of(store), SQL_DUE, now_ms, (int64_t)max),
                       take_int, ids, sizeof(*ids), max, count, err);
}

/* ---- writing: what is bound stays as long as the step ---- */

static bool add_currency(void *store, const char *code, int scale,
                         struct err *err)
{
    sqlite3_stmt *row = of(store)->statements[SQL_ADD_CURRENCY];

    sqlite3_bind_text(row, 1, code, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(row, 2, scale);
    return sqlite_run(store, row, err);
}

static bool add_holder(void *store, const struct holder *holder,
                       struct err *err)
{
    sqlite3_stmt *row = SQLITE_BIND(of(store), SQL_ADD_HOLDER, holder->id);

    sqlite3_bind_text(row, 2, holder->name, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(row, 3, holder->currency, -1, SQLITE_TRANSIENT);
    if (holder->has_min)
        sqlite3_bind_int64(row, 4, holder->min);
    else
        sqlite3_bind_null(row, 4);
    return sqlite_run(store, row, err);
}

static void bind_text(sqlite3_stmt *row, int place, const char *text)
{
    if (text[0])
        sqlite3_bind_text(row, place, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(row, place);
}

static bool insert(struct sqlite_vault *vault, const struct entry *entry,
                   struct err *err)
{
    sqlite3_stmt *row =
        SQLITE_BIND(vault, SQL_ADD_ENTRY, entry->id, entry->ts_ms, entry->group,
                    (int64_t)entry->kind, entry->from, entry->to, entry->minor,
                    entry->from_balance, entry->to_balance, entry->from_prev,
                    entry->to_prev, entry->ref, entry->due_ms);

    if (entry->has_key) {
        sqlite3_bind_blob(row, 14, entry->key.bytes, KEY_BYTES, SQLITE_STATIC);
        sqlite3_bind_blob(row, 15, entry->hash, ENTRY_HASH, SQLITE_STATIC);
    } else {
        sqlite3_bind_null(row, 14);
        sqlite3_bind_null(row, 15);
    }
    bind_text(row, 16, entry->channel);
    bind_text(row, 17, entry->memo);
    sqlite3_bind_blob(row, 18, entry->chain, ENTRY_CHAIN, SQLITE_STATIC);
    return sqlite_run(vault, row, err);
}

static bool add_entry(void *store, const struct entry *entry, struct err *err)
{
    if (!insert(store, entry, err))
        return false;
    if (entry->kind == ENTRY_PENDING)
        return sqlite_run(
            store,
            SQLITE_BIND(of(store), SQL_ADD_HELD, entry->id, entry->due_ms),
            err);
    if (entry->kind == ENTRY_SETTLE || entry->kind == ENTRY_VOID ||
        entry->kind == ENTRY_EXPIRE)
        return sqlite_run(
            store, SQLITE_BIND(of(store), SQL_DROP_HELD, entry->ref), err);
    return true;
}

static bool add_refusal(void *store, const struct key *key,
                        const unsigned char hash[ENTRY_HASH], int64_t ts_ms,
                        const struct err *why, struct err *err)
{
    sqlite3_stmt *row = of(store)->statements[SQL_ADD_REFUSAL];

    sqlite3_bind_blob(row, 1, key->bytes, KEY_BYTES, SQLITE_TRANSIENT);
    sqlite3_bind_blob(row, 2, hash, ENTRY_HASH, SQLITE_TRANSIENT);
    sqlite3_bind_int64(row, 3, ts_ms);
    sqlite3_bind_text(row, 4, why->text, -1, SQLITE_TRANSIENT);
    return sqlite_run(store, row, err);
}

static bool put_holder(void *store, const struct holder *holder,
                       struct err *err)
{
    return sqlite_run(store,
                      SQLITE_BIND(of(store), SQL_PUT_HOLDER, holder->id,
                                  holder->balance, holder->pending_out,
                                  holder->pending_in, holder->last,
                                  holder->closed),
                      err);
}

const struct desk_ops sqlite_desk_ops = {
    .load_name = load_name,
    .load_id = load_id,
    .load_answer = load_answer,
    .load_group = load_group,
    .load_resolved = load_resolved,
    .load_scale = load_scale,
    .load_due = load_due,
    .add_currency = add_currency,
    .add_holder = add_holder,
    .add_entry = add_entry,
    .add_refusal = add_refusal,
    .put_holder = put_holder,
};
