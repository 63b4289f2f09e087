#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "fetch/archive.h"
#include "fetch/download.h"
#include "fetch/event.h"
#include "fetch/hashing.h"
#include "fetch/resume.h"
#include "fetch/target.h"

enum { ARCHIVE_MS = 1000 };

/* ---- what to do next ---- */

/* Queues every running part whose journal is due; returns when the next will
 * be. */
static int64_t queue_journals(struct fetch *room, int64_t now_ms)
    REQUIRES(fetch_class)
{
    int64_t next_ms = INT64_MAX;
    struct host *host = room->ring;

    if (!host)
        return next_ms;
    do {
        for (struct download *download = host->running; download;
             download = download->host_next) {
            if (!download->part || !download->confirmed ||
                !download->journal_ms)
                continue;
            if (download->journal_ms <= now_ms) {
                download->journal_ms = now_ms + JOURNAL_MS;
                if (download->disk_job == DISK_NONE)
                    download->disk_job = DISK_JOURNAL;
                download_to_disk(room, download);
            }
            if (download->journal_ms < next_ms)
                next_ms = download->journal_ms;
        }
        host = host->ring_next;
    } while (host != room->ring);
    return next_ms;
}

static struct download *pop(struct fetch *room) REQUIRES(fetch_class)
{
    struct download *download = room->disk_queue;

    if (!download)
        return NULL;
    room->disk_queue = download->disk_next;
    if (!room->disk_queue)
        room->disk_last = NULL;
    download->disk_queued = false;
    download->on_disk = true;
    return download;
}

/* ---- journals ---- */

/* What the journal has to be told, copied under the lock; the part itself stays
 * while the download is in our hands. */
struct claim {
    struct journal journal; /* the header, and all spans */
    struct spans fresh;     /* spans it does not have yet */
    bool first;             /* there is no journal yet */
};

static void make_claim(struct claim *claim, struct download *download)
    REQUIRES(fetch_class)
{
    *claim = (struct claim){.first = download->part->journal_fd < 0};
    journal_init(&claim->journal);
    spans_init(&claim->fresh);
    claim->journal.url = mem_strdup(download->mirrors[0].url);
    claim->journal.final_url = mem_strdup(download->seen.final_url);
    claim->journal.etag = mem_strdup(download->seen.etag);
    claim->journal.last_modified = mem_strdup(download->seen.last_modified);
    claim->journal.length = download->seen.length;
    claim->journal.own = download->adopted;
    for (size_t i = 0; i < download->done.count; i++) {
        struct span span = download->done.list[i];

        spans_add(&claim->journal.done, span.start, span.end);
        if (!spans_has(&download->journaled, span.start, span.end))
            spans_add(&claim->fresh, span.start, span.end);
    }
}

static void free_claim(struct claim *claim)
{
    journal_fini(&claim->journal);
    spans_fini(&claim->fresh);
}

static bool append(struct part *part, const struct spans *fresh,
                   struct err *err)
{
    struct str records;
    bool ok = true;

    str_init(&records, JOURNAL_MAX);
    for (size_t i = 0; ok && i < fresh->count; i++)
        ok = journal_span(&records, fresh->list[i].start, fresh->list[i].end);
    ok = ok && part_append(part, &records, err);
    str_fini(&records);
    return ok;
}

/* First the data, then the claim. A journal that cannot be written costs only
 * what a kill would lose: it is told in the log, the download goes on and the
 * next claim tries again. */
static bool write_claim(struct part *part, const struct claim *claim)
{
    struct err err = {0};
    bool ok = part_flush(part, &err);

    if (ok && claim->first)
        ok = part_journal(part, &claim->journal, &err);
    else if (ok && claim->fresh.count > 0)
        ok = append(part, &claim->fresh, &err);
    if (!ok)
        log_write(LOG_WARN, "%s", err.text);
    return ok;
}

static void keep_journal(struct fetch *room, struct download *download)
{
    struct claim claim;
    bool written;

    room_take(room);
    make_claim(&claim, download);
    room_drop(room);
    written =
        claim.journal.done.count > 0 && write_claim(download->part, &claim);
    room_take(room);
    for (size_t i = 0; written && i < claim.journal.done.count; i++)
        spans_add(&download->journaled, claim.journal.done.list[i].start,
                  claim.journal.done.list[i].end);
    room_drop(room);
    free_claim(&claim);
}

