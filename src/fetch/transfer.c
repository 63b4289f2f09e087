#include "transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "fetch/archive.h"
#include "fetch/download.h"
#include "fetch/host.h"
#include "fetch/jar.h"
#include "fetch/judge.h"
#include "fetch/lease.h"
#include "fetch/link.h"
#include "fetch/resume.h"
#include "fetch/settle.h"
#include "fetch/setup.h"
#include "fetch/target.h"

enum {
    MEMORY_MAX = 256 << 10, /* a body up to here needs no part */
    BODY_KEPT = 64 << 10,   /* a larger buffer is not kept for the next */
    DISCARD_MAX = 64 << 10, /* of an error's body, then the connection goes */
    FEW = 4,                /* connections of a host that are no crowd */
    GRANT_MS = 50           /* a rate limit is looked at about so often */
};

/* Every byte that has come through here is written, compared, or refused.
 * Returns how many were used; fewer than len ends the transfer. */
static size_t use(struct transfer *transfer, const char *data, size_t len)
{
    struct err *err = &transfer->verdict.err;
    uint64_t space = transfer->limit - transfer->pos;

    if (judge_too_large(transfer, transfer->pos + len))
        return 0;
    if (len > space) {
        transfer->cut = true;
        len = (size_t)space;
    }
    if (!transfer->download->part) {
        if (str_add(&transfer->body, data, len)) {
            transfer->pos += len;
            return len;
        }
        transfer->verdict.kind = VERDICT_FAIL;
        err_set(err, ERR_LIMIT, "the page is larger than %d MiB",
                PAGE_MAX >> 20);
        return 0;
    }
    if (!part_write(transfer->download->part, data, len, transfer->pos, err)) {
        transfer->verdict.kind = VERDICT_FAIL;
        return 0;
    }
    transfer->pos += len;
    return len;
}

/* The bytes before start are here already: the file is the same only if they
 * are. */
static bool same_bytes(struct transfer *transfer, const char *data, size_t len)
{
    char held[16384];
    uint64_t at = transfer->start - transfer->overlap;

    while (len > 0) {
        size_t n = len < sizeof(held) ? len : sizeof(held);

        if (!part_read(transfer->download->part, held, n, at,
                       &transfer->verdict.err)) {
            transfer->verdict.kind = VERDICT_FAIL;
            return false;
        }
        if (memcmp(held, data, n) != 0) {
            judge_overlap(transfer);
            return false;
        }
        at += n;
        data += n;
        len -= n;
        transfer->overlap -= n;
    }
    return true;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t len = size * count;
    size_t rest = len;

    if (!transfer->begun)
        judge_begin(transfer, data, len);
    if (transfer->discard) {
        transfer->discarded += len;
        return transfer->discarded > DISCARD_MAX ? 0 : len;
    }
    if (transfer->verdict.kind != VERDICT_NONE)
        return 0;
    /* libcurl reads on while there is something to read. What it has in hand it
     * keeps until the worker lets it go on. */
    if (transfer->received - transfer->spent >= transfer->grant) {
        transfer->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    transfer->received += len;
    if (transfer->overlap > 0) {
        size_t n = len < transfer->overlap ? len : (size_t)transfer->overlap;

        if (!same_bytes(transfer, data, n))
            return 0;
        if (transfer->overlap == 0)
            judge_confirm(transfer);
        data += n;
        rest -= n;
    }
    if (!transfer->download->part && !transfer->download->page &&
        transfer->body.len + rest > MEMORY_MAX && !judge_spill(transfer))
        return 0;
    return use(transfer, data, rest) == rest ? len : 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t len = size * count;

    transfer->cookies |= len > 11 && curl_strnequal(line, "Set-Cookie:", 11);
    if (answer_line(&transfer->answer, line, len, &transfer->verdict.err))
        return len;
    transfer->verdict.kind = VERDICT_FAIL;
    return 0;
}

static bool refuses_private(const struct transfer *transfer)
{
    const struct fetch *room = transfer->worker->room;
    enum fetch_private policy = room->options.private_addresses;

    return !room->proxied &&
           (policy == FETCH_PRIVATE_REFUSE ||
            (policy == FETCH_PRIVATE_AUTO && transfer->download->from_public));
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose,
                               struct curl_sockaddr *address)
{
    struct transfer *transfer = arg;
    int fd;

    (void)purpose;
    if (refuses_private(transfer) && link_address_private(&address->addr)) {
        transfer->peer_private = true;
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                address->protocol);
    if (fd >= 0)
        poller_opened(&transfer->worker->poller, fd);
    return fd;
}

/* A connection that another download has made is used without on_socket. */
static int on_request(void *arg, char *peer, char *local, int peer_port,
                      int local_port)
{
    struct transfer *transfer = arg;

    (void)local;
    (void)peer_port;
    (void)local_port;
    if (!refuses_private(transfer) || !judge_private_text(peer))
        return CURL_PREREQFUNC_OK;
    transfer->peer_private = true;
    return CURL_PREREQFUNC_ABORT;
}

static void make_handle(struct transfer *transfer)
{
    struct worker *worker = transfer->worker;
    CURL *easy = curl_easy_init();

    if (!easy)
        abort();
    transfer->easy = easy;
    setup_handle(easy, worker->room);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    poller_adopt(&worker->poller, easy);
}

struct transfer *transfer_new(struct worker *worker)
{
    struct transfer *transfer = mem_new(sizeof(*transfer));

    transfer->worker = worker;
    str_init(&transfer->body, PAGE_MAX);
    answer_init(&transfer->answer);
    make_handle(transfer);
    return transfer;
}

void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    answer_fini(&transfer->answer);
    str_fini(&transfer->body);
    mem_free(transfer);
}

