/* What a SQLite vault reads. Rows may have been made by another program, so
 * nothing in them is trusted: texts are cut, blobs have their length or are
 * zero. */
#include <stdio.h>
#include <string.h>

#include "account/sqlite_room.h"

static struct sqlite_vault *of(struct vault *vault)
{
    return (struct sqlite_vault *)vault;
}

/* ---- rows ---- */

static void read_text(sqlite3_stmt *row, int column, char *to, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    snprintf(to, size, "%s", text ? text : "");
}

static bool read_blob(sqlite3_stmt *row, int column, unsigned char *to,
                      size_t size)
{
    const void *data = sqlite3_column_blob(row, column);
    bool whole = data && sqlite3_column_bytes(row, column) == (int)size;

    if (whole)
        memcpy(to, data, size);
    else
        memset(to, 0, size);
    return whole;
}

void sqlite_read_holder(sqlite3_stmt *row, struct holder *holder)
{
    int64_t scale = sqlite3_column_int64(row, 3);

    *holder = (struct holder){
        .id = sqlite3_column_int64(row, 0),
        .scale = scale < 0 || scale > CURRENCY_SCALE_MAX ? 0 : (int)scale,
        .has_min = sqlite3_column_type(row, 4) != SQLITE_NULL,
        .min = sqlite3_column_int64(row, 4),
        .balance = sqlite3_column_int64(row, 5),
        .pending_out = sqlite3_column_int64(row, 6),
        .pending_in = sqlite3_column_int64(row, 7),
        .last = sqlite3_column_int64(row, 8),
        .closed = sqlite3_column_int64(row, 9) != 0,
    };
    read_text(row, 1, holder->name, sizeof(holder->name));
    read_text(row, 2, holder->currency, sizeof(holder->currency));
}

void sqlite_read_entry(sqlite3_stmt *row, struct entry *entry)
{
    int64_t kind = sqlite3_column_int64(row, 3);

    entry->id = sqlite3_column_int64(row, 0);
    entry->ts_ms = sqlite3_column_int64(row, 1);
    entry->group = sqlite3_column_int64(row, 2);
    entry->kind = kind > 0 && kind < ENTRY_KINDS ? (enum entry_kind)kind : 0;
    entry->from = sqlite3_column_int64(row, 4);
    entry->to = sqlite3_column_int64(row, 5);
    entry->minor = sqlite3_column_int64(row, 6);
    entry->from_balance = sqlite3_column_int64(row, 7);
    entry->to_balance = sqlite3_column_int64(row, 8);
    entry->from_prev = sqlite3_column_int64(row, 9);
    entry->to_prev = sqlite3_column_int64(row, 10);
    entry->ref = sqlite3_column_int64(row, 11);
    entry->due_ms = sqlite3_column_int64(row, 12);
    entry->has_key = read_blob(row, 13, entry->key.bytes, KEY_BYTES);
    read_blob(row, 14, entry->hash, ENTRY_HASH);
    read_text(row, 15, entry->channel, sizeof(entry->channel));
    read_text(row, 16, entry->memo, sizeof(entry->memo));
    read_blob(row, 17, entry->chain, ENTRY_CHAIN);
}

static void take_holder(sqlite3_stmt *statement, void *row)
{
    sqlite_read_holder(statement, row);
}

static void take_entry(sqlite3_stmt *statement, void *row)
{
    sqlite_read_entry(statement, row);
}

static void take_id(sqlite3_stmt *statement, void *row)
{
    int64_t *id = row;

    *id = sqlite3_column_int64(statement, 0);
}

/* ---- numbers ---- */

static bool ask(struct sqlite_vault *vault, enum sqlite_statement which,
                int64_t *number, struct err *err)
{
    size_t count;

    *number = 0;
    return sqlite_rows(vault, vault->statements[which], take_id, number,
                       sizeof(*number), 1, &count, err);
}

int64_t sqlite_version(struct vault *vault)
{
    int64_t version;

    return ask(of(vault), SQL_VERSION, &version, NULL) ? version : -1;
}

