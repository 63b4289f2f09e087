/* One request on its way: an easy handle, the lease it fetches, and where the
 * bytes go. A small body stays in memory until it is complete; a larger one, or
 * a range, goes into the download's part. Belongs to one network thread; the
 * callbacks run on it, inside curl_multi_perform. */
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include "fetch/answer.h"
#include "fetch/room.h"
#include "fetch/verdict.h"

struct transfer {
    struct transfer *next; /* of the worker */
    struct transfer *prev;
    struct worker *worker;
    CURL *easy;
    char detail[CURL_ERROR_SIZE];
    struct str body; /* of a small file or a page; kept for the next one */

    /* of this request */
    struct lease *lease;
    struct download *download;
    struct curl_slist *headers; /* with If-Range */
    struct answer answer;
    struct verdict verdict;
    bool http;     /* asked over HTTP */
    bool aside;    /* from a mirror, beside the one that counts */
    bool ranged;   /* asked for a range */
    bool if_range; /* and said under which condition */
    bool begun;    /* the answer has been judged */
    bool discard;  /* an error's body: read for the connection's sake */
    bool cut;      /* ended by us at its limit */
    bool stopped;  /* the room wants it ended */
    bool paused;   /* for a rate limit */
    bool h1;       /* asked for over HTTP/1.1 */
    enum lane lane;
    bool peer_private; /* connected to a private address */
    uint64_t jar_mark; /* when it got its cookies; 0: they are not the jar's */
    bool cookies;      /* a response has set some */
    uint64_t start;
    uint64_t pos;     /* next byte's place in the file */
    uint64_t limit;   /* do not go past it */
    uint64_t until;   /* the end that was asked for; UINT64_MAX: all */
    uint64_t overlap; /* bytes before start to be compared first */
    uint64_t discarded;
    uint64_t received;  /* content bytes of this request */
    uint64_t published; /* of these, told to the room */
    uint64_t spent;     /* of these, charged to rate limits */
    uint64_t grant;     /* may come before that; UINT64_MAX: no limit */
    int64_t expected;   /* content bytes declared; -1: unknown */
};

struct transfer *transfer_new(struct worker *worker);
void transfer_free(struct transfer *transfer);

/* Prepares the handle for lease: looks for an older part first where that has
 * not been done. False: it cannot even begin; verdict says why. */
bool transfer_start(struct transfer *transfer, struct lease *lease)
    __attribute__((warn_unused_result));

/* Of the answer that has come. */
long transfer_http_version(const struct transfer *transfer);
const char *transfer_final_url(const struct transfer *transfer);

/* How much may come before the rate limits are asked again. */
void transfer_grant(struct transfer *transfer) REQUIRES(fetch_class);

/* libcurl has ended it with code: sets the verdict. */
void transfer_end(struct transfer *transfer, CURLcode code);

/* Tells the room how far it is and learns where it is to end; the room's lock
 * is held. True if it has been told to stop. */
bool transfer_publish(struct transfer *transfer, int64_t now_ms)
    REQUIRES(fetch_class);

/* After the end, lock not held: places a small file that is complete, keeps
 * what an incomplete one has, frees what the request held; then, under the
 * lock, settles the lease. */
void transfer_settle(struct transfer *transfer, uint32_t random);

#endif
