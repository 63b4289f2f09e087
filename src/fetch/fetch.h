/* The download room: many files at once over HTTP(S), FTP(S) and SFTP.
 *
 * Faces send requests, which leave a line and return at once, and copy
 * snapshots. A few network threads (fetch-N) carry all transfers, each with its
 * own curl multi handle; one disk thread (fetch-disk) flushes, verifies and
 * renames; one reader (fetch-list) takes URLs from lists and pages as the queue
 * has room, so that a list of any length costs a bounded amount of memory; and
 * fetch-preview, once it is asked for, shows what a page has.
 *
 * Every call below may come from any thread, except where it says otherwise,
 * and waits for no longer than a copy. fetch_new and fetch_free are for the
 * thread that owns the room. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/notify.h"
#include "fetch/digest.h"

struct fetch;

/* A download's id is its number in this room, from 1; 0 means every download
 * where a call says so, else none. */

enum fetch_exists {
    FETCH_RENAME, /* f.txt is there: f.1.txt */
    FETCH_SKIP,
    FETCH_OVERWRITE, /* replaced only when the new file is complete */
    FETCH_FAIL,
    FETCH_RESUME /* what is there is the start of the file, once an overlap
                    has been compared */
};

enum fetch_http { FETCH_HTTP_AUTO, FETCH_HTTP_1_1, FETCH_HTTP_2 };
enum fetch_auth { FETCH_AUTH_ANY, FETCH_AUTH_BASIC, FETCH_AUTH_DIGEST };
enum fetch_ip { FETCH_IP_ANY, FETCH_IP_4, FETCH_IP_6 };
enum fetch_netrc { FETCH_NETRC_NO, FETCH_NETRC_YES };
enum fetch_private {
    FETCH_PRIVATE_AUTO, /* a link found on a public page may not lead to a
                           private address */
    FETCH_PRIVATE_ALLOW,
    FETCH_PRIVATE_REFUSE
};

/* How the room works; constant for its life. Strings are the caller's and must
 * outlive the room; NULL is "not given", 0 is "the default" or "no limit". */
struct fetch_options {
    /* where files go */
    const char *dir; /* NULL: the current folder */
    const char *template;
    enum fetch_exists on_exists;
    bool remote_time; /* set the file's time from Last-Modified */

    /* what is accepted */
    const char *expect_type; /* "image/png,text/plain"; a * for any subtype */
    uint64_t min_size;       /* bytes */
    uint64_t max_size;
    const char *sums;    /* path of a SHA256SUMS-style file */
    const char *archive; /* path of the database of finished URLs */

    /* the engine */
    unsigned threads;         /* 0: min(cores, 4) */
    unsigned max_connections; /* per host; 0: grows up to 64 */
    unsigned max_jobs;        /* files at once; 0: as connections allow */
    unsigned max_segments;    /* connections per file; 1: never split */
    int retries;              /* tries without progress; < 0: the default, 5 */
    int64_t stall_ms;         /* no byte for so long: reconnect; 0: 15 s */
    int64_t connect_ms;       /* 0: 15 s */
    int max_redirects;        /* < 0: the default, 10 */
    size_t window;            /* queued downloads held in memory; 0: 2,000 */

    /* rates: bytes per second, requests per second */
    uint64_t limit_rate;
    uint64_t limit_rate_host;
    uint64_t limit_rate_file;
    double request_rate; /* per host */

    /* HTTP */
    const char *const *headers; /* "Name: value", NULL at the end */
    const char *user_agent;
    const char *referer;
    const char *load_cookies; /* Netscape cookie files */
    const char *save_cookies;
    enum fetch_http http;
    const char *user;
    const char *password;
    const char *bearer;
    enum fetch_auth auth;
    enum fetch_netrc netrc;
    const char *netrc_file;
    const char *redirect_protocols; /* "https", "http,https", ... */
    enum fetch_private private_addresses;

