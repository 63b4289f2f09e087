#include "desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/money.h"
#include "account/plan.h"
#include "base/mem.h"

enum { DUE_MAX = 64 };

void desk_init(struct desk *desk, const struct desk_ops *ops, void *store)
{
    *desk = (struct desk){
        .ops = ops,
        .store = store,
        .chain = chain_new(),
        .entries = mem_new(REQUEST_LEGS * sizeof(struct entry)),
    };
}

void desk_fini(struct desk *desk)
{
    chain_free(desk->chain);
    book_clear(&desk->book);
    mem_free(desk->entries);
    *desk = (struct desk){.ops = NULL};
}

/* ---- entries ---- */

/* One posting at work. */
struct work {
    struct desk *desk;
    struct posting *posting; /* NULL: nobody asked */
    unsigned char hash[ENTRY_HASH];
    int64_t now_ms;
    int64_t first; /* id of the group; 0: none yet */
};

/* What an entry says of its request: the words in all legs, the key in one. */
static void sign(struct work *work, struct entry *entry)
{
    const struct request *request =
        work->posting ? work->posting->request : NULL;

    if (!request)
        return;
    snprintf(entry->memo, sizeof(entry->memo), "%s",
             request->memo ? request->memo : "");
    snprintf(entry->channel, sizeof(entry->channel), "%s",
             request->channel ? request->channel : "");
    entry->has_key = work->first == 0;
    if (!entry->has_key)
        return;
    entry->key = request->key;
    memcpy(entry->hash, work->hash, ENTRY_HASH);
}

/* Puts an account's next entry behind its last. */
static int64_t follow(struct desk *desk, struct holder *holder, int64_t id)
{
    int64_t prev;

    if (!holder)
        return 0;
    prev = holder->last;
    holder->last = id;
    book_touch(&desk->book, holder);
    return prev;
}

static void tell(struct work *work, const struct entry *entry)
{
    struct outcome *outcome = &work->posting->outcome;

    if (work->first == 0)
        *outcome = (struct outcome){
            .state = OUTCOME_DONE,
            .key = work->posting->request->key,
            .id = entry->id,
            .ts_ms = entry->ts_ms,
            .from_balance = entry->from_balance,
            .to_balance = entry->to_balance,
        };
    outcome->count++;
}

static bool write_entry(struct work *work, const struct move *move,
                        const struct holder *opened, struct err *err)
{
    struct desk *desk = work->desk;
    struct entry entry = {
        .id = desk->last_id + 1,
        .ts_ms = work->now_ms,
        .kind = move->kind,
        .from = move->from ? move->from->id : 0,
        .to = move->to->id,
        .minor = entry_moves(move->kind) || move->kind == ENTRY_PENDING
                     ? move->minor
                     : move->held,
        .from_balance = move->from_balance,
        .to_balance = move->to_balance,
        .ref = move->ref,
        .due_ms = move->due_ms,
    };

    entry.group = work->first ? work->first : entry.id;
    entry.from_prev = follow(desk, move->from, entry.id);
    entry.to_prev = follow(desk, move->to, entry.id);
    sign(work, &entry);
    chain_next(desk->chain, desk->last_chain, &entry, opened, entry.chain);
    if (!desk->ops->add_entry(desk->store, &entry, err))
        return false;
    desk->last_id = entry.id;
    desk->last_ts_ms = entry.ts_ms;
    memcpy(desk->last_chain, entry.chain, ENTRY_CHAIN);
    if (work->posting)
        tell(work, &entry);
    if (work->first == 0)
        work->first = entry.id;
    return true;
}

/* ---- opening and closing accounts ---- */

static bool open_one(struct work *work, struct holder *holder, struct err *err)
{
    struct desk *desk = work->desk;
    struct move move = {.kind = ENTRY_OPEN};

    holder->id = ++desk->last_holder;
    if (!desk->ops->add_holder(desk->store, holder, err))
        return false;
    move.to = book_add(&desk->book, holder);
    return write_entry(work, &move, move.to, err);
}

/* The other side of what comes and goes in a currency: with its first account.
 */
static bool open_own(struct work *work, const char *word,
                     const struct holder *like, struct err *err)
{
    struct holder own = {.scale = like->scale};

    snprintf(own.name, sizeof(own.name), "%s:%s", word, like->currency);
    memcpy(own.currency, like->currency, CURRENCY_CODE);
    return open_one(work, &own, err);
}

/* The currency's scale here, or that of the table; in *is_new whether the
 * ledger has it yet. */
static bool choose_scale(struct desk *desk, const struct request *request,
                         int *scale, bool *is_new, struct err *err)
{
    if (!desk->ops->load_scale(desk->store, request->currency, scale, err))
        return false;
    *is_new = *scale < 0;
    if (*is_new)
        *scale = request->scale >= 0 ? request->scale
                                     : currency_scale(request->currency);
    if (*scale < 0)
        return err_set(err, ERR_REFUSED,
                       "the currency %s is not known: say with --scale how "
                       "many decimals it has",
                       request->currency);
    return request->scale < 0 || request->scale == *scale ||
           err_set(err, ERR_REFUSED, "%s has %d decimals in this ledger",
                   request->currency, *scale);
}

static bool check_free(struct desk *desk, const char *name, struct err *err)
{
    struct err ignored = {.code = ERR_NONE};

    if (plan_find(desk, name, &ignored))
        return err_set(err, ERR_REFUSED, "there is an account \"%s\" already",
                       name);
    if (ignored.code == ERR_REFUSED)
        return true;
    *err = ignored;
    return false;
}

