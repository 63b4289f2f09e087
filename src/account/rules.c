#include "rules.h"

#include <inttypes.h>
#include <string.h>

#include "account/money.h"

/* ---- one move ---- */

static bool refuse_size(const struct holder *holder, struct err *err)
{
    return err_set(err, ERR_REFUSED,
                   "\"%s\" would hold more than a ledger can count",
                   holder->name);
}

static bool check(const struct move *move, struct err *err)
{
    const struct holder *closed = move->from->closed ? move->from
                                  : move->to->closed ? move->to
                                                     : NULL;

    if (strcmp(move->from->currency, move->to->currency) != 0)
        return err_set(err, ERR_REFUSED,
                       "\"%s\" has %s and \"%s\" has %s: that is an exchange",
                       move->from->name, move->from->currency, move->to->name,
                       move->to->currency);
    if (move->from == move->to)
        return err_set(err, ERR_REFUSED, "\"%s\" cannot pay itself",
                       move->from->name);
    if (!closed || move->kind == ENTRY_VOID || move->kind == ENTRY_EXPIRE)
        return true;
    return err_set(err, ERR_REFUSED, "the account \"%s\" is closed",
                   closed->name);
}

static bool shift(struct holder *holder, int64_t balance, int64_t out,
                  int64_t in, struct err *err)
{
    struct holder after = *holder;
    int64_t available;

    if (!money_add(holder->balance, balance, &after.balance) ||
        !money_add(holder->pending_out, out, &after.pending_out) ||
        !money_add(holder->pending_in, in, &after.pending_in) ||
        __builtin_sub_overflow(after.balance, after.pending_out, &available))
        return refuse_size(holder, err);
    holder->balance = after.balance;
    holder->pending_out = after.pending_out;
    holder->pending_in = after.pending_in;
    return true;
}

/* What a move does to its sides: the money that moves, and what is held. */
static int64_t moved(const struct move *move)
{
    return entry_moves(move->kind) ? move->minor : 0;
}

static int64_t held(const struct move *move)
{
    return move->kind == ENTRY_PENDING ? move->minor : -move->held;
}

static bool apply(struct move *move, struct err *err)
{
    if (!shift(move->from, -moved(move), held(move), 0, err))
        return false;
    if (!shift(move->to, moved(move), 0, held(move), err)) {
        /* Only goes back to what it was. */
        move->from->balance += moved(move);
        move->from->pending_out -= held(move);
        return false;
    }
    move->from_balance = move->from->balance;
    move->to_balance = move->to->balance;
    return true;
}

static void take_back(const struct move *move)
{
    move->from->balance += moved(move);
    move->from->pending_out -= held(move);
    move->to->balance -= moved(move);
    move->to->pending_in -= held(move);
}

/* ---- all of them ---- */

/* What has got less must not be below the minimum. Who was below it before, by
 * nothing that happened here, may still get money. */
static bool check_min(const struct move *move, struct err *err)
{
    const struct holder *from = move->from;
    char available[MONEY_TEXT];
    char min[MONEY_TEXT];

    if (!from->has_min || holder_available(from) >= from->min ||
        move->kind == ENTRY_VOID || move->kind == ENTRY_EXPIRE)
        return true;
    return err_set(
        err, ERR_REFUSED,
        "not enough: \"%s\" would have %s available, and may not have less "
        "than %s",
        from->name,
        money_text(available, holder_available(from), from->scale,
                   from->currency),
        money_text(min, from->min, from->scale, from->currency));
}

bool rules_apply(struct move *moves, size_t count, struct err *err)
{
    size_t done = 0;
    bool ok = true;

    while (ok && done < count) {
        ok = check(&moves[done], err) && apply(&moves[done], err);
        done += ok;
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = check_min(&moves[i], err);
    while (!ok && done > 0)
        take_back(&moves[--done]);
    return ok;
}

/* ---- others ---- */

bool rules_close(const struct holder *holder, struct err *err)
{
    char text[MONEY_TEXT];

    if (holder->closed)
        return err_set(err, ERR_REFUSED, "the account \"%s\" is closed already",
                       holder->name);
    if (holder->balance != 0)
        return err_set(
            err, ERR_REFUSED, "the account \"%s\" holds %s: move that first",
            holder->name,
            money_text(text, holder->balance, holder->scale, holder->currency));
    if (holder->pending_in != 0 || holder->pending_out != 0)
        return err_set(err, ERR_REFUSED,
                       "the account \"%s\" has pending entries: settle or void "
                       "them first",
                       holder->name);
    return true;
}

static bool resolve_pending(const struct entry *ref, enum entry_kind how,
                            int64_t minor, int64_t now_ms, struct err *err)
{
    bool over = ref->due_ms > 0 && now_ms >= ref->due_ms;

    if (ref->kind != ENTRY_PENDING)
        return err_set(err, ERR_REFUSED, "entry %" PRId64 " is not pending",
                       ref->id);
    if (how != ENTRY_EXPIRE && over)
        return err_set(err, ERR_REFUSED, "entry %" PRId64 " has expired",
                       ref->id);
    return minor <= ref->minor ||
           err_set(err, ERR_REFUSED,
                   "that is more than entry %" PRId64 " holds", ref->id);
}

bool rules_resolve(const struct entry *ref, enum entry_kind how, int64_t minor,
                   int64_t now_ms, struct err *err)
{
    if (how != ENTRY_REVERSE)
        return resolve_pending(ref, how, minor, now_ms, err);
    return entry_moves(ref->kind) ||
           err_set(err, ERR_REFUSED,
                   "entry %" PRId64 " moved no money: there is nothing to "
                   "reverse",
                   ref->id);
}
