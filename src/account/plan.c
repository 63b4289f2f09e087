#include "plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/money.h"

struct holder *plan_find(struct desk *desk, const char *name, struct err *err)
{
    struct holder *holder = book_by_name(&desk->book, name);

    if (!holder) {
        if (!desk->ops->load_name(desk->store, name, err))
            return NULL;
        holder = book_by_name(&desk->book, name);
    }
    if (!holder)
        err_set(err, ERR_REFUSED,
                "there is no account \"%s\": \"threadlab account list\" shows "
                "those that are",
                name);
    return holder;
}

static struct holder *find_id(struct desk *desk, int64_t id, struct err *err)
{
    struct holder *holder = book_by_id(&desk->book, id);

    if (!holder) {
        if (!desk->ops->load_id(desk->store, id, err))
            return NULL;
        holder = book_by_id(&desk->book, id);
    }
    if (!holder)
        err_set(err, ERR_PROTOCOL,
                "the ledger is damaged: account %" PRId64
                " is not there; \"threadlab account verify\" tells more",
                id);
    return holder;
}

/* ---- legs ---- */

/* "World" is the world of the leg's currency. */
static struct holder *find_side(struct desk *desk, const char *name,
                                const char *currency, struct err *err)
{
    char full[TITLE_MAX];

    if (strcmp(name, REQUEST_WORLD) != 0 && strcmp(name, REQUEST_EXCHANGE) != 0)
        return plan_find(desk, name, err);
    snprintf(full, sizeof(full), "%s:%s", name, currency);
    return plan_find(desk, full, err);
}

static bool check_currency(const struct holder *holder, const char *currency,
                           struct err *err)
{
    return strcmp(holder->currency, currency) == 0 ||
           err_set(err, ERR_REFUSED,
                   "the account \"%s\" has %s, not %s: that is an "
                   "exchange",
                   holder->name, holder->currency, currency);
}

static bool plan_leg(struct desk *desk, const struct request_leg *leg,
                     struct move *move, struct err *err)
{
    move->minor = leg->minor;
    move->from = find_side(desk, leg->from, leg->currency, err);
    if (!move->from || !check_currency(move->from, leg->currency, err))
        return false;
    move->to = find_side(desk, leg->to, leg->currency, err);
    return move->to && check_currency(move->to, leg->currency, err);
}

static bool plan_legs(struct desk *desk, const struct request *request,
                      int64_t now_ms, struct plan *plan, struct err *err)
{
    bool pending = request->verb == REQUEST_PENDING;
    int64_t due_ms = 0;

    if (pending && request->timeout_ms > 0 &&
        !money_add(now_ms, request->timeout_ms, &due_ms))
        return err_set(err, ERR_REFUSED, "the time is too far away");
    for (size_t i = 0; i < request->leg_count; i++) {
        plan->moves[i] = (struct move){
            .kind = pending ? ENTRY_PENDING : ENTRY_POST,
            .due_ms = due_ms,
        };
        if (!plan_leg(desk, &request->legs[i], &plan->moves[i], err))
            return false;
    }
    plan->count = request->leg_count;
    return true;
}

/* ---- entries that are there ---- */

static enum entry_kind kind_of(enum request_verb verb)
{
    return verb == REQUEST_SETTLE ? ENTRY_SETTLE
           : verb == REQUEST_VOID ? ENTRY_VOID
                                  : ENTRY_REVERSE;
}

static bool check_resolved(struct desk *desk, const struct entry *entry,
                           struct err *err)
{
    bool resolved;

    if (!desk->ops->load_resolved(desk->store, entry->id, &resolved, err))
        return false;
    return !resolved ||
           err_set(err, ERR_REFUSED,
                   "entry %" PRId64 " is settled, void, expired or reversed "
                   "already",
                   entry->id);
}

static bool plan_entry(struct desk *desk, const struct entry *entry,
                       enum entry_kind how, int64_t minor, struct move *move,
                       struct err *err)
{
    bool back = how == ENTRY_REVERSE;

    *move = (struct move){
        .kind = how,
        .minor = minor > 0 ? minor : entry->minor,
        .ref = entry->id,
        .held = back ? 0 : entry->minor,
        .from = find_id(desk, back ? entry->to : entry->from, err),
    };
    if (move->from)
        move->to = find_id(desk, back ? entry->from : entry->to, err);
    return move->to != NULL;
}

static bool plan_ref(struct desk *desk, const struct request *request,
                     int64_t now_ms, struct plan *plan, struct err *err)
{
    enum entry_kind how = kind_of(request->verb);
    const struct entry *entries = desk->entries;

    if (!desk->ops->load_group(desk->store, request->ref, desk->entries,
                               REQUEST_LEGS, &plan->count, err))
        return false;
    if (plan->count == 0)
        return err_set(err, ERR_REFUSED, "there is no entry %" PRId64,
                       request->ref);
    if (request->minor > 0 && plan->count > 1)
        return err_set(err, ERR_REFUSED,
                       "entry %" PRId64
                       " is one of several legs: they are settled whole",
                       request->ref);
    for (size_t i = 0; i < plan->count; i++)
        if (!rules_resolve(&entries[i], how, request->minor, now_ms, err) ||
            !check_resolved(desk, &entries[i], err) ||
            !plan_entry(desk, &entries[i], how, request->minor, &plan->moves[i],
                        err))
            return false;
    return true;
}

bool plan_make(struct desk *desk, const struct request *request, int64_t now_ms,
               struct plan *plan, struct err *err)
{
    return request->verb == REQUEST_POST || request->verb == REQUEST_PENDING
               ? plan_legs(desk, request, now_ms, plan, err)
               : plan_ref(desk, request, now_ms, plan, err);
}

bool plan_expiry(struct desk *desk, int64_t id, int64_t now_ms,
                 struct move *move, struct err *err)
{
    size_t count;

    if (!desk->ops->load_group(desk->store, id, desk->entries, REQUEST_LEGS,
                               &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (desk->entries[i].id == id)
            return rules_resolve(&desk->entries[i], ENTRY_EXPIRE, 0, now_ms,
                                 err) &&
                   plan_entry(desk, &desk->entries[i], ENTRY_EXPIRE, 0, move,
                              err);
    return err_set(err, ERR_PROTOCOL,
                   "the ledger is damaged: pending entry %" PRId64
                   " is not there; \"threadlab account verify\" tells more",
                   id);
}
