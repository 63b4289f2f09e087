#include "judge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "fetch/download.h"
#include "fetch/event.h"
#include "fetch/learn.h"
#include "fetch/link.h"
#include "fetch/magic.h"
#include "fetch/target.h"

enum { SPILL_ABOVE = 256 << 10 };

static const char no_ranges[] =
    "the server does not serve ranges, so the file cannot be gone on with; it "
    "is "
    "as it was: move it away and retry, or use --on-exists overwrite";

void judge_refuse(struct transfer *transfer, enum verdict_kind kind,
                  enum err_code code, const char *text)
{
    transfer->verdict.kind = kind;
    err_set(&transfer->verdict.err, code, "%s", text);
}

void judge_note(struct transfer *transfer, enum err_code code, const char *text)
{
    struct fetch *room = transfer->worker->room;
    struct err err = {0};

    err_set(&err, code, "%s", text);
    room_take(room);
    event_add(room, transfer->download, FETCH_EVENT_NOTE, &err, NULL, 0,
              clock_ms());
    room_drop(room);
}

/* What is held belongs to another file: empty the part. */
static bool forget_held(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;

    if (!part_reset(download->part, &transfer->verdict.err)) {
        transfer->verdict.kind = VERDICT_FAIL;
        return false;
    }
    room_take(room);
    spans_clear(&download->done);
    spans_clear(&download->journaled);
    download->journal_ms = 0;
    transfer->lease->end = transfer->limit = UINT64_MAX;
    room_drop(room);
    judge_note(transfer, ERR_MISMATCH,
               "the file on the server has changed; it is fetched anew");
    return true;
}

/* A whole body where a part is held. An answer without any of the old
 * validators that looks like a page (a captive portal, an error in disguise)
 * does not cost what is here. */
static bool agree_with_held(struct transfer *transfer)
{
    struct download *download = transfer->download;
    const struct answer *answer = &transfer->answer;
    enum sameness same =
        validators_compare(&download->seen, answer, transfer->expected);

    if (!download->part || same == SAME)
        return true;
    if (download->adopted >= 0) {
        judge_refuse(transfer, VERDICT_FAIL, ERR_MISMATCH, no_ranges);
        return false;
    }
    if (same != LIKELY_SAME && download->seen.etag && !answer->etag &&
        !answer->last_modified && answer->type &&
        type_match("text/html", answer->type)) {
        judge_refuse(transfer, VERDICT_RETRY, ERR_MISMATCH,
                     "the server answers with a page instead of the file");
        return false;
    }
    return forget_held(transfer);
}

static bool big_enough(struct transfer *transfer, uint64_t length)
{
    uint64_t min = transfer->worker->room->options.min_size;

    if (length >= min || transfer->download->page)
        return true;
    judge_refuse(transfer, VERDICT_SKIP, ERR_LIMIT, "smaller than --min-size");
    return false;
}

static bool within_bounds(struct transfer *transfer)
{
    int64_t length = transfer->expected;

    return length < 0 || (big_enough(transfer, (uint64_t)length) &&
                          !judge_too_large(transfer, (uint64_t)length));
}

bool judge_too_large(struct transfer *transfer, uint64_t at)
{
    uint64_t max = transfer->worker->room->options.max_size;

    if (!max || at <= max || transfer->download->page)
        return false;
    judge_refuse(transfer, VERDICT_SKIP, ERR_LIMIT, "larger than --max-size");
    return true;
}

static bool wanted_type(struct transfer *transfer, const char *data, size_t len)
{
    const char *patterns = transfer->worker->room->options.expect_type;

    if (!patterns || type_check(patterns, transfer->answer.type, data, len,
                                &transfer->verdict.err))
        return true;
    transfer->verdict.kind = VERDICT_FAIL;
    return false;
}

/* With the name known: is it taken, and does that matter? */
static bool name_free(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    enum fetch_exists policy = room->options.on_exists;

    if (policy != FETCH_SKIP && policy != FETCH_FAIL)
        return true;
    if (!target_exists(room, transfer->download, transfer->download->name))
        return true;
    judge_refuse(transfer, policy == FETCH_SKIP ? VERDICT_SKIP : VERDICT_FAIL,
                 ERR_EXISTS, "the file exists already");
    return false;
}

/* How many bytes a whole body is to have; -1: not declared. */
static int64_t declared_length(const struct transfer *transfer)
{
    const struct answer *answer = &transfer->answer;
    curl_off_t length = -1;

    if (transfer->http) {
        if (answer->chunked || (answer->encoded && transfer->download->page))
            return -1;
        return answer->length;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                      &length);
    return length;
}

