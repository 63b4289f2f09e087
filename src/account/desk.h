/* Where requests are decided and become entries, whatever the store: a batch of
 * them, in their order, inside one transaction of the store's. A store has a
 * desk and gives it these few things to read and write; the rules, keys, ids,
 * times and hashes are the desk's. Belongs to the thread that posts. */
#ifndef ACCOUNT_DESK_H
#define ACCOUNT_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/book.h"
#include "account/chain.h"
#include "account/entry.h"
#include "account/request.h"
#include "base/err.h"

/* A request on the desk, and what becomes of it. */
struct posting {
    const struct request *request; /* has a key */
    bool fresh; /* the key was made for it just now: nobody has used it */
    struct outcome outcome;
};

/* What was answered to a key. */
struct answer {
    unsigned char hash[ENTRY_HASH]; /* of its request */
    struct outcome outcome;         /* without again */
};

/* Each returns false, and err with another code than ERR_REFUSED, where the
 * store fails; that ends the batch, and the store takes it all back. What is
 * written is read by the next call. */
struct desk_ops {
    /* Puts an account into the desk's book if there is one. */
    bool (*load_name)(void *store, const char *name, struct err *err);
    bool (*load_id)(void *store, int64_t id, struct err *err);
    /* found false: nobody has used it. */
    bool (*load_answer)(void *store, const struct key *key,
                        struct answer *answer, bool *found, struct err *err);
    /* The entries of the group that id is in, in order; count 0: no entry. */
    bool (*load_group)(void *store, int64_t id, struct entry *entries,
                       size_t max, size_t *count, struct err *err);
    /* Has an entry resolved or reversed id? */
    bool (*load_resolved)(void *store, int64_t id, bool *resolved,
                          struct err *err);
    /* The decimals a currency has here; -1: it is not known here. */
    bool (*load_scale)(void *store, const char *currency, int *scale,
                       struct err *err);
    /* Open pending entries that are due at now_ms, the first of them. */
    bool (*load_due)(void *store, int64_t now_ms, int64_t *ids, size_t max,
                     size_t *count, struct err *err);
    bool (*add_currency)(void *store, const char *code, int scale,
                         struct err *err);
    /* Its balances come later, with all that was touched. */
    bool (*add_holder)(void *store, const struct holder *holder,
                       struct err *err);
    bool (*add_entry)(void *store, const struct entry *entry, struct err *err);
    bool (*add_refusal)(void *store, const struct key *key,
                        const unsigned char hash[ENTRY_HASH], int64_t ts_ms,
                        const struct err *why, struct err *err);
    /* Writes what may change of an account. */
    bool (*put_holder)(void *store, const struct holder *holder,
                       struct err *err);
};

struct desk {
    const struct desk_ops *ops;
    void *store;
    struct chain *chain;
    struct book book; /* the store clears it when others have written */
    /* The newest entry and account, which the store sets before a batch. */
    int64_t last_id;
    int64_t last_ts_ms;
    int64_t last_holder;
    unsigned char last_chain[ENTRY_CHAIN];
    struct entry *entries; /* room for a group */
};

void desk_init(struct desk *desk, const struct desk_ops *ops, void *store);
void desk_fini(struct desk *desk);

/* Decides all of them at wall_ms, after what has expired by then. false: the
 * store has failed, the outcomes say nothing and the book is cleared. */
bool desk_post(struct desk *desk, struct posting *postings, size_t count,
               int64_t wall_ms, struct err *err)
    __attribute__((warn_unused_result));

#endif
