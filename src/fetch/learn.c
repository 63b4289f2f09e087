#include "learn.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/download.h"
#include "fetch/host.h"
#include "fetch/judge.h"
#include "fetch/lease.h"
#include "fetch/sums.h"
#include "fetch/target.h"

static void name_protocol(struct transfer *transfer) REQUIRES(fetch_class)
{
    struct download *download = transfer->download;
    const char *scheme = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_SCHEME, &scheme);
    if (!transfer->http)
        snprintf(download->protocol, sizeof(download->protocol), "%.7s",
                 scheme ? scheme : "");
    else
        strcpy(download->protocol,
               transfer_http_version(transfer) == CURL_HTTP_VERSION_2_0 ? "h2"
                                                                        : "h1");
    for (char *at = download->protocol; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
}

/* The declared digest: the user's word, else a list's, else the server's. */
static void learn_digest(struct transfer *transfer) REQUIRES(fetch_class)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    const char *base = strrchr(download->name, '/');
    const char *field = transfer->answer.digest;

    if (download->has_digest)
        return;
    if (room->sums)
        download->has_digest = sums_find(
            room->sums, base ? base + 1 : download->name, &download->digest);
    if (!download->has_digest && field && !transfer->answer.encoded)
        download->has_digest =
            digest_parse_repr(field, strlen(field), &download->digest);
}

static void replace(char **place, const char *text)
{
    mem_free(*place);
    *place = mem_strdup(text);
}

void learn_validators(struct transfer *transfer, int64_t length, bool ranges)
{
    struct download *download = transfer->download;
    const struct answer *answer = &transfer->answer;
    bool validators = answer_strong(answer->etag) || answer->last_modified;

    replace(&download->seen.final_url, transfer_final_url(transfer));
    replace(&download->seen.etag, answer->etag);
    replace(&download->seen.last_modified, answer->last_modified);
    download->seen.length = length;
    download->ranges = ranges;
    /* Pieces of a file without a name for its state cannot be told from pieces
     * of another; in one stream, with an overlap compared, they can. A date
     * tells seconds only: before going on from an older part, the same. */
    download->single |= !validators;
    download->check_overlap = !answer_strong(answer->etag);
}

void learn_missing(struct transfer *transfer)
{
    struct download *download = transfer->download;
    const struct answer *answer = &transfer->answer;

    if (download->seen.length < 0)
        download->seen.length = answer->range.total;
    if (!download->seen.etag)
        replace(&download->seen.etag, answer->etag);
    if (!download->seen.last_modified)
        replace(&download->seen.last_modified, answer->last_modified);
}

void learn_name(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    char *name;

    if (download->name)
        return;
    name = target_name(room, download, &transfer->answer,
                       transfer_final_url(transfer));
    room_take(room);
    download->name = name;
    learn_digest(transfer);
    room_drop(room);
    if (room->sums && !download->has_digest)
        judge_note(
            transfer, ERR_MISSING,
            "the checksum list does not name this file; it is not verified");
}

/* Which connection carries it. */
static void name_connection(struct transfer *transfer) REQUIRES(fetch_class)
{
    struct lease *lease = transfer->lease;
    const char *ip = NULL;
    long peer_port = 0;
    long port = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_IP, &ip);
    curl_easy_getinfo(transfer->easy, CURLINFO_PRIMARY_PORT, &peer_port);
    curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &port);
    if (ip && ip[0])
        snprintf(lease->peer, sizeof(lease->peer),
                 strchr(ip, ':') ? "[%.48s]:%ld" : "%.48s:%ld", ip, peer_port);
    lease->port = (unsigned)port;
}

/* Whether a host speaks HTTP/2 is known from its first answer; where a later
 * one is over HTTP/1.1 all the same, everything goes by that from now on. */
void learn_protocol(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    bool h2 = transfer_http_version(transfer) == CURL_HTTP_VERSION_2_0;
    curl_off_t begin_us = 0;
    struct host *host;

    curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &begin_us);
    room_take(room);
    host = lease_host(transfer->lease);
    host_begun(host, (double)begin_us / 1000);
    name_protocol(transfer);
    name_connection(transfer);
    host->no_h2 |= transfer->lane == LANE_H2 && !h2;
    host_answered(room, host, h2 && !host->no_h2);
    host->h2 &= !host->no_h2;
    room_drop(room);
}

void learn_mirror(struct transfer *transfer)
{
    struct fetch *room = transfer->worker->room;
    struct download *download = transfer->download;
    struct mirror *mirror;

    room_take(room);
    mirror = &download->mirrors[transfer->lease->mirror];
    mirror->proven = true;
    mirror->asked = false;
    mirror->tries = 0;
    download->mixed = true;
    room_wake(room);
    room_drop(room);
}