/* libcurl before 8.0 (curl pull requests 10693, 10715) may report a broken
 * HTTP/2 stream as complete; without a declared length nobody could tell. */
static bool trustworthy_end(struct transfer *transfer)
{
    const struct fetch *room = transfer->worker->room;

    if (transfer->expected >= 0 || transfer->h1 ||
        room->options.http == FETCH_HTTP_2 ||
        transfer_http_version(transfer) != CURL_HTTP_VERSION_2_0 ||
        curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000)
        return true;
    judge_refuse(transfer, VERDICT_H1, ERR_PROTOCOL,
                 "no length is declared over HTTP/2; asking over HTTP/1.1");
    return false;
}

static void begin_whole(struct transfer *transfer, const char *data, size_t len)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    const struct answer *answer = &transfer->answer;
    bool whole_range = answer->status == 206 && answer->has_range &&
                       answer->range.satisfied &&
                       answer->range.span.start == 0 &&
                       answer->range.total == (int64_t)answer->range.span.end;

    if (transfer->http && answer->status != 200 && answer->status != 203 &&
        !whole_range) {
        judge_refuse(
            transfer, VERDICT_FAIL, ERR_PROTOCOL,
            answer->status == 206
                ? "the server sent a piece where the whole was asked for"
                : "the server sent a success without the file");
        return;
    }
    transfer->expected = declared_length(transfer);
    if (!trustworthy_end(transfer))
        return;
    if (!download->page) {
        learn_name(transfer);
        if (!name_free(transfer) || !within_bounds(transfer) ||
            !wanted_type(transfer, data, len) || !agree_with_held(transfer))
            return;
    }
    room_take(room);
    learn_validators(transfer, transfer->expected,
                     !answer->refuses_ranges && transfer->expected >= 0);
    download_confirm(room, transfer->lease, clock_ms());
    transfer->limit = transfer->lease->end;
    room_drop(room);
    if (!download->page && !download->part && transfer->expected > SPILL_ABOVE)
        judge_spill(transfer);
}

/* ---- a range ---- */

static void whole_for_range(struct transfer *transfer)
{
    struct download *download = transfer->download;
    enum sameness same = validators_compare(&download->seen, &transfer->answer,
                                            transfer->answer.length);

    if (download->adopted >= 0)
        judge_refuse(transfer, VERDICT_FAIL, ERR_MISMATCH, no_ranges);
    else if (same == OTHER)
        judge_refuse(transfer, VERDICT_CHANGED, ERR_MISMATCH,
                     "the file on the server has changed; it is fetched anew");
    else if (transfer->if_range)
        judge_refuse(transfer, VERDICT_IF_RANGE, ERR_MISMATCH,
                     "the server sends everything on If-Range");
    else
        judge_refuse(transfer, VERDICT_NO_RANGES, ERR_PROTOCOL,
                     "the server does not serve ranges");
}

/* RFC 9110 15.3.7: is this the piece that was asked for, of the same file? */
static bool right_piece(struct transfer *transfer)
{
    const struct answer *answer = &transfer->answer;
    const struct content_range *range = &answer->range;
    struct download *download = transfer->download;
    uint64_t from = transfer->start - transfer->overlap;
    enum sameness same;

    if (!answer->has_range || !range->satisfied || range->span.start != from ||
        range->span.end > transfer->until ||
        (answer->length >= 0 &&
         (uint64_t)answer->length != range->span.end - from)) {
        judge_refuse(transfer, VERDICT_NO_RANGES, ERR_PROTOCOL,
                     "the server sent another piece than was asked for");
        return false;
    }
    same = validators_compare(&download->seen, answer, range->total);
    /* Between two pieces of one run a new tag means a new file, whatever the
     * date says: it only tells seconds. */
    if (!transfer->lease->first && validators_new_tag(&download->seen, answer))
        same = OTHER;
    if (same == OTHER && transfer->overlap == 0) {
        judge_refuse(transfer, VERDICT_CHANGED, ERR_MISMATCH,
                     "the file on the server has changed; it is fetched anew");
        return false;
    }
    if (same == OTHER && download->seen.length >= 0 && range->total >= 0 &&
        download->seen.length != range->total) {
        judge_refuse(transfer, VERDICT_CHANGED, ERR_MISMATCH,
                     "the file's length on the server has changed");
        return false;
    }
    if (same == LIKELY_SAME && transfer->overlap == 0 && transfer->start > 0 &&
        transfer->lease->first) {
        judge_refuse(transfer, VERDICT_IF_RANGE, ERR_MISMATCH,
                     "the file may have changed; comparing what is here");
        return false;
    }
    return true;
}