    /* the network */
    const char *proxy;
    const char *no_proxy;
    const char *ca_certificate;
    const char *ca_directory;
    const char *certificate;
    const char *private_key;
    const char *pinned_key;
    const char *tls_min; /* "1.2", "1.3" */
    bool insecure;
    enum fetch_ip ip;
    const char *interface;
    const char *doh_url;

    bool events; /* keep events for fetch_events; else none are made */
    bool starts; /* FETCH_EVENT_ADDED and FETCH_EVENT_STARTED among them */
};

/* Makes the room and starts its threads. notify (the caller's, outlives the
 * room) is pinged when a snapshot has changed, at most every 50 ms while bytes
 * flow. The caller has called curl_global_init. Fails with a sentence where an
 * option cannot work (an unknown template field, no such CA file, a folder that
 * cannot be made). */
struct fetch *fetch_new(const struct fetch_options *options,
                        struct notify *notify, struct err *err)
    __attribute__((warn_unused_result));

/* Stops what still runs (parts stay, resumable), joins the threads, flushes
 * the archive, writes the cookies. */
void fetch_free(struct fetch *fetch);

/* One file and where it may come from. */
struct fetch_spec {
    const char *const *urls; /* the first, then mirrors; count >= 1 */
    size_t count;
    const char *out; /* file name; NULL: from the server or the URL */
    const char *dir; /* NULL: the room's */
    const struct digest *digest; /* NULL: none declared */
    int priority;                /* higher first; 0 is usual */
};

/* Adds one download. ERR_USAGE for a URL that cannot be one. */
bool fetch_add(struct fetch *fetch, const struct fetch_spec *spec, uint64_t *id,
               struct err *err) __attribute__((warn_unused_result));

/* Where many URLs come from. Read by the fetch-list thread. */
struct fetch_source {
    /* A list (path, "-" is the standard input), or with match or json_path the
     * local text to search; or a page to fetch and search. */
    const char *path;
    const char *page;  /* URL; "{page}" in it is replaced by page_first.. */
    const char *match; /* PCRE2 */
    const char *json_path;
    const char *base;   /* resolves relative links of a local text; or NULL */
    const char *dir;    /* where what is found goes; NULL: the room's */
    int64_t page_first; /* both 0: one page, no replacing */
    int64_t page_last;
    bool list_only; /* FETCH_EVENT_FOUND instead of a download */
};

/* Adds a source; sources are read in the order of their adding. ERR_USAGE for a
 * regular expression or a path that cannot be compiled. */
bool fetch_add_source(struct fetch *fetch, const struct fetch_source *source,
                      struct err *err) __attribute__((warn_unused_result));

/* A preview: what a harvest would find, before anything is downloaded. There is
 * one at a time, for one thread that asks; the page is fetched when it is
 * another one than before, and kept until fetch_preview_end. */
struct fetch_look {
    const char *page;      /* a URL (it has "://"), or a local file */
    const char *match;     /* PCRE2; one of the two, or */
    const char *json_path; /* neither: only the page is fetched */
    bool again;            /* fetch the page again */
};

/* Asks for another preview, which takes the place of the one before. Fails only
 * if the system refuses a thread. */
bool fetch_preview(struct fetch *fetch, const struct fetch_look *look,
                   uint64_t *number, struct err *err)
    __attribute__((warn_unused_result));
void fetch_preview_end(struct fetch *fetch);

enum {
    FETCH_PREVIEW_LINKS = 100000, /* what comes after is counted only */
    FETCH_LINK = 1024
};

struct fetch_preview {
    uint64_t number; /* which request this is the answer to; 0: none yet */
    bool searching;  /* a newer one is being worked on */
    bool fetching;   /* the page is under way */
    bool has_page;
    uint64_t bytes;       /* of the page */
    struct err page_err;  /* why it is not here, or what went wrong last */
    struct err match_err; /* what is wrong with the expression or path */
    uint64_t found;
    uint64_t duplicates; /* of them, found before */
    uint64_t bad;        /* of them, no usable URL */
    uint64_t others;     /* at the JSON path, but no strings; not in found */
    struct err bad_err;  /* why the first of the bad ones is */
    size_t links;        /* to be had */
};
void fetch_preview_see(struct fetch *fetch, struct fetch_preview *preview);

