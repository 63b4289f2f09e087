/* How a transfer ended, and what that means for its download. Pure. */
#ifndef FETCH_VERDICT_H
#define FETCH_VERDICT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/answer.h"

enum verdict_kind {
    VERDICT_NONE,      /* not over */
    VERDICT_OK,        /* all bytes of the lease are here */
    VERDICT_STOPPED,   /* the room asked for it */
    VERDICT_RETRY,     /* may work the next time; counts as a try */
    VERDICT_FREE,      /* failed before the server did anything for us */
    VERDICT_REFUSED,   /* the server wants fewer or later requests */
    VERDICT_CHANGED,   /* it is another file now: begin anew */
    VERDICT_NO_RANGES, /* the whole file came where a range was asked for */
    VERDICT_IF_RANGE,  /* the same, but only because of If-Range */
    VERDICT_H1,        /* cannot be trusted over HTTP/2: fetch over 1.1 */
    VERDICT_SKIP,      /* not wanted: size bounds, exists already */
    VERDICT_FAIL       /* no try will help (another mirror may) */
};

struct verdict {
    enum verdict_kind kind;
    struct err err;         /* for all but OK and STOPPED */
    int64_t retry_after_ms; /* as the server asked; -1: it did not */
};

/* Judges an HTTP status that is not a success. now_wall_s: seconds since 1970,
 * for a Retry-After that is a date. The transient set: 408, 425, 429, 500, 502,
 * 503, 504 and 520 to 527 (what proxies in front of an origin answer). */
void verdict_status(struct verdict *verdict, const struct answer *answer,
                    int64_t now_wall_s);

/* Judges a libcurl result that is not CURLE_OK. detail: CURLOPT_ERRORBUFFER's
 * text, may be empty. fresh: the connection was made for this transfer;
 * untouched: no byte of a response has come. */
void verdict_curl(struct verdict *verdict, CURLcode code, const char *detail,
                  bool fresh, bool untouched);

/* A status that may mean that a signed link of a redirect has expired. */
bool verdict_expired(int status);

#endif
