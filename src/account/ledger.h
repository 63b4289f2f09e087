/* The account room: a ledger that many threads and processes change at once.
 *
 * Posters, any threads, hand in requests (request.h) and wait for the outcome,
 * or ask for it later. The room's thread ("teller") takes all that waits, up to
 * LEDGER_BATCH, decides it in one transaction, makes that durable, and wakes
 * them: while one commit is on its way to the disk, the next batch gathers, so
 * no timer is needed for it. Nothing runs while nothing is asked.
 *
 * Every request ends in one of three ways: done (it is on the disk), refused
 * (the rules forbid it; the store remembers that) or unknown (it was not
 * answered in time, or the store failed). To ask again with the same key is
 * always safe: it happens at most once, and every time with the same answer.
 *
 * A store that fails (a full disk, an I/O error) stops the room: what was
 * handed in and not answered is unknown, nothing more is taken, ledger_totals
 * says why, and ledger_resume opens and examines the store anew. What was
 * answered is on the disk.
 *
 * To read a ledger, open a view of it (vault.h), which belongs to one thread
 * and never keeps a poster waiting. Every call below may come from any thread
 * and waits for no longer than a copy, but for ledger_open, ledger_close and
 * the two that say they wait. */
#ifndef ACCOUNT_LEDGER_H
#define ACCOUNT_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/request.h"
#include "base/err.h"
#include "base/notify.h"

enum {
    LEDGER_BATCH = 512,   /* requests in one commit */
    LEDGER_QUEUE = 100000 /* that wait */
};

struct ledger;
struct ticket; /* for one request; its poster's until wait, poll or forget
                  give it back */

struct ledger_options {
    const char *where; /* as ledger_where takes it */
};

/* The store's place: where, "~/" put in, or, if NULL,
 * $XDG_DATA_HOME/threadlab/ledger.db, whose folder is made if make. The caller
 * frees it. */
char *ledger_where(const char *where, bool make, struct err *err)
    __attribute__((warn_unused_result));

/* Opens or makes the store, and starts the thread. notify (the caller's,
 * outlives the room; may be NULL) is pinged after each commit, and when the
 * room stops or goes on. */
struct ledger *ledger_open(const struct ledger_options *options,
                           struct notify *notify, struct err *err)
    __attribute__((warn_unused_result));

/* Decides what waits, and frees. All tickets must have been given back. NULL
 * does nothing. */
void ledger_close(struct ledger *ledger);

/* Hands in a copy of request; without a key it gets one. deadline_ms: when
 * clock_ms() has reached it, the outcome is unknown; < 0: never. NULL, and
 * nothing will happen: ERR_USAGE for what request_check refuses, ERR_LIMIT
 * where LEDGER_QUEUE wait, or why the room has stopped. */
struct ticket *ledger_submit(struct ledger *ledger,
                             const struct request *request, int64_t deadline_ms,
                             struct err *err)
    __attribute__((warn_unused_result));

/* The key of its request. */
struct key ledger_key(const struct ticket *ticket);

/* true: it has ended, outcome tells how, and the ticket is given back. */
bool ledger_poll(struct ledger *ledger, struct ticket *ticket,
                 struct outcome *outcome) __attribute__((warn_unused_result));

/* Waits for the outcome, and gives the ticket back. */
void ledger_wait(struct ledger *ledger, struct ticket *ticket,
                 struct outcome *outcome);

/* Gives the ticket back; the request takes its course. */
void ledger_forget(struct ledger *ledger, struct ticket *ticket);

/* Both at once, waiting. false: it was not taken, as by ledger_submit. */
bool ledger_post(struct ledger *ledger, const struct request *request,
                 int64_t deadline_ms, struct outcome *outcome, struct err *err)
    __attribute__((warn_unused_result));

/* Where it has stopped: opens the store anew and examines all of it; a ping
 * follows, and ledger_totals tells. */
void ledger_resume(struct ledger *ledger);

/* How it is: a snapshot. */
struct ledger_totals {
    uint64_t commits; /* by this room */
    uint64_t done;    /* requests, by outcome */
    uint64_t refused;
    uint64_t unknown;
    size_t queued;     /* requests that wait */
    size_t in_hand;    /* that are in a commit now */
    size_t batch;      /* in the last commit */
    int64_t commit_ns; /* how long the last commit took */
    bool stopped;
    struct err err; /* why it has stopped */
};

void ledger_totals(struct ledger *ledger, struct ledger_totals *totals);

/* A request on its way. */
struct ledger_flight {
    struct key key;
    enum request_verb verb;
    bool committing;  /* else it is queued */
    char thread[16];  /* who handed it in */
    int64_t since_ms; /* clock_ms() */
    int64_t minor;    /* of its first leg, if it has one */
    char currency[CURRENCY_CODE];
    char from[TITLE_MAX];
    char to[TITLE_MAX];
};

/* Copies up to max, the first that will be answered first; returns how many
 * there are. */
size_t ledger_flights(struct ledger *ledger, struct ledger_flight *rows,
                      size_t max);

/* ---- the picture ---- */

enum {
    LEDGER_PAGE = 200,       /* entries of a history in it */
    LEDGER_ACCOUNTS = 100000 /* accounts */
};

/* Asks for a picture: all accounts, and of the account holder (0: of none) the
 * history from entry from on backwards (0: its newest). Costs nothing where
 * neither this nor the ledger has changed, in this process or another; else a
 * ping follows. Ask again after a commit, and now and then for what other
 * processes do. ERR_IO: the thread cannot be started. */
bool ledger_look(struct ledger *ledger, int64_t holder, int64_t from,
                 struct err *err) __attribute__((warn_unused_result));

/* Copies accounts first, first + 1, ... in the order of their names; what is
 * overdue is free in them. Returns how many there are in all. */
size_t ledger_accounts(struct ledger *ledger, size_t first, struct holder *rows,
                       size_t max);

struct ledger_line {
    struct entry entry;
    char other[TITLE_MAX]; /* the other side's name; "" if there is none */
};

struct ledger_page {
    uint64_t turn; /* grows with each picture; 0: there is none yet */
    int64_t holder;
    int64_t from;
    size_t count;
    struct err err; /* why there is no newer one; else ERR_NONE */
};

/* Copies the lines first, first + 1, ... of the history, the newest first;
 * returns how many were copied. page may be NULL. */
size_t ledger_lines(struct ledger *ledger, size_t first,
                    struct ledger_line *rows, size_t max,
                    struct ledger_page *page);

#endif
