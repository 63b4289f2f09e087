#include "resume.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fetch/archive.h"
#include "fetch/judge.h"
#include "fetch/target.h"

uint64_t resume_held(const struct transfer *transfer)
{
    const struct spans *done = &transfer->download->done;
    uint64_t at = transfer->lease->start;

    for (size_t i = 0; i < done->count; i++)
        if (done->list[i].start < at && done->list[i].end >= at) {
            uint64_t held = at - done->list[i].start;

            return held < RESUME_OVERLAP ? held : RESUME_OVERLAP;
        }
    return 0;
}

/* Points the first lease at the first missing byte. With nothing missing (the
 * run before ended between the last byte and the name) only the overlap is
 * asked for. */
static void aim(struct transfer *transfer) REQUIRES(fetch_class)
{
    struct download *download = transfer->download;
    struct lease *lease = transfer->lease;
    struct span gap = {0, UINT64_MAX};
    uint64_t length = download->seen.length < 0
                          ? UINT64_MAX
                          : (uint64_t)download->seen.length;

    if (!spans_first_gap(&download->done, length, &gap))
        gap = (struct span){length, length};
    lease->start = lease->pos = gap.start;
    lease->end = gap.end;
    spans_clear(&download->todo);
    if (length != UINT64_MAX) {
        spans_invert(&download->done, length, &download->todo);
        spans_remove(&download->todo, gap.start, gap.end);
    }
}

static void take_over(struct transfer *transfer, struct part *part,
                      struct journal *journal)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    struct spans done;

    room_take(room);
    download->part = part;
    download->adopted = journal->own;
    download->ranges = true;
    mem_free(download->seen.final_url);
    mem_free(download->seen.etag);
    mem_free(download->seen.last_modified);
    download->seen =
        (struct validators){.final_url = journal->final_url,
                            .etag = journal->etag,
                            .last_modified = journal->last_modified,
                            .length = journal->length};
    journal->final_url = journal->etag = journal->last_modified = NULL;
    done = download->done;
    download->done = journal->done;
    journal->done = done;
    download->check_overlap = !answer_strong(download->seen.etag);
    spans_clear(&download->journaled);
    for (size_t i = 0; i < download->done.count; i++)
        spans_add(&download->journaled, download->done.list[i].start,
                  download->done.list[i].end);
    download->journal_ms = clock_ms() + JOURNAL_MS;
    aim(transfer);
    room_drop(room);
}

bool resume_same_url(const struct download *download, const char *url)
{
    bool same = false;

    for (size_t i = 0; i < download->count && !same; i++) {
        struct str shown;

        str_init(&shown, JOURNAL_URL);
        (void)journal_strip(&shown, download->mirrors[i].url);
        same = url && strcmp(shown.data, url) == 0;
        str_fini(&shown);
    }
    return same;
}

static bool find_part(struct transfer *transfer, int dir_fd, const char *name)
{
    struct download *download = transfer->download;
    struct journal journal;
    struct part *part;
    struct err *err = &transfer->verdict.err;

    journal_init(&journal);
    if (!part_resume(dir_fd, name, download->mirrors[0].url, &part, &journal,
                     err)) {
        transfer->verdict.kind = VERDICT_FAIL;
        journal_fini(&journal);
        return false;
    }
    if (part && !resume_same_url(download, journal.url)) {
        part_free(part);
    } else if (part && journal.own >= 0 && journal.done.count == 0) {
        /* A kill came between its journal and its rename: the user's file still
         * has its own name. */
        part_remove(part);
        part_free(part);
    } else if (part) {
        take_over(transfer, part, &journal);
    }
    journal_fini(&journal);
    return true;
}

/* --on-exists resume: the file itself becomes the part. */
static bool adopt(struct transfer *transfer, int dir_fd, const char *name)
{
    struct download *download = transfer->download;
    struct journal journal;
    struct part *part;

    journal_init(&journal);
    part = part_adopt(dir_fd, name, name, download->mirrors[0].url, &journal,
                      &transfer->verdict.err);
    if (part)
        take_over(transfer, part, &journal);
    else
        transfer->verdict.kind = VERDICT_FAIL;
    journal_fini(&journal);
    return part != NULL;
}

/* The part of an earlier try in this run is gone: nothing of it is here any
 * more. */
static void begin_empty(struct fetch *room, struct download *download)
{
    room_take(room);
    spans_clear(&download->done);
    spans_clear(&download->journaled);
    download->journal_ms = 0;
    download->adopted = -1;
    room_drop(room);
}

/* What the file on the disk says before the server is asked. */
static bool look_at_disk(struct transfer *transfer, int dir_fd,
                         const char *name)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    enum fetch_exists policy = room->options.on_exists;
    bool exists;

    if ((dir_fd != room->dir_fd || room->parts) &&
        !find_part(transfer, dir_fd, name))
        return false;
    if (download->part || policy == FETCH_RENAME || policy == FETCH_OVERWRITE)
        return true;
    exists = target_exists(room, download, name);
    if (exists && policy == FETCH_RESUME)
        return adopt(transfer, dir_fd, name);
    /* A template's folders are known only with the answer. */
    if (!exists || (room->template && !download->out))
        return true;
    judge_refuse(transfer, policy == FETCH_SKIP ? VERDICT_SKIP : VERDICT_FAIL,
                 ERR_EXISTS, "the file exists already");
    return false;
}

bool resume_look(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    char *name;
    bool ok;
    int dir_fd;

    if (download->page || download->resume_known)
        return true;
    if (transfer->worker->archive &&
        archive_has(transfer->worker->archive, download->mirrors[0].url)) {
        judge_refuse(transfer, VERDICT_SKIP, ERR_EXISTS,
                     "fetched before, says the archive");
        return false;
    }
    dir_fd = target_folder(room, download, &transfer->verdict.err);
    if (dir_fd < 0) {
        transfer->verdict.kind = VERDICT_FAIL;
        return false;
    }
    name = target_guess(download);
    ok = look_at_disk(transfer, dir_fd, name);
    mem_free(name);
    if (!download->part && download->done.count > 0)
        begin_empty(room, download);
    /* Rows are made of it. */
    room_take(room);
    download->resume_known = true;
    room_drop(room);
    return ok;
}
