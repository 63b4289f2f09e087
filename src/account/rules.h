/* What may happen to accounts: the rules of the ledger, over accounts in
 * memory, the same for every store. Pure. */
#ifndef ACCOUNT_RULES_H
#define ACCOUNT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/entry.h"
#include "base/err.h"

/* One leg as it will be written. The accounts are whoever's that applies it. */
struct move {
    enum entry_kind kind;
    struct holder *from; /* NULL for ENTRY_OPEN and ENTRY_CLOSE */
    struct holder *to;
    int64_t minor;
    int64_t ref;          /* entry; 0: none */
    int64_t held;         /* SETTLE, VOID, EXPIRE: what ref held */
    int64_t due_ms;       /* PENDING */
    int64_t from_balance; /* after it; filled in by rules_apply */
    int64_t to_balance;
};

/* All moves happen to their accounts, or none and ERR_REFUSED says which rule
 * forbids it: a closed account, two currencies in one leg, an account that
 * would have less available than its minimum when all is done (what leaves an
 * account counts when it is held already; what comes in when it is there), or
 * a number that 64 bits do not hold. So every currency sums to what it summed
 * to before. A void or an expiry is possible also where an account is closed.
 */
bool rules_apply(struct move *moves, size_t count, struct err *err)
    __attribute__((warn_unused_result));

/* May the account be closed? It must be empty and nothing be held. */
bool rules_close(const struct holder *holder, struct err *err)
    __attribute__((warn_unused_result));

/* May an entry be resolved (SETTLE, VOID, EXPIRE) or reversed now, when no
 * other has resolved or reversed it yet? For a settle minor is what is asked
 * for, 0 for all. */
bool rules_resolve(const struct entry *ref, enum entry_kind how, int64_t minor,
                   int64_t now_ms, struct err *err)
    __attribute__((warn_unused_result));

#endif
