/* Inside the download room: the structures its files share. Nobody else
 * includes this.
 *
 * A download is one file that is wanted. A host is where downloads come from;
 * it decides how many requests may be under way. A lease is a span of a
 * download's bytes that one transfer of one network thread has taken. All three
 * live under the room's lock; a transfer (transfer.h) belongs to its thread and
 * tells the room how far it is every PUBLISH_MS.
 *
 * A download's bytes are in one of three places: in done (here), under a lease,
 * or in todo (nobody's). When todo is empty and threads have nothing to do, a
 * slow lease is cut and its end goes back to todo (download_steal). */
#ifndef FETCH_ROOM_H
#define FETCH_ROOM_H

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/lock.h"
#include "base/notify.h"
#include "base/thread.h"
#include "fetch/bucket.h"
#include "fetch/digest.h"
#include "fetch/fetch.h"
#include "fetch/governor.h"
#include "fetch/meter.h"
#include "fetch/part.h"
#include "fetch/poller.h"
#include "fetch/roll.h"
#include "fetch/set.h"
#include "fetch/span.h"
#include "fetch/template.h"
#include "fetch/validators.h"

enum {
    PUBLISH_MS = 50,
    JOURNAL_MS = 2000, /* how often a running part's journal grows */
    WORKERS_MAX = 16,
    EVENTS_MAX = 4096,   /* waiting events above which nothing new starts */
    HISTORY_MAX = 10000, /* finished downloads that are remembered */
    PAGE_MAX = 64 << 20  /* bytes of a page to be searched */
};

struct download;
struct hashing;
struct host;
struct worker;
struct archive;
struct harvest;
struct jar;
struct preview;

struct lease {
    /* constant */
    struct download *download;
    struct worker *worker;
    bool first;    /* the first request: without a range, from 0 */
    size_t mirror; /* of download: where it is fetched from */
    /* guarded by the room's lock */
    struct lease *next; /* of the download */
    uint64_t start;
    uint64_t pos; /* as last published */
    uint64_t end; /* UINT64_MAX: unknown; others may make it smaller */
    int64_t since_ms;
    struct meter meter;
    char peer[FETCH_PEER]; /* who it is connected to; "": not yet */
    unsigned port;         /* of our end */
    bool stop;             /* the transfer is to end */
    bool doubled;          /* another lease fetches the same rest */
};

struct mirror {
    char *url;
    char *key;         /* of its host */
    struct host *host; /* set by download_add; counted in host->users */
    /* guarded by the room's lock; of use beside another */
    bool asked;  /* its first answer is awaited */
    bool proven; /* it has the same file */
    bool off;    /* it has not, or does not answer */
    unsigned tries;
    int64_t not_before_ms;
};

/* What the disk thread is to do for a download. */
enum disk_job {
    DISK_NONE,
    DISK_JOURNAL, /* flush, then let the journal claim what is there */
    DISK_FINISH,  /* verify, flush, give the final name */
    DISK_CLOSE,   /* as JOURNAL, then close the part: it is over or paused */
    DISK_VERIFY,  /* of a finished file: is it still what was declared? */
    DISK_DELETE   /* remove the part or the finished file, then forget it */
};

struct download {
    /* constant */
    uint64_t id;
    struct mirror *mirrors; /* the first is the one it is known by */
    size_t count;
    char *out;
    char *dir;        /* NULL: the room's */
    uint64_t index;   /* for {index} in a template: 1, 2, ... */
    bool page;        /* wanted in memory by the reader, not as a file */
    bool preview;     /* a page, but wanted by the preview */
    bool trusted;     /* may carry the user's credentials */
    bool from_public; /* found on a page with a public address */

    /* Set under the lock by the one transfer that runs before all others
     * (lease.first or a resume), and not changed until every lease is back:
     * holders of a lease may read these without the lock. */
    struct validators seen;
    struct part *part;
    int dir_fd;         /* -1: the room's */
    bool ranges;        /* the server serves ranges */
    bool check_overlap; /* compare held bytes before trusting a range */
    bool whole;         /* ask for all of it, and see whether it is the same */
    int64_t adopted;    /* size of the user's own file it began as; -1: none */
    char *name;         /* the file's, safe; NULL: not known */
    bool has_digest;
    struct digest digest;
    bool resume_known; /* the disk has been asked for an older part */
    char *past_name;   /* shown until then: what another run had */
    uint64_t past_bytes;
    int64_t past_total; /* <= 0: unknown */

