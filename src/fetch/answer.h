/* What a server said about one response: the header fields a download needs,
 * with every claim kept as sent until it has been checked. Fed line by line
 * from libcurl's header callback; a new status line starts over, so that after
 * a redirect or a 100 only the last response counts. Pure. */
#ifndef FETCH_ANSWER_H
#define FETCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/content_range.h"

enum {
    ANSWER_FIELD = 1024,    /* a longer validator or type is not used */
    ANSWER_MAX = 256 * 1024 /* header bytes of a transfer, redirects included */
};

struct answer {
    int status;     /* 0: no status line (FTP) */
    size_t bytes;   /* header bytes so far, of all responses */
    int64_t length; /* Content-Length, -1: not sent */
    bool has_range; /* a Content-Range that can be read */
    bool bad_range; /* one that cannot */
    struct content_range range;
    bool accepts_ranges; /* Accept-Ranges names bytes */
    bool refuses_ranges; /* Accept-Ranges: none */
    bool encoded;        /* Content-Encoding other than identity */
    bool chunked;
    char *etag; /* with its W/ and quotes */
    char *last_modified;
    char *type; /* Content-Type */
    char *disposition;
    char *retry_after;
    char *digest; /* Repr-Digest */
};

void answer_init(struct answer *answer);
void answer_fini(struct answer *answer);

/* One header line with or without its line end. False when the response must
 * not be used: lengths that contradict each other or are no numbers (RFC 9110
 * 8.6), header bytes over ANSWER_MAX. */
bool answer_line(struct answer *answer, const char *line, size_t len,
                 struct err *err) __attribute__((warn_unused_result));

/* A validator that promises byte equality (RFC 9110 8.8.1): present and not
 * weak. */
bool answer_strong(const char *etag);

#endif