static bool open_account(struct work *work, struct err *err)
{
    const struct request *request = work->posting->request;
    struct holder holder = {.has_min = request->has_min, .min = request->min};
    bool is_new;

    if (!check_free(work->desk, request->name, err) ||
        !choose_scale(work->desk, request, &holder.scale, &is_new, err))
        return false;
    snprintf(holder.name, sizeof(holder.name), "%s", request->name);
    snprintf(holder.currency, sizeof(holder.currency), "%s", request->currency);
    if (is_new && !work->desk->ops->add_currency(
                      work->desk->store, holder.currency, holder.scale, err))
        return false;
    return open_one(work, &holder, err) &&
           (!is_new || (open_own(work, REQUEST_WORLD, &holder, err) &&
                        open_own(work, REQUEST_EXCHANGE, &holder, err)));
}

static bool close_account(struct work *work, struct err *err)
{
    struct holder *holder =
        plan_find(work->desk, work->posting->request->name, err);
    struct move move = {.kind = ENTRY_CLOSE, .to = holder};

    if (!holder || !rules_close(holder, err))
        return false;
    holder->closed = true;
    return write_entry(work, &move, NULL, err);
}

/* ---- moving money ---- */

static bool move_money(struct work *work, struct err *err)
{
    struct plan plan;

    if (!plan_make(work->desk, work->posting->request, work->now_ms, &plan,
                   err) ||
        !rules_apply(plan.moves, plan.count, err))
        return false;
    for (size_t i = 0; i < plan.count; i++)
        if (!write_entry(work, &plan.moves[i], NULL, err))
            return false;
    return true;
}

/* ---- one request ---- */

static bool decide(struct work *work, struct err *err)
{
    switch (work->posting->request->verb) {
    case REQUEST_OPEN:
        return open_account(work, err);
    case REQUEST_CLOSE:
        return close_account(work, err);
    case REQUEST_POST:
    case REQUEST_PENDING:
    case REQUEST_SETTLE:
    case REQUEST_VOID:
    case REQUEST_REVERSE:
        return move_money(work, err);
    case REQUEST_VERBS:
        break;
    }
    return err_set(err, ERR_REFUSED, "this is no request");
}

static void refuse(struct posting *posting, int64_t ts_ms,
                   const struct err *why)
{
    posting->outcome = (struct outcome){
        .state = OUTCOME_REFUSED,
        .key = posting->request->key,
        .ts_ms = ts_ms,
        .err = *why,
    };
}

static bool post_new(struct work *work, struct err *err)
{
    struct posting *posting = work->posting;
    struct desk *desk = work->desk;
    struct err why;

    if (decide(work, &why))
        return true;
    if (why.code != ERR_REFUSED) {
        *err = why;
        return false;
    }
    refuse(posting, work->now_ms, &why);
    return desk->ops->add_refusal(desk->store, &posting->request->key,
                                  work->hash, work->now_ms, &why, err);
}

/* The same key: the same answer, or another request's. */
static void repeat(struct work *work, const struct answer *answer)
{
    struct posting *posting = work->posting;
    struct err why;

    if (memcmp(answer->hash, work->hash, ENTRY_HASH) == 0) {
        posting->outcome = answer->outcome;
        posting->outcome.key = posting->request->key;
        posting->outcome.again = true;
        return;
    }
    err_set(&why, ERR_MISMATCH,
            "this key was used for another request: a new request needs a key "
            "of its own");
    refuse(posting, work->now_ms, &why);
}

static bool post_one(struct desk *desk, struct posting *posting, int64_t now_ms,
                     struct err *err)
{
    struct work work = {.desk = desk, .posting = posting, .now_ms = now_ms};
    struct answer answer;
    bool found = false;

    request_hash(posting->request, desk->chain, work.hash);
    if (!posting->fresh &&
        !desk->ops->load_answer(desk->store, &posting->request->key, &answer,
                                &found, err))
        return false;
    if (!found)
        return post_new(&work, err);
    repeat(&work, &answer);
    return true;
}

/* ---- a batch ---- */

static bool expire_one(struct desk *desk, int64_t id, int64_t now_ms,
                       struct err *err)
{
    struct work work = {.desk = desk, .now_ms = now_ms};
    struct move move;

    return plan_expiry(desk, id, now_ms, &move, err) &&
           rules_apply(&move, 1, err) && write_entry(&work, &move, NULL, err);
}

/* What is pending for too long is set free by an entry of its own. */
static bool expire(struct desk *desk, int64_t now_ms, struct err *err)
{
    int64_t ids[DUE_MAX];
    size_t count;

    do {
        if (!desk->ops->load_due(desk->store, now_ms, ids, DUE_MAX, &count,
                                 err))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!expire_one(desk, ids[i], now_ms, err))
                return false;
    } while (count == DUE_MAX);
    return true;
}

static bool put_touched(struct desk *desk, struct err *err)
{
    struct holder *holder;

    while ((holder = book_next_touched(&desk->book)))
        if (!desk->ops->put_holder(desk->store, holder, err))
            return false;
    return true;
}

bool desk_post(struct desk *desk, struct posting *postings, size_t count,
               int64_t wall_ms, struct err *err)
{
    int64_t now_ms = wall_ms > desk->last_ts_ms ? wall_ms : desk->last_ts_ms;
    bool ok = expire(desk, now_ms, err);

    for (size_t i = 0; ok && i < count; i++)
        ok = post_one(desk, &postings[i], now_ms, err);
    ok = ok && put_touched(desk, err);
    if (!ok)
        book_clear(&desk->book);
    return ok;
}