struct fetch_link {
    char url[FETCH_LINK]; /* cut */
};

/* Copies links first.. first+max-1; returns how many. */
size_t fetch_preview_links(struct fetch *fetch, size_t first,
                           struct fetch_link *links, size_t max);

/* Downloads the links of preview number but for those with off set (NULL: all),
 * as a harvest would; they are then gone from the preview. ERR_BUSY if another
 * preview is on its way. */
bool fetch_preview_take(struct fetch *fetch, uint64_t number, const bool *off,
                        const char *dir, struct err *err)
    __attribute__((warn_unused_result));

/* Nothing will be added any more: once all is over, totals.finished is true. */
void fetch_close(struct fetch *fetch);

/* Requests. Id 0 means every download where a call says "or all"; an id that is
 * unknown, or in a state where the verb says nothing, is ignored. */

/* QUEUED, RUN and WAIT become PAUSED; what has come is kept. All: sources wait,
 * too, and what is added begins as PAUSED, until all are resumed. */
void fetch_pause(struct fetch *fetch, uint64_t id);  /* or all */
void fetch_resume(struct fetch *fetch, uint64_t id); /* or all */

/* Ends what is not over; the part is kept. Sources go on. */
void fetch_cancel(struct fetch *fetch, uint64_t id); /* or all */

/* Takes the last fetch_cancel back that has not been taken back: what it ended
 * goes on, what was paused is paused. Returns how many downloads that were. */
size_t fetch_undo_cancel(struct fetch *fetch);

/* Begins what has FAILED, was SKIPPED or CANCELED again, and ends a WAIT. All:
 * only what has FAILED or waits. */
void fetch_retry(struct fetch *fetch, uint64_t id); /* or all */

/* Takes what is over off the list; its file or part stays. */
void fetch_forget(struct fetch *fetch, uint64_t id); /* or all */

/* Ends it if need be, removes its finished file or its part, and takes it off
 * the list. Where that cannot be, the row stays, and its err says why. */
void fetch_delete(struct fetch *fetch, uint64_t id);

/* Reads a finished file again and compares it with its declared digest; the
 * row's check tells. */
void fetch_verify(struct fetch *fetch, uint64_t id);

void fetch_priority(struct fetch *fetch, uint64_t id, int priority);

/* Puts id right before another, and before it in the queue, whose priority it
 * takes; other 0: last. */
void fetch_move(struct fetch *fetch, uint64_t id, uint64_t other);

/* Files at once; 0: as connections allow. */
void fetch_set_jobs(struct fetch *fetch, unsigned max_jobs);

/* Of one download, or of all together; 0: no limit. */
void fetch_set_rate(struct fetch *fetch, uint64_t id, uint64_t bytes_per_s);

/* Stop cleanly: what runs ends, its part is flushed and kept, nothing new
 * starts; totals.finished follows. */
void fetch_stop(struct fetch *fetch);

enum fetch_state {
    FETCH_QUEUED,
    FETCH_RUN,
    FETCH_WAIT, /* backoff; wait_ms tells for how long */
    FETCH_PAUSED,
    FETCH_CHECK, /* all bytes are here: flush, checksum, rename */
    FETCH_DONE,
    FETCH_FAILED,
    FETCH_SKIPPED, /* there already, in the archive, or outside the bounds */
    FETCH_CANCELED,
    FETCH_STATES
};

/* "run", "wait", "FAIL", ...: the word a screen shows. */
const char *fetch_state_word(enum fetch_state state);

/* A digest, as far as one is known. */
enum fetch_check {
    FETCH_CHECK_NONE, /* nothing declared, or not compared yet */
    FETCH_CHECK_RUN,  /* the file is being read */
    FETCH_CHECK_OK,   /* as declared */
    FETCH_CHECK_BAD,  /* not as declared: err */
    FETCH_CHECK_READ, /* read; nothing was declared to compare it with */
    FETCH_CHECK_GONE  /* it cannot be read: err */
};

enum { FETCH_NAME = 256, FETCH_HOST = 128 };

