/* What is asked of a ledger, and what became of it. Pure, any thread. */
#ifndef ACCOUNT_REQUEST_H
#define ACCOUNT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/chain.h"
#include "account/entry.h"
#include "base/err.h"

enum { REQUEST_LEGS = 64 };

/* As a side of a leg: the rest of the world, and the other side of an exchange,
 * each in the currency of the leg's other side. */
#define REQUEST_WORLD "World"
#define REQUEST_EXCHANGE "Exchange"

enum request_verb {
    REQUEST_OPEN,
    REQUEST_CLOSE,
    REQUEST_POST,    /* all legs, or none */
    REQUEST_PENDING, /* holds all legs, or none */
    REQUEST_SETTLE,  /* all legs of a pending group; or a part of its one leg */
    REQUEST_VOID,
    REQUEST_REVERSE, /* all legs of a group */
    REQUEST_VERBS
};

struct request_leg {
    const char *from;
    const char *to;
    int64_t minor;
    const char *currency; /* of minor; both sides must have it */
};

/* Pointers are the asker's, until its request is copied. NULL is like "". */
struct request {
    enum request_verb verb;
    bool has_key; /* else one is made */
    struct key key;

    const char *name;     /* OPEN, CLOSE */
    const char *currency; /* OPEN */
    int scale;            /* OPEN: -1 is what the table or the ledger says */
    bool has_min;         /* OPEN: may not go below min */
    int64_t min;

    const struct request_leg *legs; /* POST, PENDING */
    size_t leg_count;
    int64_t timeout_ms; /* PENDING: 0 is for ever */

    int64_t ref;   /* SETTLE, VOID, REVERSE: an entry of the group */
    int64_t minor; /* SETTLE: 0 is all of it */

    const char *channel; /* by which way it came */
    const char *memo;
};

/* Is it whole, and within the bounds? What the ledger holds is not looked at.
 * ERR_USAGE. */
bool request_check(const struct request *request, struct err *err)
    __attribute__((warn_unused_result));

/* A copy with all it points to, in one block for mem_free. */
struct request *request_copy(const struct request *request)
    __attribute__((returns_nonnull, warn_unused_result));

/* The same for the same request, whatever its key. */
void request_hash(const struct request *request, struct chain *chain,
                  unsigned char hash[ENTRY_HASH]);

const char *request_verb_word(enum request_verb verb);

enum outcome_state {
    OUTCOME_NONE,    /* it is on its way */
    OUTCOME_DONE,    /* it is on the disk */
    OUTCOME_REFUSED, /* the rules forbid it; nothing has changed */
    OUTCOME_UNKNOWN  /* not answered in time, or the ledger was lost: the same
                        request with the same key, again, tells and is safe */
};

struct outcome {
    enum outcome_state state;
    struct key key;
    bool again; /* this key's request was answered before, by the same */
    int64_t id; /* DONE: the first entry of it */
    int64_t count;
    int64_t ts_ms;
    int64_t from_balance; /* DONE: of the first entry's accounts, after it */
    int64_t to_balance;
    struct err err; /* REFUSED, UNKNOWN: why */
};

/* "done", "refused", "unknown"; "queued" before that. */
const char *outcome_word(enum outcome_state state);

#endif