static void begin_request(struct transfer *transfer, struct lease *lease)
{
    transfer->lease = lease;
    transfer->download = lease->download;
    transfer->verdict = (struct verdict){.retry_after_ms = -1};
    transfer->ranged = transfer->if_range = transfer->begun = false;
    transfer->discard = transfer->cut = transfer->paused = false;
    transfer->peer_private = transfer->stopped = false;
    transfer->discarded = transfer->received = transfer->published = 0;
    transfer->spent = transfer->overlap = 0;
    transfer->grant = UINT64_MAX;
    transfer->expected = -1;
    transfer->detail[0] = '\0';
}

static void set_range(struct transfer *transfer)
{
    uint64_t from = transfer->start - transfer->overlap;
    char text[64];

    if (transfer->until == UINT64_MAX)
        snprintf(text, sizeof(text), "%llu-", (unsigned long long)from);
    else
        snprintf(text, sizeof(text), "%llu-%llu", (unsigned long long)from,
                 (unsigned long long)(transfer->until - 1));
    curl_easy_setopt(transfer->easy, CURLOPT_RANGE, text);
}

/* RFC 9110 13.1.5: a strong ETag, else the date. */
static void set_if_range(struct transfer *transfer)
{
    const struct validators *seen = &transfer->download->seen;
    const char *condition =
        answer_strong(seen->etag) ? seen->etag : seen->last_modified;
    const struct fetch *room = transfer->worker->room;
    const struct curl_slist *base =
        transfer->download->trusted ? room->headers : room->headers_public;
    char *line;

    transfer->if_range &= condition != NULL;
    if (!transfer->if_range)
        return;
    for (; base; base = base->next)
        transfer->headers = curl_slist_append(transfer->headers, base->data);
    line = mem_printf("If-Range: %s", condition);
    transfer->headers = curl_slist_append(transfer->headers, line);
    mem_free(line);
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

/* Before all else: the handle may be made anew. */
static void give_cookies(struct transfer *transfer)
{
    struct jar *jar = transfer->worker->room->jar;

    transfer->jar_mark = jar_to_handle(jar, transfer->easy, transfer->jar_mark);
    if (transfer->jar_mark != JAR_REFUSED)
        return;
    curl_easy_cleanup(transfer->easy);
    make_handle(transfer);
    transfer->jar_mark = jar_to_handle(jar, transfer->easy, 0);
}

/* Only a response that sets cookies changes what the handle has. */
static void take_cookies(struct transfer *transfer)
{
    if (!transfer->cookies)
        return;
    jar_from_handle(transfer->worker->room->jar, transfer->easy,
                    transfer->jar_mark);
    transfer->cookies = false;
    transfer->jar_mark = 0;
}

static void set_request(struct transfer *transfer, const char *url, bool few,
                        bool h1_only)
{
    struct download *download = transfer->download;
    struct fetch *room = transfer->worker->room;

    transfer->http = strncasecmp(url, "http", 4) == 0;
    if (room->jar)
        give_cookies(transfer);
    /* Segments get connections of their own: streams of one connection share
     * its speed. */
    transfer->h1 = h1_only || (transfer->ranged && !download->page);
    transfer->lane = setup_request(transfer->easy, room, url, download->trusted,
                                   few, transfer->h1, download->page);
    curl_easy_setopt(transfer->easy, CURLOPT_RANGE, NULL);
    if (transfer->ranged) {
        set_range(transfer);
        if (transfer->http)
            set_if_range(transfer);
    }
}

void transfer_grant(struct transfer *transfer)
{
    const struct download *download = transfer->download;
    const struct bucket *buckets[] = {&transfer->worker->room->bytes,
                                      &lease_host(transfer->lease)->bytes,
                                      &download->bucket};

    transfer->grant = UINT64_MAX;
    for (size_t i = 0; i < ARRAY_LEN(buckets); i++) {
        uint64_t grant = (uint64_t)(buckets[i]->rate * GRANT_MS / 1000) + 1;

        if (buckets[i]->rate > 0 && grant < transfer->grant)
            transfer->grant = grant;
    }
}

bool transfer_start(struct transfer *transfer, struct lease *lease)
{
    struct fetch *room = transfer->worker->room;
    const struct host *host;
    const char *url;
    bool h1_only;
    bool few;

    begin_request(transfer, lease);
    if (lease->first && !resume_look(transfer))
        return false;
    room_take(room);
    transfer->start = transfer->pos = lease->start;
    transfer->limit = transfer->until = lease->end;
    transfer->ranged = !lease->first || lease->start > 0;
    if (lease->first &&
        (lease->start == lease->end || transfer->download->check_overlap))
        transfer->overlap = resume_held(transfer);
    transfer_grant(transfer);
    host = lease_host(lease);
    url = lease->download->mirrors[lease->mirror].url;
    transfer->aside = lease_aside(lease);
    h1_only = host->no_h2 || lease->download->h1_only || room->rate_set;
    /* Another server's tag says nothing to a mirror; its own is judged. */
    transfer->if_range = !lease->download->no_if_range && !transfer->aside;
    few = host->queued + host->active <= FEW;
    room_drop(room);
    set_request(transfer, url, few, h1_only);
    return true;
}

long transfer_http_version(const struct transfer *transfer)
{
    long version = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    return version;
}

const char *transfer_final_url(const struct transfer *transfer)
{
    const char *url = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
    return url;
}

static bool untouched(const struct transfer *transfer)
{
    return transfer->answer.status == 0 && transfer->received == 0;
}

/* libcurl tells its two timeouts, for the connection and for the body, apart by
 * words only. */
static bool stalled(const struct transfer *transfer, CURLcode code)
{
    return code == CURLE_OPERATION_TIMEDOUT &&
           strstr(transfer->detail, "too slow");
}

static void end_stalled(struct transfer *transfer)
{
    long long stall_s = setup_stall_s(&transfer->worker->room->options);

    transfer->verdict.kind = VERDICT_RETRY;
    err_set(
        &transfer->verdict.err, ERR_NET,
        "the server has sent nothing, or next to nothing, for %lld second%s "
        "(--stall-timeout)",
        stall_s, stall_s == 1 ? "" : "s");
}

/* What libcurl 7.88 says of a question over DNS over HTTPS is the same,
 * whatever went wrong. */
static void end_unknown(struct transfer *transfer)
{
    transfer->verdict.kind = VERDICT_RETRY;
    err_set(&transfer->verdict.err, ERR_NET,
            "the server of --doh-url does not know the name, or cannot be "
            "reached, or its certificate is not trusted");
}

static void end_failed(struct transfer *transfer, CURLcode code)
{
    long connects = 0;

    if (transfer->peer_private) {
        transfer->verdict.kind = VERDICT_FAIL;
        err_set(&transfer->verdict.err, ERR_REFUSED,
                "the link leads to a private address; allow that with "
                "--private-addresses allow");
        return;
    }
    if (stalled(transfer, code)) {
        end_stalled(transfer);
        return;
    }
    if (code == CURLE_COULDNT_RESOLVE_HOST &&
        transfer->worker->room->options.doh_url) {
        end_unknown(transfer);
        return;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
    verdict_curl(&transfer->verdict, code, transfer->detail, connects > 0,
                 untouched(transfer));
}

void transfer_end(struct transfer *transfer, CURLcode code)
{
    if (transfer->verdict.kind != VERDICT_NONE)
        return;
    if (transfer->stopped && !transfer->cut) {
        transfer->verdict.kind = VERDICT_STOPPED;
        return;
    }
    if (code == CURLE_OK && !transfer->begun)
        judge_begin(transfer, "", 0);
    if (transfer->verdict.kind != VERDICT_NONE)
        return;
    if (transfer->cut)
        transfer->verdict.kind = VERDICT_OK;
    else if (code != CURLE_OK)
        end_failed(transfer, code);
    else
        judge_end(transfer);
}

bool transfer_publish(struct transfer *transfer, int64_t now_ms)
{
    struct lease *lease = transfer->lease;

    /* Before the answer is judged nothing that came counts. */
    if (transfer->begun && !transfer->discard) {
        lease_publish(transfer->worker->room, lease, transfer->pos,
                      transfer->received - transfer->published,
                      transfer->download->part != NULL, now_ms);
        transfer->published = transfer->received;
        /* A lease that began at 0 without a range may get its end back. */
        transfer->limit = lease->end;
        if (transfer->pos > transfer->limit)
            transfer->limit = transfer->pos;
    }
    transfer->stopped = lease->stop;
    return lease->stop;
}

/* A page goes to the reader. */
static void hand_over(struct transfer *transfer)
{
    struct download *download = transfer->download;
    const char *url = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
    download->body_url = mem_strdup(url);
    download->body_type = mem_strdup(transfer->answer.type);
    download->body_bytes = transfer->body.len;
    download->body = str_take(&transfer->body);
    download->body_public = !judge_private_peer(transfer);
}

/* A small file that is complete gets its name. */
static bool place_small(struct transfer *transfer, char **path)
{
    struct verdict *verdict = &transfer->verdict;
    enum target_result result;

    if (!judge_digest(transfer, transfer->body.data, transfer->body.len))
        return false;
    result = target_place(transfer->worker->room, transfer->download,
                          transfer->body.data, transfer->body.len, path,
                          &verdict->err);
    if (result == TARGET_PLACED)
        return true;
    verdict->kind = result == TARGET_SKIPPED ? VERDICT_SKIP : VERDICT_FAIL;
    return false;
}

/* The log names a download by its URL, without what may be secret in it. */
static void log_end(const struct transfer *transfer, const char *path)
{
    const struct verdict *verdict = &transfer->verdict;
    struct str url;

    if (path) {
        log_write(LOG_INFO, "done %s", path);
        return;
    }
    if (verdict->kind == VERDICT_OK || verdict->kind == VERDICT_STOPPED)
        return;
    str_init(&url, JOURNAL_URL);
    journal_strip(&url, transfer->download->mirrors[0].url);
    log_write(LOG_WARN, "%s: %s", url.data, verdict->err.text);
    str_fini(&url);
}

static void forget_request(struct transfer *transfer)
{
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    answer_fini(&transfer->answer);
    if (transfer->body.room > BODY_KEPT) {
        str_fini(&transfer->body);
        str_init(&transfer->body, PAGE_MAX);
    }
    str_clear(&transfer->body);
}

void transfer_settle(struct transfer *transfer, uint32_t random)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    bool ok = transfer->verdict.kind == VERDICT_OK;
    bool placed = false;
    char *path = NULL;
    int64_t now_ms = clock_ms();

    if (room->jar)
        take_cookies(transfer);
    if (ok && download->page) {
        hand_over(transfer);
        placed = true;
    } else if (ok && !download->part) {
        placed = place_small(transfer, &path);
    } else if (!ok && !download->part && transfer->pos > 0 &&
               judge_may_keep(transfer)) {
        judge_spill(transfer);
    }
    log_end(transfer, path);
    if (path)
        archive_note(room->archive, download->mirrors[0].url, path,
                     transfer->pos);
    room_take(room);
    if (path)
        room_archive_due(room);
    (void)transfer_publish(transfer, now_ms);
    if (ok && download->seen.length < 0)
        download->seen.length = (int64_t)transfer->pos;
    settle_lease(room, transfer->lease, &transfer->verdict, placed, path,
                 now_ms, random);
    room_drop(room);
    transfer->lease = NULL;
    transfer->download = NULL;
    mem_free(path);
    forget_request(transfer);
}