/* A mirror's piece goes beside another server's bytes only if it is sure to be
 * of the same file: the same strong tag says so, or a digest will tell. */
static bool same_file(const struct transfer *transfer)
{
    const struct download *download = transfer->download;
    const struct answer *answer = &transfer->answer;

    return download->has_digest ||
           (answer_strong(download->seen.etag) &&
            validators_compare(&download->seen, answer, answer->range.total) ==
                SAME &&
            !validators_new_tag(&download->seen, answer) && answer->etag);
}

static void begin_aside(struct transfer *transfer)
{
    const struct content_range *range = &transfer->answer.range;
    const char *text = NULL;

    if (transfer->answer.status != 206 || !transfer->answer.has_range ||
        !range->satisfied || range->span.start != transfer->start ||
        range->span.end > transfer->until)
        text = "this mirror does not serve ranges; it is not used beside the "
               "first";
    else if (range->total != transfer->download->seen.length)
        text = "this mirror has a file of another length; it is not used";
    else if (!same_file(transfer))
        text = "nothing proves that this mirror has the same file; it is not "
               "used beside the first (a checksum would)";
    if (text) {
        judge_refuse(transfer, VERDICT_FAIL, ERR_MISMATCH, text);
        return;
    }
    transfer->expected = (int64_t)(range->span.end - range->span.start);
    learn_mirror(transfer);
}

static void begin_range(struct transfer *transfer)
{
    const struct answer *answer = &transfer->answer;
    struct download *download = transfer->download;

    if (answer->status == 200) {
        whole_for_range(transfer);
        return;
    }
    if (answer->status != 206) {
        judge_refuse(transfer, VERDICT_FAIL, ERR_PROTOCOL,
                     "the server sent a success without the file");
        return;
    }
    if (!right_piece(transfer))
        return;
    transfer->expected =
        (int64_t)(answer->range.span.end - answer->range.span.start);
    if (download->adopted > 0 && answer->range.total >= 0 &&
        answer->range.total < download->adopted) {
        judge_refuse(
            transfer, VERDICT_FAIL, ERR_MISMATCH,
            "the file here is longer than the server's; move it away and "
            "retry");
        return;
    }
    if (transfer->lease->first)
        learn_name(transfer);
    if (transfer->overlap == 0)
        judge_confirm(transfer);
}

void judge_confirm(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;

    if (!transfer->lease->first)
        return;
    room_take(room);
    learn_missing(transfer);
    download_confirm(room, transfer->lease, clock_ms());
    transfer->limit = transfer->lease->end;
    room_drop(room);
}

void judge_overlap(struct transfer *transfer)
{
    if (transfer->download->adopted >= 0)
        judge_refuse(
            transfer, VERDICT_FAIL, ERR_MISMATCH,
            "what is here is not the beginning of the server's file; move "
            "it away and retry");
    else
        judge_refuse(
            transfer, VERDICT_CHANGED, ERR_MISMATCH,
            "the bytes here are not the server's any more; the file is "
            "fetched anew");
}

/* ---- all answers ---- */

static void bad_status(struct transfer *transfer)
{
    struct download *download = transfer->download;
    struct verdict *verdict = &transfer->verdict;
    long redirects = 0;

    transfer->discard = true;
    verdict_status(verdict, &transfer->answer, clock_wall_ms() / 1000);
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_COUNT, &redirects);
    if (transfer->answer.status == 416 && transfer->ranged) {
        if (download->adopted >= 0)
            judge_refuse(
                transfer, VERDICT_FAIL, ERR_MISMATCH,
                "the file here is longer than the server's; move it away "
                "and retry");
        else
            judge_refuse(
                transfer, VERDICT_CHANGED, ERR_MISMATCH,
                "the file on the server has become shorter; it is fetched "
                "anew");
    } else if (verdict_expired(transfer->answer.status) && redirects > 0 &&
               transfer->start > 0) {
        /* A signed link that has run out: the original one gives another. */
        verdict->kind = VERDICT_RETRY;
    }
}