    /* guarded by the room's lock */
    struct roll_entry roll;     /* room->all; a page is not in it */
    struct download *host_next; /* host->queue or host->running */
    struct download *host_prev;
    size_t mirror_at;
    bool mixed;       /* what is here comes from more than one mirror */
    bool no_mix;      /* nor may it: the checksum was wrong then */
    bool no_if_range; /* the server answers 200 to If-Range: leave it out */
    bool h1_only;     /* refetch over HTTP/1.1 */
    int priority;
    enum fetch_state state;
    struct err err;
    unsigned retries;    /* so far */
    unsigned tries;      /* in a row without progress */
    unsigned free_tries; /* in a row that cost nothing */
    uint64_t best_bytes; /* the most that was here: what is more is progress */
    int64_t not_before_ms;
    int64_t start_ms;
    int64_t end_ms; /* over since */
    bool started;   /* the first answer has been reported */
    bool confirmed; /* this run of leases has seen a valid answer */
    bool single;    /* not to be split: it changed while it was */
    unsigned changes;
    bool restart; /* begin anew when every lease is back */
    bool turn;    /* to the next mirror when every lease is back */
    bool failing; /* end in end_state when every lease is back */
    enum fetch_state end_state;
    bool want_pause;
    bool want_cancel;
    bool want_delete;      /* when it is over: its file or part goes */
    bool want_forget;      /* when the disk thread is done with it */
    bool was_paused;       /* before it was canceled */
    uint64_t cancel_round; /* of room; 0: not canceled by a person */
    enum fetch_check check;
    struct digest got; /* by the last DISK_VERIFY */
    char *path;        /* DONE: where it is */
    struct hashing *hashing;
    struct spans done;
    struct spans todo;
    enum disk_job disk_job;
    bool on_disk; /* in the disk thread's hands right now */
    bool disk_queued;
    int64_t journal_ms;     /* next journal; 0: no journal yet */
    struct spans journaled; /* the disk thread's: what the journal claims */
    struct lease *leases;
    unsigned lease_count;
    uint64_t memory_bytes; /* received into memory by the first transfer */
    struct meter meter;
    struct bucket bucket;
    char protocol[8];
    struct download *disk_next; /* room->disk_queue */
    struct download *over_next; /* room->over */
    struct download *over_prev;
    bool in_over;
    char *body; /* of a finished page; size body_bytes */
    size_t body_bytes;
    char *body_type;
    char *body_url;   /* where it came from in the end */
    bool body_public; /* that was a public address */
};

struct host {
    char *key;             /* "scheme://host:port" */
    unsigned first_worker; /* who gets the odd connection */
    /* guarded by the room's lock */
    struct host *bucket_next; /* room->hosts table */
    struct host *ring_next;   /* hosts with work */
    struct host *ring_prev;
    bool in_ring;
    unsigned users;         /* downloads that name it and are not over */
    struct download *queue; /* QUEUED, best first */
    struct download *queue_last;
    struct download *running;
    unsigned queued;
    unsigned active; /* leases */
    unsigned active_by[WORKERS_MAX];
    bool known; /* it has answered once */
    bool h2;
    bool no_h2;            /* offered HTTP/2, it answered over HTTP/1.1 */
    int64_t not_before_ms; /* backoff clock */
    unsigned faults;       /* in a row, for the backoff */
    double begin_ms;       /* from a request to its first byte; 0: unknown */
    struct governor governor;
    struct bucket bytes;
    struct bucket requests;
};

struct worker {
    /* constant */
    struct fetch *room;
    unsigned index;
    CURLM *multis[LANES];
    struct poller poller; /* owned by the thread, but for its notify */
    struct thread *thread;
    struct archive *archive; /* its own connection; NULL: none */
    /* guarded by the room's lock */
    bool hungry; /* found nothing to do though it could */
    bool marked; /* one of its leases has stop set */
    /* owned by the worker's thread */
    bool ending;
    bool limited;    /* there are rate limits, as last seen */
    bool ask;        /* something may be had from the room */
    bool settled;    /* a transfer has ended since the last publication */
    int64_t next_ms; /* or will be, at this time */
    struct transfer *running; /* list */
    struct transfer *spare;
    unsigned running_count;
    unsigned spare_count;
    int64_t publish_ms;  /* next publication */
    int64_t throttle_ms; /* next look at the rate limits */
    uint64_t random;
};

/* Links of one page, picked by a person. */
struct links {
    char **urls;
    size_t count;
    char *key;        /* of the page's host; NULL: a local file */
    bool from_public; /* the page's address is public */
};

