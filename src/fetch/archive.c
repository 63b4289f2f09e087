#include "archive.h"

#include <string.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/store.h"
#include "base/str.h"
#include "fetch/digest.h"
#include "fetch/journal.h"

struct note {
    struct note *next;
    char *url; /* without credentials */
    char *path;
    uint64_t bytes;
};

struct archive {
    /* owned by the thread that opened it */
    struct store *store;
    sqlite3_stmt *has;
    sqlite3_stmt *add;
    /* guarded by lock */
    struct lock lock;
    struct note *notes;
};

static const char *const steps[] = {
    "CREATE TABLE fetched (key BLOB PRIMARY KEY, url TEXT NOT NULL, path TEXT "
    "NOT NULL, bytes INTEGER NOT NULL, wall_ms INTEGER NOT NULL) WITHOUT ROWID",
};

static const struct store_schema schema = {
    .application_id = 0x544c6172, /* "TLar" */
    .steps = steps,
    .count = ARRAY_LEN(steps),
};

struct archive *archive_open(const char *path, struct err *err)
{
    struct store *store = store_open(path, &schema, err);
    struct archive *archive;

    if (!store)
        return NULL;
    archive = mem_new(sizeof(*archive));
    archive->store = store;
    lock_init(&archive->lock, &archive_class);
    if (sqlite3_prepare_v2(store_handle(store),
                           "SELECT 1 FROM fetched WHERE key = ?", -1,
                           &archive->has, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(store_handle(store),
                           "INSERT OR REPLACE INTO fetched VALUES (?,?,?,?,?)",
                           -1, &archive->add, NULL) == SQLITE_OK)
        return archive;
    store_fail(store, err, "cannot use the archive");
    archive_close(archive);
    return NULL;
}

static void free_notes(struct note *notes)
{
    while (notes) {
        struct note *note = notes;

        notes = note->next;
        mem_free(note->url);
        mem_free(note->path);
        mem_free(note);
    }
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    sqlite3_finalize(archive->has);
    sqlite3_finalize(archive->add);
    store_close(archive->store);
    free_notes(archive->notes);
    lock_fini(&archive->lock);
    mem_free(archive);
}

static char *plain_url(const char *url)
{
    struct str text;

    str_init(&text, JOURNAL_URL);
    (void)journal_strip(&text, url);
    return str_take(&text);
}

static bool key_of(const char *plain, struct digest *key)
{
    struct digest_stream stream;
    bool ok = digest_stream_init(&stream, DIGEST_SHA256, NULL);

    if (ok) {
        digest_stream_update(&stream, plain, strlen(plain));
        ok = digest_stream_final(&stream, key, NULL);
    }
    digest_stream_fini(&stream);
    return ok;
}

bool archive_has(struct archive *archive, const char *url)
{
    char *plain = plain_url(url);
    struct digest key;
    bool has = false;

    if (key_of(plain, &key)) {
        sqlite3_bind_blob(archive->has, 1, key.value, (int)key.len,
                          SQLITE_TRANSIENT);
        has = sqlite3_step(archive->has) == SQLITE_ROW;
        sqlite3_reset(archive->has);
    }
    mem_free(plain);
    return has;
}

void archive_note(struct archive *archive, const char *url, const char *path,
                  uint64_t bytes)
{
    struct note *note;

    if (!archive)
        return;
    note = mem_new(sizeof(*note));
    note->url = plain_url(url);
    note->path = mem_strdup(path);
    note->bytes = bytes;
    lock_take(&archive->lock, &archive_class);
    note->next = archive->notes;
    archive->notes = note;
    lock_drop(&archive->lock, &archive_class);
}

bool archive_pending(struct archive *archive)
{
    bool pending;

    if (!archive)
        return false;
    lock_take(&archive->lock, &archive_class);
    pending = archive->notes != NULL;
    lock_drop(&archive->lock, &archive_class);
    return pending;
}

static bool insert(struct archive *archive, const struct note *note,
                   struct err *err)
{
    sqlite3_stmt *add = archive->add;
    struct digest key;
    bool ok;

    if (!key_of(note->url, &key))
        return err_set(err, ERR_IO, "no SHA-256");
    sqlite3_bind_blob(add, 1, key.value, (int)key.len, SQLITE_TRANSIENT);
    sqlite3_bind_text(add, 2, note->url, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 3, note->path ? note->path : "", -1, SQLITE_STATIC);
    sqlite3_bind_int64(add, 4, (sqlite3_int64)note->bytes);
    sqlite3_bind_int64(add, 5, clock_wall_ms());
    ok = sqlite3_step(add) == SQLITE_DONE;
    sqlite3_reset(add);
    sqlite3_clear_bindings(add);
    return ok || store_fail(archive->store, err, "cannot write");
}

bool archive_flush(struct archive *archive, struct err *err)
{
    struct note *notes;
    bool ok;

    lock_take(&archive->lock, &archive_class);
    notes = archive->notes;
    archive->notes = NULL;
    lock_drop(&archive->lock, &archive_class);
    ok = store_begin(archive->store, err);
    if (ok) {
        for (struct note *note = notes; ok && note; note = note->next)
            ok = insert(archive, note, err);
        if (ok)
            ok = store_commit(archive->store, err);
        else
            store_rollback(archive->store);
    }
    free_notes(notes);
    return ok;
}
