/* A download from one run to the next. */
#include <limits.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "fetch/download.h"
#include "fetch/intake.h"
#include "fetch/snapshot.h"

/* The next run may begin in another folder. */
static char *full_dir(const char *dir)
{
    char here[PATH_MAX];

    if (dir && *dir == '/')
        return mem_strdup(dir);
    if (!getcwd(here, sizeof(here)))
        return mem_strdup(dir);
    return dir ? path_join(here, dir) : mem_strdup(here);
}

/* What it is, or is about to be. */
static enum fetch_state to_be(const struct download *download)
    REQUIRES(fetch_class)
{
    if (download->want_cancel)
        return FETCH_CANCELED;
    return download->want_pause ? FETCH_PAUSED : download->state;
}

static void fill(struct fetch_record *record, const struct fetch *room,
                 struct download *download) REQUIRES(fetch_class)
{
    struct fetch_row row;
    char hex[DIGEST_HEX_MAX];

    snapshot_row(&row, download, 0);
    *record = (struct fetch_record){
        .count = download->count,
        .out = mem_strdup(download->out),
        .dir = mem_strdup(download->dir ? download->dir : room->options.dir),
        .priority = download->priority,
        .state = to_be(download),
        .name = mem_strdup(row.name),
        .path = mem_strdup(download->path),
        .bytes = row.bytes,
        .total = row.total,
        .tries = download->tries,
        .err = download->err,
    };
    record->urls = mem_new(download->count * sizeof(*record->urls));
    for (size_t i = 0; i < download->count; i++)
        record->urls[i] = mem_strdup(download->mirrors[i].url);
    if (download->has_digest)
        record->digest = mem_printf("%s=%s", digest_name(download->digest.algo),
                                    digest_hex(&download->digest, hex));
}

bool fetch_record(struct fetch *room, uint64_t id, struct fetch_record *record)
{
    struct roll_entry *entry;
    char *dir;

    room_take(room);
    entry = roll_find(&room->all, id);
    if (entry)
        fill(record, room, DOWNLOAD_OF(entry));
    room_drop(room);
    if (!entry)
        return false;
    dir = full_dir(record->dir);
    mem_free(record->dir);
    record->dir = dir;
    return true;
}

void fetch_record_fini(struct fetch_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        mem_free(record->urls[i]);
    mem_free(record->urls);
    mem_free(record->out);
    mem_free(record->dir);
    mem_free(record->digest);
    mem_free(record->name);
    mem_free(record->path);
}

/* What a row of something that is over shows. A file that is not complete is
 * not known: another try looks at what the disk has. */
static void put_past(struct download *download,
                     const struct fetch_record *record) REQUIRES(fetch_class)
{
    download->name = mem_strdup(record->name);
    download->err = record->err;
    if (record->state != FETCH_DONE)
        return;
    download->path = mem_strdup(record->path);
    download->seen.length = (int64_t)record->bytes;
    spans_add(&download->done, 0, record->bytes);
}

bool fetch_restore(struct fetch *room, const struct fetch_record *record,
                   uint64_t *id, struct err *err)
{
    struct intake_memo memo = {0};
    struct digest digest;
    const struct fetch_spec spec = {
        .urls = (const char *const *)record->urls,
        .count = record->count,
        .out = record->out,
        .dir = record->dir,
        .digest = record->digest ? &digest : NULL,
        .priority = record->priority,
    };
    struct download *download;

    if (record->digest && !digest_parse(record->digest, &digest, err))
        return false;
    download = intake_download(&spec, true, &memo, err);
    if (!download)
        return false;
    download->past_name = mem_strdup(record->name);
    download->past_bytes = record->bytes;
    download->past_total = record->total;
    room_take(room);
    if (download_over(record->state)) {
        put_past(download, record);
        download_add_over(room, download, record->state);
    } else {
        download_add(room, download);
        if (record->state == FETCH_PAUSED)
            download_pause(room, download);
    }
    *id = download->id;
    room->ping = true;
    room_drop(room);
    return true;
}