static void take_head(sqlite3_stmt *row, void *to)
{
    struct vault_facts *facts = to;

    facts->entries = sqlite3_column_int64(row, 0);
    facts->ts_ms = sqlite3_column_int64(row, 1);
    read_blob(row, 2, facts->chain, ENTRY_CHAIN);
}

bool sqlite_facts(struct vault *vault, struct vault_facts *facts,
                  struct err *err)
{
    size_t count;

    *facts = (struct vault_facts){.entries = 0};
    return sqlite_rows(of(vault), of(vault)->statements[SQL_HEAD], take_head,
                       facts, sizeof(*facts), 1, &count, err) &&
           ask(of(vault), SQL_LAST_HOLDER, &facts->holders, err) &&
           ask(of(vault), SQL_NEXT_DUE, &facts->due_ms, err);
}

/* ---- accounts and entries ---- */

bool sqlite_holders(struct vault *vault, int64_t after, struct holder *rows,
                    size_t max, size_t *count, struct err *err)
{
    return sqlite_rows(of(vault),
                       SQLITE_BIND(of(vault), SQL_HOLDERS, after, (int64_t)max),
                       take_holder, rows, sizeof(*rows), max, count, err);
}

bool sqlite_holder(struct vault *vault, const char *name, struct holder *row,
                   struct err *err)
{
    sqlite3_stmt *statement = of(vault)->statements[SQL_HOLDER_NAME];
    size_t count;

    sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT);
    if (!sqlite_rows(of(vault), statement, take_holder, row, sizeof(*row), 1,
                     &count, err))
        return false;
    return count > 0 ||
           err_set(err, ERR_MISSING,
                   "there is no account \"%s\": \"threadlab account list\" "
                   "shows those that are",
                   name);
}

bool sqlite_entries(struct vault *vault, int64_t after, struct entry *rows,
                    size_t max, size_t *count, struct err *err)
{
    return sqlite_rows(of(vault),
                       SQLITE_BIND(of(vault), SQL_ENTRIES, after, (int64_t)max),
                       take_entry, rows, sizeof(*rows), max, count, err);
}

bool sqlite_entry(struct vault *vault, int64_t id, struct entry *row,
                  struct err *err)
{
    size_t count;

    if (!sqlite_rows(of(vault), SQLITE_BIND(of(vault), SQL_ENTRY, id),
                     take_entry, row, sizeof(*row), 1, &count, err))
        return false;
    return count > 0 ||
           err_set(err, ERR_MISSING, "there is no entry %lld", (long long)id);
}

/* The entry before this one of an account; 0: it was the first, or the chain
 * is broken. */
static int64_t before(const struct entry *entry, int64_t holder)
{
    int64_t prev = entry->from == holder ? entry->from_prev
                   : entry->to == holder ? entry->to_prev
                                         : 0;

    return prev < entry->id ? prev : 0;
}

bool sqlite_history(struct vault *vault, int64_t holder, int64_t from,
                    struct entry *rows, size_t max, size_t *count,
                    struct err *err)
{
    struct holder row;
    size_t found;

    *count = 0;
    if (from == 0) {
        if (!sqlite_rows(of(vault),
                         SQLITE_BIND(of(vault), SQL_HOLDER_ID, holder),
                         take_holder, &row, sizeof(row), 1, &found, err))
            return false;
        from = found ? row.last : 0;
    }
    while (from > 0 && *count < max) {
        if (!sqlite_rows(of(vault), SQLITE_BIND(of(vault), SQL_ENTRY, from),
                         take_entry, &rows[*count], sizeof(*rows), 1, &found,
                         err))
            return false;
        if (!found ||
            (rows[*count].from != holder && rows[*count].to != holder))
            break;
        from = before(&rows[(*count)++], holder);
    }
    return true;
}

/* ---- answers ---- */

static void take_refusal(sqlite3_stmt *row, void *to)
{
    struct answer *answer = to;
    struct outcome *outcome = &answer->outcome;

    *outcome = (struct outcome){
        .state = OUTCOME_REFUSED,
        .ts_ms = sqlite3_column_int64(row, 1),
        .err.code = ERR_REFUSED,
    };
    read_blob(row, 0, answer->hash, ENTRY_HASH);
    read_text(row, 2, outcome->err.text, sizeof(outcome->err.text));
}

