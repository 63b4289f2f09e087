#include "session/session.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "scratch.h"
#include "session_rows.h"
#include "tap.h"

static struct err err;

static void must_flush(struct session *session)
{
    if (!session_flush(session, -1, &err))
        tap_ok(false, "flushed: %s", err.text);
}

/* Runs SQL on a database behind the room's back. */
static void meddle(const char *name, const char *sql)
{
    sqlite3 *db = NULL;

    if (sqlite3_open(scratch(name), &db) != SQLITE_OK ||
        sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        tap_ok(false, "%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* Downloads in the file; -1 if it cannot be read. */
static int count_rows(const char *name)
{
    sqlite3_stmt *count = NULL;
    sqlite3 *db = NULL;
    int rows = -1;

    if (sqlite3_open(scratch(name), &db) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM download", -1, &count,
                           NULL) == SQLITE_OK &&
        sqlite3_step(count) == SQLITE_ROW)
        rows = sqlite3_column_int(count, 0);
    sqlite3_finalize(count);
    sqlite3_close(db);
    return rows;
}

static int mode_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (int)(status.st_mode & 0777) : -1;
}

static void test_fresh(void)
{
    const struct session_options options = {.path = NULL};
    struct session_memory memory;
    struct session *session;

    setenv("XDG_STATE_HOME", scratch("state"), 1);
    session = session_open(&options, NULL, &err);
    if (!tap_ok(session, "a room where XDG says")) {
        tap_note("%s", err.text);
        return;
    }
    tap_int(mode_of(scratch("state/threadlab")), 0700, "a private folder");
    tap_int(mode_of(scratch("state/threadlab/session.db")), 0600,
            "a private file");
    tap_ok(session_take(session, &memory), "what it remembers is there");
    tap_ok(!memory.record_count && !memory.setting_count && !memory.line_count,
           "it is nothing");
    session_memory_fini(&memory);
    tap_ok(!session_take(session, &memory) && !memory.records,
           "it is given once");
    tap_ok(session_status(session, &err), "there is nothing to tell");
    tap_ok(session_flush(session, 0, &err), "nothing to flush");
    tap_ok(!session_is_view(session), "it is no view");
    session_close(session);
    session_close(NULL);
    unsetenv("XDG_STATE_HOME");
}

static void test_record(void)
{
    static const char *const urls[] = {"https://u:p@a/x", "ftp://b/x"};
    const struct session_record record = {
        .urls = urls,
        .url_count = 2,
        .dir = "/d",
        .out = "",
        .digest = "sha256=00",
        .priority = -3,
        .state = SESSION_FAILED,
        .name = "n\xff",
        .bytes = UINT64_MAX,
        .total = -1,
        .code = ERR_HTTP,
        .error = "404",
        .added_ms = 12,
        .finished_ms = 34,
        .tries = 5,
    };
    struct session *session = must_open("record");
    struct session_memory memory;
    const struct session_record *got;

    tap_int((long long)session_put(session, &record), 1, "the first key");
    session = again(session, "record", &memory);
    tap_int((long long)memory.record_count, 1, "one record");
    got = memory.records[0];
    tap_ok(got->key == 1 && got->url_count == 2 &&
               strcmp(got->urls[0], urls[0]) == 0 &&
               strcmp(got->urls[1], urls[1]) == 0,
           "its key and URLs");
    tap_is(got->dir, "/d", "its folder");
    tap_is(got->out, "", "an empty text");
    tap_is(got->digest, "sha256=00", "its digest");
    tap_is(got->name, "n\xff", "bytes that are no UTF-8");
    tap_is(got->path, NULL, "no text");
    tap_ok(got->priority == -3 && got->state == SESSION_FAILED &&
               got->bytes == INT64_MAX && got->total == -1 &&
               got->added_ms == 12 && got->finished_ms == 34 && got->tries == 5,
           "its numbers");
    tap_ok(got->code == ERR_HTTP && strcmp(got->error, "404") == 0,
           "its error");
    session_memory_fini(&memory);
    session_close(session);
}

static void test_queue(void)
{
    struct session *session = must_open("queue");
    struct session_memory memory;
    uint64_t keys[5];

    for (int i = 1; i <= 4; i++)
        keys[i] = put_row(session, 0, i, 1);
    session_move(session, keys[4], keys[1]);
    must_flush(session);
    put_row(session, keys[2], 2, 9);
    session_remove(session, keys[3]);
    session = again(session, "queue", &memory);
    tap_is(numbers(&memory), "4 1 2", "the order, without what was removed");
    tap_int(row_version(memory.records[2]), 9, "changed in its place");
    session_memory_fini(&memory);
    tap_int((long long)put_row(session, keys[3], 3, 2), (long long)keys[3],
            "a removal is undone");
    session_move(session, keys[3], keys[2]);
    session = again(session, "queue", &memory);
    tap_is(numbers(&memory), "4 1 3 2", "with its old key, where it was");
    session_memory_fini(&memory);

    session_remove(session, keys[4]);
    session = again(session, "queue", &memory);
    session_memory_fini(&memory);
    tap_int((long long)put_row(session, 0, 5, 1), 5,
            "a key is not given again");
    tap_ok(put_row(session, 6, 6, 1) == 0, "one that never was is refused");
    session_remove(session, 77);
    session_move(session, 77, 0);
    session = again(session, "queue", &memory);
    tap_is(numbers(&memory), "1 3 2 5", "as it was");
    session_memory_fini(&memory);
    session_close(session);
}

static void test_words(void)
{
    static char long_text[SESSION_TEXT + 2];
    struct session *session = must_open("words");
    struct session_memory memory;
    char line[32];

    session_set(session, "sort", "name");
    session_set(session, "zoom", "1");
    session_set(session, "sort", "size");
    session_set(session, "gone", "x");
    session_set(session, "", "x");
    memset(long_text, 'x', sizeof(long_text) - 1);
    session_set(session, "long", long_text);
    must_flush(session);
    session_set(session, "gone", NULL);
    session_remember(session, "add http://u:secret@h/");
    session_remember(session, "quit");
    session_remember(session, "");
    session_remember(session, long_text);
    must_flush(session);
    session_remember(session, "add http://u:secret@h/");
    session = again(session, "words", &memory);
    tap_int((long long)memory.setting_count, 2, "two settings");
    tap_ok(strcmp(memory.settings[0].name, "sort") == 0 &&
               strcmp(memory.settings[0].value, "size") == 0,
           "the last value");
    tap_int((long long)memory.line_count, 2, "two lines");
    tap_is(memory.lines[0], "quit", "an older one");
    tap_is(memory.lines[1], "add http://u@h/", "the newest, and no password");
    session_memory_fini(&memory);

    for (int i = 0; i < 3 * SESSION_LINES; i++) {
        snprintf(line, sizeof(line), "line %d", i % (2 * SESSION_LINES));
        session_remember(session, line);
        if (i % 700 == 0)
            must_flush(session);
    }
    session = again(session, "words", &memory);
    tap_int((long long)memory.line_count, SESSION_LINES, "lines are bounded");
    tap_is(memory.lines[0], "line 0", "the oldest");
    tap_is(memory.lines[SESSION_LINES - 1], "line 999", "the newest");
    session_memory_fini(&memory);
    session_close(session);
}

/* ---- 10,000 ---- */

static void put_finished(struct session *session, int number,
                         enum session_state state)
{
    char url[64];
    const struct session_record record = {
        .urls = (const char *[]){url},
        .url_count = 1,
        .dir = "/home/somebody/Downloads",
        .name = "a-name-of-usual-length.tar.gz",
        .path = "/home/somebody/Downloads/a-name-of-usual-length.tar.gz",
        .priority = number,
        .state = state,
        .total = 1000,
        .finished_ms = state >= SESSION_DONE ? number : 0,
    };

    snprintf(url, sizeof(url), "https://mirror.example.org/pool/f%d", number);
    session_put(session, &record);
}

static void test_history(void)
{
    struct session *session = must_open("history");
    struct session_memory memory;
    int64_t start_ms;
    bool ok = true;

    for (int i = 0; i < SESSION_HISTORY + 50; i++)
        put_finished(session, i, (enum session_state)(SESSION_DONE + i % 4));
    put_finished(session, 999999, SESSION_PAUSED);
    start_ms = clock_ms();
    must_flush(session);
    tap_note("10,051 rows written in %d ms", (int)(clock_ms() - start_ms));
    session_close(session);

    start_ms = clock_ms();
    session = must_open("history");
    start_ms = clock_ms() - start_ms;
    tap_ok(start_ms < 5000, "10,051 rows read in %d ms", (int)start_ms);
    memory = take(session);
    tap_int((long long)memory.record_count, SESSION_HISTORY + 1,
            "the newest 10,000 and what is not finished");
    for (size_t i = 0; i < SESSION_HISTORY; i++)
        ok = ok && memory.records[i]->priority == (int)i + 50;
    tap_ok(ok && memory.records[SESSION_HISTORY]->state == SESSION_PAUSED,
           "in their order");
    session_memory_fini(&memory);
    session_close(session);
    tap_int(count_rows("history"), SESSION_HISTORY + 1, "the disk knows");
}

/* ---- files that are not as they should be ---- */

static bool exists(const char *path)
{
    return mode_of(path) >= 0;
}

/* "NAME.damaged-DATE" and a suffix, of a day that is or has just been. */
static const char *damaged(const char *name, const char *suffix)
{
    static char path[400];

    for (int ago_s = 0; ago_s <= 60; ago_s += 60) {
        time_t now = time(NULL) - ago_s;
        char date[16];
        struct tm day;

        localtime_r(&now, &day);
        strftime(date, sizeof(date), "%Y-%m-%d", &day);
        snprintf(path, sizeof(path), "%s.damaged-%s%s", scratch(name), date,
                 suffix);
        if (exists(path))
            break;
    }
    return path;
}

/* Opening gives an empty room that works, and the old file is kept. */
static void is_moved(const char *name, const char *suffix, const char *what)
{
    struct session *session = must_open(name);
    struct session_memory memory = take(session);
    bool told = !session_status(session, &err);

    tap_ok(told && err.code == ERR_PROTOCOL && strstr(err.text, ".damaged-"),
           "%s: %s", what, told ? err.text : "not told");
    tap_ok(session_status(session, &err), "told once");
    tap_ok(memory.record_count == 0 && exists(damaged(name, suffix)),
           "kept aside");
    session_memory_fini(&memory);
    put_row(session, 0, 1, 1);
    session = again(session, name, &memory);
    tap_is(numbers(&memory), "1", "a fresh one remembers");
    session_memory_fini(&memory);
    session_close(session);
}

static void overwrite(const char *name, long offset, size_t len)
{
    FILE *file = fopen(scratch(name), offset ? "r+b" : "wb");

    if (!file)
        return;
    fseek(file, offset, SEEK_SET);
    for (size_t i = 0; i < len; i++)
        fputc("damaged!"[i % 8], file);
    fclose(file);
}

static void make_rows(const char *name, int count)
{
    struct session *session = must_open(name);

    for (int i = 1; i <= count; i++)
        put_row(session, 0, i, 1);
    session_close(session);
}

static void test_damaged(void)
{
    overwrite("text", 0, 9000);
    is_moved("text", "", "a text");
    overwrite("text", 0, 9000);
    is_moved("text", ".1", "once more on this day");
    make_rows("page", 500);
    overwrite("page", 40000, 4096);
    is_moved("page", "", "a page in the middle");
    make_rows("lines", 1);
    meddle("lines", "INSERT INTO line VALUES (9223372036854775807, 'x')");
    overwrite("lines", 4 * 4096, 4096);
    is_moved("lines", "", "a page of lines");
    make_rows("head", 5);
    overwrite("head", 100, 1000);
    is_moved("head", "", "the first page");
    make_rows("tables", 5);
    meddle("tables", "ALTER TABLE download RENAME COLUMN urls TO links");
    is_moved("tables", "", "other tables");
    make_rows("keys", 5);
    meddle("keys", "UPDATE download SET key = 9223372036854775807"
                   " WHERE key = 1;"
                   "UPDATE sqlite_sequence SET seq = 9223372036854775807");
    is_moved("keys", "", "the last key of all");
    make_rows("huge", 5);
    meddle("huge", "UPDATE download SET dir = zeroblob(20000000)"
                   " WHERE key = 1");
    is_moved("huge", "", "a text without an end");
}

static void test_rows(void)
{
    struct session *session;
    struct session_memory memory;

    make_rows("rows", 12);
    meddle("rows",
           "UPDATE download SET state = 99 WHERE key = 1;"
           "UPDATE download SET state = -1 WHERE key = 2;"
           "UPDATE download SET urls = 'no end' WHERE key = 3;"
           "UPDATE download SET urls = x'' WHERE key = 4;"
           "UPDATE download SET urls = zeroblob(9) WHERE key = 5;"
           "UPDATE download SET dir = zeroblob(70000) || 'x' WHERE key = 6;"
           "UPDATE download SET dir = hex(zeroblob(70000)) WHERE key = 7;"
           "UPDATE download SET key = -8 WHERE key = 8;"
           "UPDATE download SET bytes = -1, total = -77, tries = -1,"
           " error_word = 'unheard' WHERE key = 9;"
           "UPDATE download SET added_ms = 'soon', priority = 1e300,"
           " out = x'4100' WHERE key = 10;"
           "INSERT INTO setting VALUES (x'00', 'x');"
           "INSERT INTO line VALUES (5, x'41');");
    session = must_open("rows");
    memory = take(session);
    tap_ok(session_status(session, &err), "rows that make no sense");
    /* The text of key 6 is cut at its first NUL, where it is empty. */
    tap_int((long long)memory.record_count, 5, "are passed over");
    tap_ok(memory.record_count == 5 && memory.records[1]->bytes == 0 &&
               memory.records[1]->total == -1 && memory.records[1]->tries == 0,
           "numbers are bounded");
    session_memory_fini(&memory);
    tap_int((long long)put_row(session, 0, 1, 1), 13, "it goes on");
    session_close(session);
}

static void refuses(const char *name, const char *what)
{
    const struct session_options options = {.path = scratch(name)};
    struct session *session = session_open(&options, NULL, &err);

    tap_ok(!session && err.code == ERR_REFUSED, "%s: %s", what, err.text);
    tap_ok(!exists(damaged(name, "")), "it is left alone");
    session_close(session);
}

static void test_refused(void)
{
    struct session_options nowhere = {.path = NULL};

    make_rows("newer", 1);
    meddle("newer", "PRAGMA user_version = 2");
    refuses("newer", "a newer threadlab's");
    meddle("foreign", "CREATE TABLE x (y)");
    refuses("foreign", "another program's");
    if (symlink("newer", scratch("link")) == 0)
        refuses("link", "a symlink");
    nowhere.path = scratch("none/session.db");
    tap_ok(!session_open(&nowhere, NULL, &err) && err.code == ERR_MISSING,
           "no folder: %s", err.text);
    tap_ok(!session_view(&nowhere, NULL, &err) && err.code == ERR_MISSING,
           "to look at neither");
}

/* ---- the engine ---- */

static void test_engine(void)
{
    const struct session_options session = {.path = scratch("engine")};
    const struct engine_options options = {.session = &session};
    struct engine engine;
    struct session *other;

    if (!tap_ok(engine_init(&engine, &options, &err), "an engine"))
        return;
    tap_ok(engine.session && engine.session_err.code == ERR_NONE,
           "with a session");
    tap_int((long long)put_row(engine.session, 0, 1, 1), 1, "that remembers");
    engine_fini(&engine);

    other = must_open("engine");
    if (!tap_ok(engine_init(&engine, &options, &err), "another has the queue"))
        return;
    tap_ok(!engine.session && engine.session_err.code == ERR_BUSY,
           "it goes without: %s", engine.session_err.text);
    tap_ok(engine_view(&engine, &session, &err) &&
               session_is_view(engine.session),
           "or looks on");
    engine_fini(&engine);
    session_close(other);
}

int main(void)
{
    scratch_open();
    test_fresh();
    test_record();
    test_queue();
    test_words();
    test_history();
    test_damaged();
    test_rows();
    test_refused();
    test_engine();
    scratch_close();
    return tap_done();
}