void links_free(struct links *links); /* NULL is fine */

struct source {
    struct source *next;
    char *path;
    char *page;
    char *base;
    char *dir;
    struct harvest *harvest; /* NULL: a list */
    struct links *links;     /* or these, and nothing else */
    int64_t page_first;
    int64_t page_last;
    bool list_only;
};

struct fetch {
    /* constant */
    struct fetch_options options;
    struct notify *notify;
    struct template *template;
    struct sums *sums;
    struct archive *archive; /* its memory is the disk thread's but for a set */
    struct jar *jar;
    CURLSH *share;
    struct lock dns_lock;
    struct curl_slist *headers;
    struct curl_slist *headers_public; /* without Authorization and Cookie */
    bool proxied; /* addresses that libcurl sees may be a proxy's */
    int dir_fd;
    atomic_bool parts; /* the folder may hold parts; the disk thread sets it */
    bool fold_names;   /* the folder takes "A" and "a" for one name */
    unsigned worker_count;
    struct worker workers[WORKERS_MAX];
    struct thread *disk;
    struct thread *reader;
    struct notify reader_notify; /* wakes it from a wait for its input */
    struct preview *preview;     /* NULL until a face asks for one */

    /* guarded by lock */
    struct lock lock;
    struct lock_cond disk_cond;
    struct lock_cond reader_cond;
    bool stopping; /* fetch_stop: nothing new starts */
    bool ending;   /* fetch_free: threads return */
    bool closed;
    bool ping;     /* to do after the lock is dropped */
    unsigned wake; /* bit i: wake worker i after the lock is dropped */
    bool held;     /* all are paused, also what is added */
    uint64_t last_id;
    uint64_t cancel_round; /* requests to cancel that can be taken back */
    struct roll all;       /* downloads, in queue order */
    uint64_t version;      /* of the list: rows, their order, their states */
    struct download *page; /* the one that is under way */
    struct download *over; /* finished, oldest first, to be forgotten */
    struct download *over_last;
    size_t over_count;
    struct download *waiting; /* FETCH_WAIT, by host_next and host_prev */
    int64_t waiting_ms;       /* the earliest of them; INT64_MAX: none */
    struct host **hosts;      /* hash table */
    size_t host_slots;
    size_t host_count;
    struct host *ring; /* next to be asked */
    unsigned running;  /* downloads RUN or CHECK, pages too */
    unsigned queued;   /* downloads QUEUED or WAIT, pages too */
    unsigned pages;    /* pages not over */
    unsigned max_jobs;
    struct bucket bytes;
    bool mirrored; /* there was a download with mirrors */
    bool rate_set; /* a limit came after the start */
    struct meter meter;
    uint64_t received;
    uint64_t count[FETCH_STATES];  /* in this run */
    uint64_t listed[FETCH_STATES]; /* in all */
    uint64_t added;
    uint64_t duplicates;
    uint64_t bad;
    struct set names;           /* hashes of names taken in this run */
    struct fetch_event *events; /* ring of event_room */
    size_t event_first;
    size_t event_count;
    size_t event_room;
    uint64_t event_seq;
    struct download *disk_queue;
    struct download *disk_last;
    bool archive_due;   /* files for the archive have come */
    unsigned disk_busy; /* downloads with a job or in the thread's hands */
    struct download *page_queue; /* finished pages, for the reader */
    struct source *sources;
    struct source *sources_last;
    bool reading;      /* the reader has a source in hand */
    bool reader_waits; /* for the queue to be half empty */
};

/* The download whose entry in room->all this is. */
#define DOWNLOAD_OF(entry)                                                 \
    ((struct download *)(void *)((char *)(entry)-offsetof(struct download, \
                                                          roll)))

void room_take(struct fetch *room) ACQUIRE(fetch_class);
/* Drops the lock, then wakes and pings whom the holder left marks for. */
void room_drop(struct fetch *room) RELEASE(fetch_class);

/* Marks all workers that found nothing to do. */
void room_wake(struct fetch *room) REQUIRES(fetch_class);

/* Files for the archive have come: the disk thread will flush them. */
void room_archive_due(struct fetch *room) REQUIRES(fetch_class);

/* Nothing new may start: stopped, ended, or too many events wait. */
bool room_holds(const struct fetch *room) REQUIRES(fetch_class);

/* Closed, and nothing queued, waiting, paused or running. */
bool room_over(const struct fetch *room) REQUIRES(fetch_class);

#endif