static bool count_group(struct sqlite_vault *vault, const struct entry *first,
                        int64_t *legs, struct err *err)
{
    int64_t ids[REQUEST_LEGS];
    size_t count;

    if (!sqlite_rows(vault,
                     SQLITE_BIND(vault, SQL_GROUP, first->id, REQUEST_LEGS),
                     take_id, ids, sizeof(*ids), REQUEST_LEGS, &count, err))
        return false;
    *legs = (int64_t)count;
    return true;
}

static bool answer_done(struct sqlite_vault *vault, const struct entry *first,
                        struct answer *answer, struct err *err)
{
    memcpy(answer->hash, first->hash, ENTRY_HASH);
    answer->outcome = (struct outcome){
        .state = OUTCOME_DONE,
        .id = first->id,
        .ts_ms = first->ts_ms,
        .from_balance = first->from_balance,
        .to_balance = first->to_balance,
    };
    return count_group(vault, first, &answer->outcome.count, err);
}

bool sqlite_answer(struct vault *base, const struct key *key,
                   struct answer *answer, bool *found, struct err *err)
{
    struct sqlite_vault *vault = of(base);
    sqlite3_stmt *entries = vault->statements[SQL_KEY_ENTRY];
    sqlite3_stmt *refusals = vault->statements[SQL_KEY_REFUSAL];
    struct entry first;
    size_t count;

    sqlite3_bind_blob(entries, 1, key->bytes, KEY_BYTES, SQLITE_TRANSIENT);
    if (!sqlite_rows(vault, entries, take_entry, &first, sizeof(first), 1,
                     &count, err))
        return false;
    *found = count > 0;
    if (*found)
        return answer_done(vault, &first, answer, err);
    sqlite3_bind_blob(refusals, 1, key->bytes, KEY_BYTES, SQLITE_TRANSIENT);
    if (!sqlite_rows(vault, refusals, take_refusal, answer, sizeof(*answer), 1,
                     &count, err))
        return false;
    *found = count > 0;
    return true;
}

/* ---- what is held ---- */

struct sums {
    int64_t out;
    int64_t in;
};

static void take_sums(sqlite3_stmt *row, void *to)
{
    struct sums *sums = to;

    sums->out = sqlite3_column_int64(row, 0);
    sums->in = sqlite3_column_int64(row, 1);
}

bool sqlite_overdue(struct vault *vault, int64_t holder, int64_t now_ms,
                    int64_t *out, int64_t *in, struct err *err)
{
    struct sums sums = {.out = 0};
    size_t count;

    if (!sqlite_rows(of(vault),
                     SQLITE_BIND(of(vault), SQL_OVERDUE, holder, now_ms),
                     take_sums, &sums, sizeof(sums), 1, &count, err))
        return false;
    *out = sums.out;
    *in = sums.in;
    return true;
}

bool sqlite_held(struct vault *vault, int64_t after, int64_t *ids, size_t max,
                 size_t *count, struct err *err)
{
    return sqlite_rows(of(vault),
                       SQLITE_BIND(of(vault), SQL_HELD, after, (int64_t)max),
                       take_id, ids, sizeof(*ids), max, count, err);
}

/* ---- the file ---- */

bool sqlite_check(struct vault *base, char *words, size_t size, struct err *err)
{
    struct sqlite_vault *vault = of(base);
    sqlite3_stmt *statement = NULL;
    bool row = false;
    bool ok;

    if (sqlite3_prepare_v2(store_handle(vault->store),
                           "PRAGMA integrity_check(1)", -1, &statement,
                           NULL) != SQLITE_OK)
        return store_fail(vault->store, err, "cannot check");
    ok = sqlite_step(vault, statement, &row, err);
    words[0] = '\0';
    if (ok && row)
        read_text(statement, 0, words, size);
    if (strcmp(words, "ok") == 0)
        words[0] = '\0';
    sqlite3_finalize(statement);
    return ok;
}