/* ---- complete files ---- */

/* Hashes on, and comes back later for more unless that was all. */
static enum hashing_state hash_on(struct fetch *room, struct download *download,
                                  enum disk_job job, struct digest *got,
                                  struct err *err)
{
    enum hashing_state state = hashing_step(download->hashing, got, err);
    bool enough;

    room_take(room);
    enough = room->stopping || download->want_cancel || download->want_delete;
    if (state == HASHING_MORE && !enough) {
        if (download->disk_job == DISK_NONE)
            download->disk_job = job;
        download_to_disk(room, download);
    }
    room_drop(room);
    if (state == HASHING_MORE && !enough)
        return state;
    if (state == HASHING_MORE) {
        err_set(err, ERR_CANCELED, "canceled; what is here is kept");
        state = HASHING_FAILED;
    }
    hashing_free(download->hashing);
    download->hashing = NULL;
    return state;
}

/* A user's own file that --on-exists resume took over gets its name and length
 * back. */
static void give_back(struct fetch *room, struct download *download)
{
    struct err err;
    char *name = target_guess(download);
    int dir_fd = target_folder(room, download, &err);

    if (dir_fd < 0 || !part_place(download->part, dir_fd, name,
                                  (uint64_t)download->adopted, false, &err))
        log_write(LOG_ERROR, "%s is now called %s: %s", name,
                  download->part->name, err.text);
    mem_free(name);
}

static void remove_part(struct fetch *room, struct download *download)
{
    if (download->adopted >= 0)
        give_back(room, download);
    else
        part_remove(download->part);
}

/* Is the part what was declared? MORE: not known yet. */
static enum hashing_state verify_part(struct fetch *room,
                                      struct download *download,
                                      uint64_t length, struct err *err)
{
    enum hashing_state state;
    struct digest got;

    if (!download->has_digest)
        return HASHING_DONE;
    if (!download->hashing)
        download->hashing = hashing_new(download->part->fd, false, length,
                                        download->digest.algo, err);
    if (!download->hashing)
        return HASHING_FAILED;
    state = hash_on(room, download, DISK_FINISH, &got, err);
    if (state != HASHING_DONE || digest_equal(&got, &download->digest))
        return state;
    err_set(err, ERR_MISMATCH,
            "the %s checksum is not the declared one; nothing is kept",
            digest_name(download->digest.algo));
    return HASHING_FAILED;
}

static void close_part(struct download *download)
{
    part_free(download->part);
    download->part = NULL;
    if (download->dir_fd >= 0)
        close(download->dir_fd);
    download->dir_fd = -1;
}

static enum fetch_state place(struct fetch *room, struct download *download,
                              uint64_t length, char **path, struct err *err)
{
    bool flush = download->part->journal_fd >= 0 || download->part->lost;

    /* A file that was there for a while is flushed before it is called
     * complete; one that came in a moment shares the fate of any other new
     * file. One that could not be flushed is not called complete. */
    if (flush && !part_flush(download->part, err))
        return FETCH_FAILED;
    switch (target_place(room, download, NULL, length, path, err)) {
    case TARGET_PLACED:
        return FETCH_DONE;
    case TARGET_SKIPPED:
        part_remove(download->part);
        return FETCH_SKIPPED;
    case TARGET_FAILED:
        break;
    }
    return FETCH_FAILED;
}

/* What did not end as it should, and why. */
static enum fetch_state give_up(struct fetch *room, struct download *download,
                                const struct err *err)
{
    if (err->code == ERR_MISMATCH)
        remove_part(room, download);
    else
        keep_journal(room, download);
    return err->code == ERR_CANCELED ? FETCH_CANCELED : FETCH_FAILED;
}

/* It is not the declared file. Pieces of several mirrors: once more, from one
 * alone; of one: from the next, if there is one. */
