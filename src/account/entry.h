/* What stands in a ledger: entries, which never change, and the accounts they
 * move money between. Shapes only; copies, with no pointer in them. */
#ifndef ACCOUNT_ENTRY_H
#define ACCOUNT_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "account/currency.h"
#include "account/key.h"
#include "account/title.h"

enum {
    ENTRY_MEMO = 512,   /* bytes, with NUL */
    ENTRY_CHANNEL = 64, /* the same */
    ENTRY_HASH = 16,    /* of a request */
    ENTRY_CHAIN = 32    /* SHA-256 */
};

/* The numbers stand in the file: new ones go to the end. */
enum entry_kind {
    ENTRY_OPEN = 1, /* an account: to */
    ENTRY_CLOSE,
    ENTRY_POST,    /* money has moved */
    ENTRY_PENDING, /* money is held for a move */
    ENTRY_SETTLE,  /* a held move (ref) is done, all of it or a part */
    ENTRY_VOID,    /* it is given up */
    ENTRY_EXPIRE,  /* the same, as its time was over */
    ENTRY_REVERSE, /* a move (ref) the other way round */
    ENTRY_KINDS
};

/* "post", "pending", ... ; "?" for no kind. */
const char *entry_kind_word(enum entry_kind kind);

/* Does money move by it? */
bool entry_moves(enum entry_kind kind);

/* One row of the history. */
struct entry {
    int64_t id;    /* from 1, without a gap */
    int64_t ts_ms; /* clock_wall_ms(), never before the entry before it */
    int64_t group; /* the id of the first entry of its request */
    enum entry_kind kind;
    int64_t from; /* accounts; 0: none */
    int64_t to;
    int64_t minor;        /* 0 for ENTRY_OPEN and ENTRY_CLOSE */
    int64_t from_balance; /* after it */
    int64_t to_balance;
    int64_t from_prev; /* the entry before it of that account; 0: none */
    int64_t to_prev;
    int64_t ref;    /* the entry it resolves or reverses; 0: none */
    int64_t due_ms; /* of a pending one: when it expires; 0: never */
    bool has_key;   /* the first of its request */
    struct key key;
    unsigned char hash[ENTRY_HASH]; /* of the request; with has_key */
    char channel[ENTRY_CHANNEL];
    char memo[ENTRY_MEMO];
    unsigned char chain[ENTRY_CHAIN];
};

/* An account. What stands above the line never changes; what is below follows
 * from the entries. */
struct holder {
    int64_t id; /* from 1, without a gap */
    char name[TITLE_MAX];
    char currency[CURRENCY_CODE];
    int scale;
    bool has_min;
    int64_t min; /* what is available may not get below */

    int64_t balance;
    int64_t pending_out; /* held for moves out of it */
    int64_t pending_in;
    int64_t last; /* its newest entry */
    bool closed;
};

/* What can be paid out: balance - pending_out. In range for all that the rules
 * have passed. */
int64_t holder_available(const struct holder *holder);

#endif