/* One download as shown. Text is as it came: clean it (fmt_clean) to show it.
 */
struct fetch_row {
    uint64_t id;
    enum fetch_state state;
    char name[FETCH_NAME]; /* final or best known file name */
    char host[FETCH_HOST];
    uint64_t bytes;  /* on disk or in memory */
    int64_t total;   /* -1: unknown */
    uint64_t speed;  /* bytes/s, smoothed */
    int64_t eta_ms;  /* -1: unknown */
    int64_t wait_ms; /* WAIT: until the next try; QUEUED: until its host may be
                        asked again */
    int64_t took_ms; /* from its start until now or its end; 0: not begun */
    unsigned connections;
    unsigned tries;   /* without progress */
    unsigned retries; /* in all */
    int priority;
    enum fetch_check check;
    char protocol[8]; /* "h1", "h2", "ftp"; "" before the first answer */
    struct err err;   /* why it is as it is, or what went wrong last; else
                         ERR_NONE */
};

enum fetch_which { FETCH_ROWS_ALL, FETCH_ROWS_ACTIVE };

/* Copies rows first.. first+max-1 in queue order; returns how many were copied.
 * Active: RUN, WAIT and CHECK. */
size_t fetch_rows(struct fetch *fetch, enum fetch_which which, size_t first,
                  struct fetch_row *rows, size_t max);

/* What of the list is wanted, and in which order. */
enum fetch_sort {
    FETCH_BY_QUEUE,
    FETCH_BY_NAME,
    FETCH_BY_STATE,
    FETCH_BY_SIZE,
    FETCH_BY_DONE, /* by its share */
    FETCH_BY_SPEED,
    FETCH_BY_ETA
};

struct fetch_query {
    unsigned states;  /* bit i: rows in state i; 0: all */
    const char *text; /* in name or URL, ASCII letters of any case; or NULL */
    enum fetch_sort sort;
    bool reverse;
};

/* One list as shown. Belongs to one thread; which rows it has and in which
 * order is looked up anew when that has changed, but never so often that it
 * costs more than about a twentieth of the time. */
struct fetch_view;
struct fetch_view *fetch_view_new(void) __attribute__((returns_nonnull));
void fetch_view_free(struct fetch_view *view);

/* Copies query. */
void fetch_view_ask(struct fetch_view *view, const struct fetch_query *query);

/* Copies rows first.. first+max-1 of the view; returns how many. *count: rows
 * of the whole view. */
size_t fetch_view_rows(struct fetch *fetch, struct fetch_view *view,
                       size_t first, struct fetch_row *rows, size_t max,
                       size_t *count);

/* Where id stands in the view as last looked up; false: it is not in it. */
bool fetch_view_find(struct fetch *fetch, struct fetch_view *view, uint64_t id,
                     size_t *at);

enum { FETCH_SEGMENTS = 64, FETCH_PEER = 64, FETCH_MAP = 128 };

/* What one connection of a download fetches. */
struct fetch_segment {
    uint64_t start;
    uint64_t pos;          /* next byte */
    uint64_t end;          /* UINT64_MAX: unknown */
    uint64_t speed;        /* bytes/s, smoothed */
    char thread[16];       /* "fetch-1": who carries it */
    char peer[FETCH_PEER]; /* "192.0.2.1:443"; "" before it is connected */
    unsigned port; /* our end's: two segments with one share a connection */
    size_t mirror; /* which URL */
};

/* All of one download. Strings may be NULL: not known. */
struct fetch_detail {
    struct fetch_row row;
    char *url;       /* without credentials */
    char *final_url; /* the same, after redirects */
    char *path;      /* DONE: where it is; else where it will likely be */
    char *etag;
    char *last_modified;
    char *digest;  /* "sha256=...", declared or read */
    bool declared; /* the digest was */
    bool ranges;   /* can be gone on with and split */
    size_t mirrors;
    uint64_t rate_bytes_per_s; /* its own limit; 0: none */
    struct fetch_segment segments[FETCH_SEGMENTS];
    size_t segment_count;
    unsigned char
        map[FETCH_MAP]; /* how much of each part of the file is here,
                           0..255; all 0 where the length is unknown */
};