static bool another_try(struct fetch *room, struct download *download)
{
    bool mixed = download->mixed;
    struct err err = {0};

    if (download->adopted >= 0 ||
        (!mixed && download->mirror_at + 1 >= download->count))
        return false;
    err_set(&err, ERR_MISMATCH,
            mixed ? "the pieces of several mirrors do not give the declared "
                    "checksum; it is fetched anew from one"
                  : "the checksum is not the declared one; it is fetched anew "
                    "from the next mirror");
    part_remove(download->part);
    room_take(room);
    close_part(download);
    spans_clear(&download->done);
    spans_clear(&download->journaled);
    download->journal_ms = 0;
    download->best_bytes = 0;
    download->resume_known = false;
    download->mixed = false;
    download->no_mix = true;
    if (!mixed)
        download->mirror_at++;
    event_add(room, download, FETCH_EVENT_NOTE, &err, NULL, 0, clock_ms());
    download_requeue(room, download);
    room_drop(room);
    return true;
}

static void finish(struct fetch *room, struct download *download)
{
    uint64_t length = (uint64_t)download->seen.length;
    enum fetch_state state = FETCH_FAILED;
    struct err err = {0};
    char *path = NULL;
    enum hashing_state verified = verify_part(room, download, length, &err);

    if (verified == HASHING_MORE)
        return;
    if (verified == HASHING_FAILED && err.code == ERR_MISMATCH &&
        another_try(room, download))
        return;
    if (verified == HASHING_DONE)
        state = place(room, download, length, &path, &err);
    else
        state = give_up(room, download, &err);
    if (state == FETCH_DONE)
        log_write(LOG_INFO, "done %s", path);
    else
        log_write(LOG_WARN, "%s: %s", download->part->name, err.text);
    if (state == FETCH_DONE)
        archive_note(room->archive, download->mirrors[0].url, path, length);
    if (state != FETCH_DONE)
        room->parts = true;
    room_take(room);
    close_part(download);
    if (verified == HASHING_FAILED && err.code == ERR_MISMATCH)
        spans_clear(&download->done);
    download->resume_known = false;
    if (state == FETCH_DONE)
        room_archive_due(room);
    download_finish(room, download, state, state == FETCH_DONE ? NULL : &err,
                    path, clock_ms());
    room_drop(room);
    mem_free(path);
}

/* The part of what is over or paused: everything it holds is claimed, so that
 * the next run goes on from here. */
static void close_download(struct fetch *room, struct download *download)
{
    bool empty;

    room_take(room);
    empty = download->done.count == 0 || download->state == FETCH_SKIPPED;
    room_drop(room);
    if (download->adopted >= 0)
        give_back(room, download);
    else if (empty)
        part_remove(download->part);
    else
        keep_journal(room, download);
    room->parts = true;
    room_take(room);
    close_part(download);
    download->resume_known = false;
    room_drop(room);
}

/* ---- finished files ---- */