bool judge_private_text(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (text && inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return link_address_private((struct sockaddr *)&v4);
    if (text && inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        return link_address_private((struct sockaddr *)&v6);
    return true;
}

bool judge_private_peer(const struct transfer *transfer)
{
    const char *text = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &text);
    return judge_private_text(text);
}

/* FTP and SFTP tell a length and perhaps a time; the time serves as validator,
 * in the words of HTTP. One stream only: their ranges cost a connection each.
 */
static void begin_ftp(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    uint64_t from = transfer->start - transfer->overlap;
    curl_off_t time_s = -1;
    int64_t total;

    transfer->expected = declared_length(transfer);
    total = transfer->expected < 0 ? -1 : transfer->expected + (int64_t)from;
    curl_easy_getinfo(transfer->easy, CURLINFO_FILETIME_T, &time_s);
    if (time_s >= 0 && !transfer->answer.last_modified)
        transfer->answer.last_modified = mem_printf("@%lld", (long long)time_s);
    transfer->answer.range.total = total;
    if (transfer->ranged) {
        learn_name(transfer);
        if (validators_compare(&download->seen, &transfer->answer, total) ==
            OTHER)
            judge_refuse(
                transfer, VERDICT_CHANGED, ERR_MISMATCH,
                "the file on the server has changed; it is fetched anew");
        else if (transfer->overlap == 0)
            judge_confirm(transfer);
    }
    room_take(room);
    download->single = true;
    room_drop(room);
}

void judge_begin(struct transfer *transfer, const char *data, size_t len)
{
    int status = transfer->answer.status;

    transfer->begun = true;
    learn_protocol(transfer);
    if (transfer->http && status == 0)
        judge_refuse(transfer, VERDICT_RETRY, ERR_PROTOCOL,
                     "the request ended without an answer");
    else if (transfer->http && (status < 200 || status > 299))
        bad_status(transfer);
    else if (!transfer->http && transfer->aside)
        judge_refuse(transfer, VERDICT_FAIL, ERR_PROTOCOL,
                     "this mirror does not speak HTTP; it is not used beside "
                     "the first");
    else if (!transfer->http)
        begin_ftp(transfer);
    else if (transfer->aside)
        begin_aside(transfer);
    else if (transfer->ranged)
        begin_range(transfer);
    if (transfer->verdict.kind == VERDICT_NONE && !transfer->ranged)
        begin_whole(transfer, data, len);
}

void judge_end(struct transfer *transfer)
{
    if (transfer->expected >= 0 &&
        transfer->received != (uint64_t)transfer->expected) {
        transfer->verdict.kind = VERDICT_RETRY;
        err_set(&transfer->verdict.err, ERR_PROTOCOL,
                "the server declared %lld bytes and sent %llu",
                (long long)transfer->expected,
                (unsigned long long)transfer->received);
        return;
    }
    if (transfer->expected < 0 && !big_enough(transfer, transfer->received))
        return;
    transfer->verdict.kind = VERDICT_OK;
    if (transfer->expected < 0 && !transfer->answer.chunked &&
        !transfer->download->page)
        judge_note(
            transfer, ERR_PROTOCOL,
            "the server did not declare the length: nobody can tell whether "
            "all of it came");
}

bool judge_spill(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    struct err *err = &transfer->verdict.err;
    int dir_fd = target_folder(room, download, err);
    char *name = target_guess(download);
    struct part *part = NULL;

    if (dir_fd >= 0)
        part = part_new(dir_fd, name, download->mirrors[0].url, err);
    mem_free(name);
    if (part && transfer->expected > 0 &&
        !part_reserve(part, (uint64_t)transfer->expected, err))
        goto fail;
    if (part &&
        part_write(part, transfer->body.data, transfer->body.len, 0, err)) {
        room_take(room);
        download->part = part;
        spans_add(&download->done, 0, transfer->body.len);
        transfer->lease->pos = transfer->body.len;
        download->memory_bytes = 0;
        lock_cond_signal(&room->disk_cond);
        room_drop(room);
        str_clear(&transfer->body);
        return true;
    }
fail:
    if (part)
        part_remove(part);
    part_free(part);
    transfer->verdict.kind = VERDICT_FAIL;
    return false;
}

bool judge_may_keep(const struct transfer *transfer)
{
    return transfer->begun && !transfer->discard && !transfer->download->page &&
           transfer->download->ranges &&
           transfer->verdict.kind != VERDICT_FAIL &&
           transfer->verdict.kind != VERDICT_SKIP;
}

bool judge_digest(struct transfer *transfer, const void *data, size_t len)
{
    const struct download *download = transfer->download;
    struct digest_stream stream = {0};
    struct digest got;
    struct err *err = &transfer->verdict.err;
    bool ok;

    if (!download->has_digest)
        return true;
    ok = digest_stream_init(&stream, download->digest.algo, err);
    if (ok) {
        digest_stream_update(&stream, data, len);
        ok = digest_stream_final(&stream, &got, err);
    }
    digest_stream_fini(&stream);
    if (ok && !digest_equal(&got, &download->digest))
        ok = err_set(err, ERR_MISMATCH,
                     "the %s checksum is not the declared one; nothing is kept",
                     digest_name(download->digest.algo));
    if (!ok)
        transfer->verdict.kind = VERDICT_FAIL;
    return ok;
}