/* False: there is no such download. The caller ends it with _fini. */
bool fetch_detail(struct fetch *fetch, uint64_t id, struct fetch_detail *detail)
    __attribute__((warn_unused_result));
void fetch_detail_fini(struct fetch_detail *detail);

/* A download for another run: what it is and what has become of it. Strings are
 * the record's own; its URLs are as they were given, credentials too. */
struct fetch_record {
    char **urls;
    size_t count;
    char *out;    /* or NULL, like all below */
    char *dir;    /* in full */
    char *digest; /* as declared: "sha256=..." */
    int priority;
    enum fetch_state state;
    char *name;
    char *path; /* of the finished file */
    uint64_t bytes;
    int64_t total; /* -1: unknown */
    unsigned tries;
    struct err err;
};

/* False: there is no such download. The caller ends it with _fini. */
bool fetch_record(struct fetch *fetch, uint64_t id, struct fetch_record *record)
    __attribute__((warn_unused_result));
void fetch_record_fini(struct fetch_record *record);

/* Adds what another run has left. What was over is a row of the list, which
 * fetch_retry can begin again, and no event tells of it; PAUSED is paused; all
 * others are queued. ERR_USAGE as for fetch_add. */
bool fetch_restore(struct fetch *fetch, const struct fetch_record *record,
                   uint64_t *id, struct err *err)
    __attribute__((warn_unused_result));

struct fetch_totals {
    uint64_t added;                /* downloads so far, pages not counted */
    uint64_t count[FETCH_STATES];  /* in this run, forgotten ones too */
    uint64_t listed[FETCH_STATES]; /* in the list */
    uint64_t bytes;                /* received by this run, content only */
    uint64_t bytes_left;           /* of running files with a known length */
    uint64_t speed;                /* bytes/s, smoothed */
    int64_t eta_ms;                /* -1: unknown */
    unsigned connections;
    unsigned max_jobs;         /* 0: as connections allow */
    uint64_t rate_bytes_per_s; /* the limit of all together; 0: none */
    uint64_t duplicates;       /* links dropped by harvests */
    uint64_t bad;              /* lines and links that could not be used */
    bool reading;              /* sources are still being read */
    bool finished; /* closed and nothing queued, waiting or running */
    bool held;     /* all are paused */
};
void fetch_totals(struct fetch *fetch, struct fetch_totals *totals);

enum fetch_event_kind {
    FETCH_EVENT_ADDED,
    FETCH_EVENT_STARTED, /* first answer: name and total are known */
    FETCH_EVENT_RETRY,   /* err and wait_ms */
    FETCH_EVENT_DONE,    /* path */
    FETCH_EVENT_FAILED,  /* err */
    FETCH_EVENT_SKIPPED, /* err says why */
    FETCH_EVENT_CANCELED,
    FETCH_EVENT_FOUND, /* list_only: url */
    FETCH_EVENT_BAD,   /* a line or link that cannot be used: err */
    FETCH_EVENT_NOTE,  /* a warning about a download that goes on: err.text */
    FETCH_EVENT_PAGE   /* a page was searched: found, duplicates, bad */
};

struct fetch_event {
    uint64_t seq;
    enum fetch_event_kind kind;
    uint64_t id;
    char *url;  /* original, without credentials; may be NULL */
    char *path; /* where the file is or will be; may be NULL */
    uint64_t bytes;
    int64_t total; /* -1: unknown */
    int64_t wait_ms;
    int64_t ms; /* DONE: from the start to the end */
    uint64_t found;
    uint64_t duplicates;
    uint64_t bad;
    struct err err;
};

/* Takes up to max events, oldest first; the caller ends each with
 * fetch_event_fini. For one consumer. While 4,096 wait, nothing new starts, so
 * none is ever lost. */
size_t fetch_events(struct fetch *fetch, struct fetch_event *events,
                    size_t max);
void fetch_event_fini(struct fetch_event *event);

#endif
