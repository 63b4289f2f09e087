/* A request as what is to be written: who pays whom, by the names and numbers
 * in it. Inside the desk. */
#ifndef ACCOUNT_PLAN_H
#define ACCOUNT_PLAN_H

#include "account/desk.h"
#include "account/rules.h"

struct plan {
    struct move moves[REQUEST_LEGS];
    size_t count;
};

/* The moves of a POST, PENDING, SETTLE, VOID or REVERSE at now_ms. ERR_REFUSED:
 * an account or entry that is not there, is resolved or not to be resolved so;
 * other codes: the store has failed. The moves are not checked yet. */
bool plan_make(struct desk *desk, const struct request *request, int64_t now_ms,
               struct plan *plan, struct err *err)
    __attribute__((warn_unused_result));

/* The account with that name. ERR_REFUSED: there is none. */
struct holder *plan_find(struct desk *desk, const char *name, struct err *err);

/* The move that lets a pending entry expire. */
bool plan_expiry(struct desk *desk, int64_t id, int64_t now_ms,
                 struct move *move, struct err *err)
    __attribute__((warn_unused_result));

#endif
