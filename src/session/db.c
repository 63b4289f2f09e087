#include "db.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "session/record.h"

/* No text of ours comes near it, and nothing larger is read. */
enum { VALUE_MAX_BYTES = 1 << 20 };
static const uint64_t key_max = UINT64_C(1) << 62;

/* There is no index: all is read at the start and so nothing can be damaged
 * unseen. A text that is not there is NULL. urls: each with a NUL behind it.
 * error_word is err_word's, as the numbers of codes are no format. */
static const char *const steps[] = {
    "CREATE TABLE download ("
    " key INTEGER PRIMARY KEY AUTOINCREMENT, place INTEGER NOT NULL,"
    " state INTEGER NOT NULL, priority INTEGER NOT NULL, urls BLOB NOT NULL,"
    " dir TEXT, out TEXT, digest TEXT, name TEXT, path TEXT,"
    " bytes INTEGER NOT NULL, total INTEGER NOT NULL,"
    " error_word TEXT, error_text TEXT, added_ms INTEGER NOT NULL,"
    " finished_ms INTEGER NOT NULL, tries INTEGER NOT NULL);"
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE line (number INTEGER PRIMARY KEY, text TEXT NOT NULL);",
};

static const struct store_schema schema = {
    .application_id = 0x544c7365, /* "TLse" */
    .steps = steps,
    .count = ARRAY_LEN(steps),
};

/* The columns of a download, in the order of the SELECT and of DB_PUT. */
enum column {
    KEY,
    PLACE,
    STATE,
    PRIORITY,
    URLS,
    DIR,
    OUT,
    DIGEST,
    NAME,
    PATH,
    BYTES,
    TOTAL,
    ERROR_WORD,
    ERROR_TEXT,
    ADDED_MS,
    FINISHED_MS,
    TRIES
};

static const char *const read_sql[DB_READS] = {
    [DB_DOWNLOADS] = "SELECT key, place, state, priority, urls, dir, out,"
                     " digest, name, path, bytes, total, error_word,"
                     " error_text, added_ms, finished_ms, tries"
                     " FROM download ORDER BY key",
    [DB_SETTINGS] = "SELECT name, value FROM setting ORDER BY name",
    [DB_LINES] = "SELECT text FROM line ORDER BY number",
    [DB_LAST_KEY] = "SELECT seq FROM sqlite_sequence WHERE name = 'download'",
    [DB_VERSION] = "PRAGMA data_version",
};

static const char *const write_sql[DB_WRITES] = {
    [DB_PUT] = "INSERT OR REPLACE INTO download (key, place, state, priority,"
               " urls, dir, out, digest, name, path, bytes, total, error_word,"
               " error_text, added_ms, finished_ms, tries)"
               " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [DB_PLACE] = "UPDATE download SET place = ?2 WHERE key = ?1",
    [DB_REMOVE] = "DELETE FROM download WHERE key = ?",
    [DB_SET] = "INSERT OR REPLACE INTO setting VALUES (?, ?)",
    [DB_UNSET] = "DELETE FROM setting WHERE name = ?",
    [DB_FORGET] = "DELETE FROM line WHERE text = ?",
    [DB_REMEMBER] = "INSERT INTO line (text) VALUES (?)",
    [DB_TRIM] = ("DELETE FROM line WHERE number <= (SELECT number FROM line"
                 " ORDER BY number DESC LIMIT 1 OFFSET ?)"),
};

/* ---- opening ---- */

/* Fails with store_fail, but for what only happens in a file that was tampered
 * with: tables that are not ours, values that no one of us has written. */
static bool fail(struct db *db, struct err *err, const char *what)
{
    int result = sqlite3_errcode(store_handle(db->store));

    store_fail(db->store, err, what);
    if (result == SQLITE_ERROR || result == SQLITE_TOOBIG)
        err->code = ERR_PROTOCOL;
    return false;
}