/* Never through a symlink: what was placed was a regular file. */
static struct hashing *open_file(const struct download *download,
                                 struct err *err)
{
    int fd =
        open(download->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    enum digest_algo algo =
        download->has_digest ? download->digest.algo : DIGEST_SHA256;
    struct hashing *hashing;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_errno(err, fd < 0 ? errno : EINVAL, "cannot read %s",
                  download->path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    hashing = hashing_new(fd, true, (uint64_t)st.st_size, algo, err);
    return hashing;
}

static void verify_file(struct fetch *room, struct download *download)
{
    enum fetch_check check = FETCH_CHECK_GONE;
    struct err err = {0};
    struct digest got = {.algo = DIGEST_NONE};
    enum hashing_state state = HASHING_FAILED;

    if (!download->hashing)
        download->hashing = open_file(download, &err);
    if (download->hashing)
        state = hash_on(room, download, DISK_VERIFY, &got, &err);
    if (state == HASHING_MORE)
        return;
    if (state == HASHING_DONE && !download->has_digest) {
        check = FETCH_CHECK_READ;
    } else if (state == HASHING_DONE && digest_equal(&got, &download->digest)) {
        check = FETCH_CHECK_OK;
    } else if (state == HASHING_DONE) {
        check = FETCH_CHECK_BAD;
        err_set(&err, ERR_MISMATCH,
                "the %s checksum is not the declared one: the file has been "
                "changed; delete it and fetch it again",
                digest_name(download->digest.algo));
    }
    room_take(room);
    download->check = check;
    download->err = err;
    if (state == HASHING_DONE)
        download->got = got;
    room->version++;
    room->ping = true;
    room_drop(room);
}

/* The part that a closed download has left. */
static bool delete_left(struct fetch *room, struct download *download,
                        struct err *err)
{
    int dir_fd = target_folder(room, download, err);
    char *name = target_guess(download);
    struct journal journal;
    struct part *part = NULL;
    bool ok;

    journal_init(&journal);
    ok = dir_fd >= 0 && part_resume(dir_fd, name, download->mirrors[0].url,
                                    &part, &journal, err);
    if (part && resume_same_url(download, journal.url))
        part_remove(part);
    part_free(part);
    journal_fini(&journal);
    mem_free(name);
    return ok;
}

static bool delete_file(const struct download *download, struct err *err)
{
    struct stat st;

    if (lstat(download->path, &st) != 0)
        return errno == ENOENT ||
               err_errno(err, errno, "cannot delete %s", download->path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_REFUSED,
                       "%s is no regular file any more; it is left alone",
                       download->path);
    return unlink(download->path) == 0 ||
           err_errno(err, errno, "cannot delete %s", download->path);
}

static void delete_download(struct fetch *room, struct download *download)
{
    struct err err = {0};
    bool ok = true;

    hashing_free(download->hashing);
    download->hashing = NULL;
    if (download->part)
        remove_part(room, download);
    else if (download->state == FETCH_DONE)
        ok = delete_file(download, &err);
    else
        ok = delete_left(room, download, &err);
    room_take(room);
    close_part(download);
    download->want_delete = false;
    download->want_forget |= ok;
    if (!ok)
        download->err = err;
    room->ping = true;
    room_drop(room);
}

/* ---- the thread ---- */

static void do_job(struct fetch *room, struct download *download)
{
    enum disk_job job;

    room_take(room);
    job = download->disk_job;
    download->disk_job = DISK_NONE;
    room_drop(room);
    thread_job("%s", download->name ? download->name : "");
    thread_mark(THREAD_IO);
    if (job == DISK_VERIFY)
        verify_file(room, download);
    else if (job == DISK_DELETE)
        delete_download(room, download);
    else if (download->part && job == DISK_JOURNAL)
        keep_journal(room, download);
    else if (download->part && job == DISK_FINISH)
        finish(room, download);
    else if (download->part && job == DISK_CLOSE)
        close_download(room, download);
    thread_mark(THREAD_RUN);
    thread_job("%s", "");
    room_take(room);
    download->on_disk = false;
    if (!download->disk_queued)
        room->disk_busy--;
    if (!download->disk_queued && download->want_forget)
        download_forget(room, download);
    room->ping |= room->disk_busy == 0;
    room_wake(room);
    room_drop(room);
}

/* Waits for work; NULL when there is none and either it is time for the archive
 * or the room ends (*over). */
static struct download *next_job(struct fetch *room, int64_t archive_ms,
                                 bool *over)
{
    struct download *download;

    room_take(room);
    for (;;) {
        int64_t now_ms = clock_ms();
        int64_t until_ms = queue_journals(room, now_ms);

        download = pop(room);
        *over = !download && room->ending && room->running == 0;
        if (download || *over)
            break;
        if (room->archive_due && now_ms >= archive_ms) {
            room->archive_due = false;
            break;
        }
        if (room->archive_due && archive_ms < until_ms)
            until_ms = archive_ms;
        thread_mark(THREAD_COND);
        lock_wait(&room->lock, &fetch_class, &room->disk_cond,
                  until_ms == INT64_MAX ? -1 : until_ms);
        thread_mark(THREAD_RUN);
    }
    room_drop(room);
    return download;
}

/* The archive claims only files that are on the disk: one flush of the folder's
 * file system for many of them. */
static void flush_archive(struct fetch *room)
{
    struct err err;

    if (syncfs(room->dir_fd) != 0)
        log_write(LOG_WARN, "cannot flush the folder: %s", strerror(errno));
    else if (!archive_flush(room->archive, &err))
        log_write(LOG_WARN, "the archive cannot be written: %s", err.text);
}

void disk_run(void *arg)
{
    struct fetch *room = arg;
    int64_t archive_ms = clock_ms() + ARCHIVE_MS;
    bool over = false;

    while (!over) {
        struct download *download = next_job(room, archive_ms, &over);

        if (download) {
            do_job(room, download);
            continue;
        }
        if (archive_pending(room->archive))
            flush_archive(room);
        archive_ms = clock_ms() + ARCHIVE_MS;
    }
}