static bool prepare(struct db *db, const char *const *sql, size_t count,
                    sqlite3_stmt **statements, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (sqlite3_prepare_v3(store_handle(db->store), sql[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &statements[i],
                               NULL) != SQLITE_OK)
            return fail(db, err, "cannot use");
    return true;
}

bool db_open(struct db *db, const char *path, bool view, struct err *err)
{
    *db = (struct db){
        .store = view ? store_view(path, &schema, err)
                      : store_open(path, &schema, err),
    };
    if (!db->store)
        return false;
    sqlite3_limit(store_handle(db->store), SQLITE_LIMIT_LENGTH,
                  VALUE_MAX_BYTES);
    if (prepare(db, read_sql, DB_READS, db->reads, err) &&
        (view || prepare(db, write_sql, DB_WRITES, db->writes, err)))
        return true;
    db_close(db);
    return false;
}

/* store_close finalizes the statements. */
void db_close(struct db *db)
{
    store_close(db->store);
    *db = (struct db){.store = NULL};
}

/* ---- reading ---- */

/* A row with its place, until the queue's order is known. */
struct row {
    struct session_record *record;
    int64_t place;
};

struct rows {
    struct row *list;
    size_t count;
    size_t room;
    size_t bad;
};

static const char *text_at(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

static enum err_code code_of(const char *word)
{
    for (int code = 0; word && code < ERR_CODES; code++)
        if (strcmp(word, err_word((enum err_code)code)) == 0)
            return (enum err_code)code;
    return word ? ERR_IO : ERR_NONE;
}

static int clip(int64_t value, int low, int high)
{
    return value < low ? low : value > high ? high : (int)value;
}

static uint64_t above_zero(int64_t value)
{
    return value < 0 ? 0 : (uint64_t)value;
}

/* Points record into the statement's row; urls has room for SESSION_URLS. */
static void read_record(sqlite3_stmt *row, struct session_record *record,
                        const char **urls)
{
    const char *packed = sqlite3_column_blob(row, URLS);
    size_t len = (size_t)sqlite3_column_bytes(row, URLS);
    int64_t total = sqlite3_column_int64(row, TOTAL);

    *record = (struct session_record){
        .key = above_zero(sqlite3_column_int64(row, KEY)),
        .urls = urls,
        .url_count = record_unpack_urls(packed, len, urls),
        .dir = text_at(row, DIR),
        .out = text_at(row, OUT),
        .digest = text_at(row, DIGEST),
        .priority =
            clip(sqlite3_column_int64(row, PRIORITY), INT32_MIN, INT32_MAX),
        .state = (enum session_state)clip(sqlite3_column_int64(row, STATE), -1,
                                          SESSION_STATES),
        .name = text_at(row, NAME),
        .path = text_at(row, PATH),
        .bytes = above_zero(sqlite3_column_int64(row, BYTES)),
        .total = total < 0 ? -1 : total,
        .code = code_of(text_at(row, ERROR_WORD)),
        .error = text_at(row, ERROR_TEXT),
        .added_ms = sqlite3_column_int64(row, ADDED_MS),
        .finished_ms = sqlite3_column_int64(row, FINISHED_MS),
        .tries = (unsigned)clip(sqlite3_column_int64(row, TRIES), 0, INT32_MAX),
    };
}

static void add_row(struct rows *rows, sqlite3_stmt *statement)
{
    const char *urls[SESSION_URLS];
    struct session_record record;

    read_record(statement, &record, urls);
    if (record.key == 0 || record.key > key_max || !record_fits(&record)) {
        rows->bad++;
        return;
    }
    if (rows->count == rows->room) {
        rows->room = rows->room ? 2 * rows->room : 256;
        rows->list = mem_resize(rows->list, rows->room, sizeof(struct row));
    }
    rows->list[rows->count++] = (struct row){
        .record = record_copy(&record),
        .place = sqlite3_column_int64(statement, PLACE),
    };
}

static int compare(const void *a, const void *b)
{
    const struct row *left = a;
    const struct row *right = b;

    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return left->record->key < right->record->key ? -1 : 1;
}

/* One row after another to take; the statement is reset whatever happens. */
static bool each(struct db *db, enum db_read which,
                 void (*take)(void *to, sqlite3_stmt *row), void *to,
                 struct err *err)
{
    sqlite3_stmt *statement = db->reads[which];
    size_t count = 0;
    int result;
    bool ok;

    while ((result = sqlite3_step(statement)) == SQLITE_ROW &&
           count++ < SESSION_ROWS)
        take(to, statement);
    ok = result == SQLITE_ROW || result == SQLITE_DONE ||
         fail(db, err, "cannot read");
    sqlite3_reset(statement);
    return ok;
}

static void take_download(void *to, sqlite3_stmt *row)
{
    add_row(to, row);
}

static void take_setting(void *to, sqlite3_stmt *row)
{
    struct session_memory *memory = to;
    const char *name = text_at(row, 0);
    const char *value = text_at(row, 1);
    size_t count = memory->setting_count;

    if (!name || !value || count >= NOTES_MAX)
        return;
    memory->settings =
        mem_resize(memory->settings, count + 1, sizeof(struct session_setting));
    memory->settings[count] = (struct session_setting){
        .name = mem_strdup(name),
        .value = mem_strdup(value),
    };
    memory->setting_count++;
}

static void take_line(void *to, sqlite3_stmt *row)
{
    struct session_memory *memory = to;
    const char *text = text_at(row, 0);

    if (!text || memory->line_count >= SESSION_LINES)
        return;
    memory->lines =
        mem_resize(memory->lines, memory->line_count + 1, sizeof(char *));
    memory->lines[memory->line_count++] = mem_strdup(text);
}

static void take_key(void *to, sqlite3_stmt *row)
{
    uint64_t *key = to;

    *key = above_zero(sqlite3_column_int64(row, 0));
}

/* Moves the rows to memory in the order of the queue. */
static void give_rows(struct rows *rows, struct session_memory *memory)
{
    memory->records = mem_new(rows->count * sizeof(struct session_record *));
    memory->record_count = rows->count;
    if (rows->count > 0)
        qsort(rows->list, rows->count, sizeof(struct row), compare);
    for (size_t i = 0; i < rows->count; i++)
        memory->records[i] = rows->list[i].record;
    mem_free(rows->list);
}

/* They come in the order of their keys. */
static void give_keys(const struct rows *rows, struct queue *queue,
                      uint64_t last_key)
{
    if (rows->count > 0 && rows->list[rows->count - 1].record->key > last_key)
        last_key = rows->list[rows->count - 1].record->key;
    queue_init(queue, last_key);
    for (size_t i = 0; i < rows->count; i++)
        queue_load(queue, rows->list[i].record->key, rows->list[i].place);
    queue_sort(queue);
}

static bool check_key(uint64_t last_key, struct err *err)
{
    return last_key <= key_max ||
           err_set(err, ERR_PROTOCOL, "the session's keys make no sense");
}

static bool read_all(struct db *db, struct session_memory *memory,
                     struct queue *queue, struct err *err)
{
    struct rows rows = {.list = NULL};
    uint64_t last_key = 0;
    bool ok = each(db, DB_LAST_KEY, take_key, &last_key, err) &&
              check_key(last_key, err) &&
              each(db, DB_DOWNLOADS, take_download, &rows, err) &&
              each(db, DB_SETTINGS, take_setting, memory, err) &&
              each(db, DB_LINES, take_line, memory, err);

    if (ok && queue)
        give_keys(&rows, queue, last_key);
    give_rows(&rows, memory);
    if (rows.bad > 0)
        log_write(LOG_WARN, "session: %zu rows make no sense, they are left",
                  rows.bad);
    if (!ok)
        session_memory_fini(memory);
    return ok;
}

bool db_load(struct db *db, struct session_memory *memory, struct queue *queue,
             struct err *err)
{
    sqlite3 *handle = store_handle(db->store);
    bool ok;

    *memory = (struct session_memory){.records = NULL};
    if (queue)
        queue_init(queue, 0);
    if (sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        return fail(db, err, "cannot read");
    ok = read_all(db, memory, queue, err);
    sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
    return ok;
}

int db_version(struct db *db)
{
    sqlite3_stmt *statement = db->reads[DB_VERSION];
    int version = sqlite3_step(statement) == SQLITE_ROW
                      ? sqlite3_column_int(statement, 0)
                      : 0;

    sqlite3_reset(statement);
    return version;
}

/* ---- writing ---- */

static bool step(struct db *db, enum db_write which, struct err *err)
{
    sqlite3_stmt *statement = db->writes[which];
    bool ok = sqlite3_step(statement) == SQLITE_DONE ||
              store_fail(db->store, err, "cannot write");

    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return ok;
}

/* A parameter is a column's number and one. NULL stays NULL. */
static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column + 1, text, -1, SQLITE_STATIC);
}

static void bind_int(sqlite3_stmt *statement, int column, int64_t value)
{
    sqlite3_bind_int64(statement, column + 1, value);
}

static bool put(struct db *db, const struct change *change, struct err *err)
{
    const struct session_record *record = change->record;
    sqlite3_stmt *row = db->writes[DB_PUT];
    struct str urls;
    bool ok;

    str_init(&urls, SESSION_TEXT);
    record_pack_urls(record, &urls);
    bind_int(row, KEY, (int64_t)change->key);
    bind_int(row, PLACE, change->place);
    bind_int(row, STATE, record->state);
    bind_int(row, PRIORITY, record->priority);
    sqlite3_bind_blob(row, URLS + 1, urls.data, (int)urls.len, SQLITE_STATIC);
    bind_text(row, DIR, record->dir);
    bind_text(row, OUT, record->out);
    bind_text(row, DIGEST, record->digest);
    bind_text(row, NAME, record->name);
    bind_text(row, PATH, record->path);
    bind_int(row, BYTES,
             (int64_t)(record->bytes < INT64_MAX ? record->bytes : INT64_MAX));
    bind_int(row, TOTAL, record->total);
    bind_text(row, ERROR_WORD, record->code ? err_word(record->code) : NULL);
    bind_text(row, ERROR_TEXT, record->error);
    bind_int(row, ADDED_MS, record->added_ms);
    bind_int(row, FINISHED_MS, record->finished_ms);
    bind_int(row, TRIES, record->tries);
    ok = step(db, DB_PUT, err);
    str_fini(&urls);
    return ok;
}

static bool write_change(struct db *db, const struct change *change,
                         struct err *err)
{
    if (change->gone) {
        bind_int(db->writes[DB_REMOVE], 0, (int64_t)change->key);
        return step(db, DB_REMOVE, err);
    }
    if (change->record)
        return put(db, change, err);
    bind_int(db->writes[DB_PLACE], 0, (int64_t)change->key);
    bind_int(db->writes[DB_PLACE], 1, change->place);
    return step(db, DB_PLACE, err);
}

static bool write_setting(struct db *db, const struct note *note,
                          struct err *err)
{
    enum db_write which = note->value ? DB_SET : DB_UNSET;

    bind_text(db->writes[which], 0, note->name);
    if (note->value)
        bind_text(db->writes[which], 1, note->value);
    return step(db, which, err);
}

static bool write_lines(struct db *db, const struct notes *lines,
                        struct err *err)
{
    bool ok = true;

    for (const struct note *note = lines->first; ok && note;
         note = note->next) {
        bind_text(db->writes[DB_FORGET], 0, note->name);
        bind_text(db->writes[DB_REMEMBER], 0, note->name);
        ok = step(db, DB_FORGET, err) && step(db, DB_REMEMBER, err);
    }
    bind_int(db->writes[DB_TRIM], 0, SESSION_LINES);
    return ok && step(db, DB_TRIM, err);
}

static bool write_all(struct db *db, const struct batch *batch, struct err *err)
{
    bool ok = true;

    for (size_t i = 0; ok && i < batch->count; i++)
        ok = write_change(db, &batch->changes[i], err);
    for (const struct note *note = batch->settings.first; ok && note;
         note = note->next)
        ok = write_setting(db, note, err);
    if (ok && batch->lines.first)
        ok = write_lines(db, &batch->lines, err);
    return ok;
}

bool db_write(struct db *db, const struct batch *batch, struct err *err)
{
    if (!store_begin(db->store, err))
        return false;
    if (write_all(db, batch, err))
        return store_commit(db->store, err);
    store_rollback(db->store);
    return false;
}
