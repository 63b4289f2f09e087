/* The verbs of threadlab account that ask for a change. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "account/ledger.h"
#include "account/money.h"
#include "account_json.h"
#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/signals.h"
#include "cmd.h"
#include "engine/engine.h"

/* ---- asking and answering ---- */

static void say_done(const struct outcome *outcome, const struct holder *like,
                     bool from)
{
    char money[MONEY_TEXT];
    char key[KEY_TEXT];

    printf("done%s: entry %" PRId64, outcome->again ? " before" : "",
           outcome->id);
    if (outcome->count > 1)
        printf(" to %" PRId64, outcome->id + outcome->count - 1);
    if (like)
        printf(", %s %s", like->name,
               money_text(money,
                          from ? outcome->from_balance : outcome->to_balance,
                          like->scale, like->currency));
    printf(", key %s\n", key_text(key, &outcome->key));
}

static void say_failed(const struct outcome *outcome)
{
    struct err err = outcome->err;
    char key[KEY_TEXT];

    if (outcome->state == OUTCOME_UNKNOWN)
        err_set(&err, err.code, "unknown: %s (--key %s)", outcome->err.text,
                key_text(key, &outcome->key));
    else
        err_set(&err, err.code, "refused: %s", outcome->err.text);
    cmd_fail("account", &err);
}

static int answer(const struct account_call *call,
                  const struct outcome *outcome, const struct holder *like,
                  bool from)
{
    if (call->json)
        account_json_outcome(stdout, outcome, like, from);
    else if (outcome->state == OUTCOME_DONE)
        say_done(outcome, like, from);
    if (outcome->state == OUTCOME_DONE)
        return EXIT_SUCCESS;
    if (!call->json)
        say_failed(outcome);
    return outcome->state == OUTCOME_REFUSED ? ACCOUNT_REFUSED
                                             : ACCOUNT_UNKNOWN;
}

/* Interrupted: it may be on its way to the disk already. */
static void interrupted(struct ledger *ledger, struct ticket *ticket,
                        struct outcome *outcome)
{
    *outcome = (struct outcome){
        .state = OUTCOME_UNKNOWN,
        .key = ledger_key(ticket),
    };
    err_set(&outcome->err, ERR_CANCELED,
            "interrupted: ask again with the same key");
    ledger_forget(ledger, ticket);
}

static void wait_for(struct engine *engine, struct ticket *ticket,
                     int64_t deadline_ms, struct outcome *outcome)
{
    struct pollfd polled = {.fd = engine->notify.fd, .events = POLLIN};

    while (!ledger_poll(engine->ledger, ticket, outcome)) {
        if (signals_stops() > 0) {
            interrupted(engine->ledger, ticket, outcome);
            return;
        }
        signals_wait(&polled, 1, deadline_ms);
        notify_drain(&engine->notify);
    }
}

/* The room for one request. */
static bool post(struct account_call *call, const struct request *request,
                 struct outcome *outcome, struct err *err)
{
    const struct ledger_options ledger = {.where = call->store};
    const struct engine_options options = {.ledger = &ledger};
    int64_t deadline_ms = clock_ms() + call->wait_ms;
    struct engine engine;
    struct ticket *ticket;

    signals_take();
    if (!engine_init(&engine, &options, err))
        return false;
    ticket = ledger_submit(engine.ledger, request, deadline_ms, err);
    if (ticket)
        wait_for(&engine, ticket, deadline_ms, outcome);
    signals_final();
    engine_fini(&engine);
    return ticket != NULL;
}

bool account_send(struct account_call *call, struct request *request,
                  const struct holder *like, bool from, int *status,
                  struct err *err)
{
    struct outcome outcome;

    request->memo = call->memo;
    request->channel = call->by;
    request->has_key = call->key != NULL;
    if (call->key && !key_read(call->key, &request->key, err))
        return false;
    if (!post(call, request, &outcome, err))
        return false;
    *status = answer(call, &outcome, like, from);
    return true;
}

/* ---- accounts ---- */

static bool read_min(const struct account_call *call, struct request *request,
                     struct err *err)
{
    int scale =
        call->scale >= 0 ? call->scale : currency_scale(request->currency);

    request->has_min = !call->min || strcmp(call->min, "none") != 0;
    if (!call->min || !request->has_min)
        return true;
    if (scale < 0)
        return err_set(err, ERR_USAGE,
                       "--min needs --scale: how many decimals has %s?",
                       request->currency);
    if (money_parse(call->min, request->currency, scale, &request->min, err))
        return true;
    err_prefix(err, "--min");
    return false;
}

bool account_open(struct account_call *call, int *status, struct err *err)
{
    struct request request = {.verb = REQUEST_OPEN, .scale = call->scale};
    char name[TITLE_MAX];
    char currency[CURRENCY_CODE];

    if (!call->currency)
        return err_set(err, ERR_USAGE,
                       "an account needs --currency, as --currency CNY");
    if (!title_read(call->words[0], name, err) ||
        !currency_read(call->currency, currency, err))
        return false;
    request.name = name;
    request.currency = currency;
    return read_min(call, &request, err) &&
           account_send(call, &request, NULL, false, status, err);
}

bool account_close(struct account_call *call, int *status, struct err *err)
{
    struct request request = {.verb = REQUEST_CLOSE};
    char name[TITLE_MAX];

    if (!title_read(call->words[0], name, err))
        return false;
    request.name = name;
    return account_send(call, &request, NULL, false, status, err);
}

/* ---- money ---- */

static bool read_amount(const char *text, const struct holder *holder,
                        int64_t *minor, struct err *err)
{
    return money_parse_amount(text, holder->currency, holder->scale, minor,
                              err);
}

/* Between the world and one account. */
static bool outside(struct account_call *call, bool in, int *status,
                    struct err *err)
{
    struct holder holder;
    struct request_leg leg;
    struct request request = {
        .verb = REQUEST_POST, .legs = &leg, .leg_count = 1};

    if (!account_find(call, call->count > 1 ? call->words[0] : NULL, &holder,
                      err))
        return false;
    leg = (struct request_leg){
        .from = in ? REQUEST_WORLD : holder.name,
        .to = in ? holder.name : REQUEST_WORLD,
        .currency = holder.currency,
    };
    return read_amount(call->words[call->count - 1], &holder, &leg.minor,
                       err) &&
           account_send(call, &request, &holder, !in, status, err);
}

bool account_deposit(struct account_call *call, int *status, struct err *err)
{
    return outside(call, true, status, err);
}

bool account_withdraw(struct account_call *call, int *status, struct err *err)
{
    return outside(call, false, status, err);
}

/* Legs that are read from words, and the names they point to. */
struct legs {
    struct holder from[REQUEST_LEGS];
    struct holder to[REQUEST_LEGS];
    struct request_leg legs[REQUEST_LEGS];
    size_t count;
};

static bool is_own(const char *word)
{
    return strcmp(word, REQUEST_WORLD) == 0 ||
           strcmp(word, REQUEST_EXCHANGE) == 0;
}

/* One side may be the world of the other's currency. */
static bool read_side(struct account_call *call, const char *word,
                      struct holder *holder, struct err *err)
{
    if (!is_own(word))
        return account_find(call, word, holder, err);
    *holder = (struct holder){.id = 0};
    snprintf(holder->name, sizeof(holder->name), "%s", word);
    return true;
}

static bool add_leg(struct account_call *call, struct legs *legs,
                    const char *const *words, struct err *err)
{
    struct holder *from = &legs->from[legs->count];
    struct holder *to = &legs->to[legs->count];
    struct request_leg *leg = &legs->legs[legs->count];
    const struct holder *known;

    if (!read_side(call, words[0], from, err) ||
        !read_side(call, words[1], to, err))
        return false;
    known = is_own(words[0]) ? to : from;
    if (is_own(known->name))
        return err_set(err, ERR_USAGE,
                       "one side must be an account: in which currency?");
    *leg = (struct request_leg){
        .from = from->name, .to = to->name, .currency = known->currency};
    legs->count++;
    return read_amount(words[2], known, &leg->minor, err);
}

static bool send_legs(struct account_call *call, enum request_verb verb,
                      int *status, struct err *err)
{
    struct legs *legs = mem_new(sizeof(*legs));
    struct request request = {
        .verb = verb, .legs = legs->legs, .timeout_ms = call->expires_ms};
    bool ok = call->count % 3 == 0 ||
              err_set(err, ERR_USAGE, "three words make a leg: FROM TO AMOUNT");

    for (size_t i = 0; ok && i < call->count; i += 3)
        ok = add_leg(call, legs, &call->words[i], err);
    request.leg_count = legs->count;
    if (ok) {
        bool from = !is_own(legs->from[0].name);

        ok = account_send(call, &request, from ? &legs->from[0] : &legs->to[0],
                          from, status, err);
    }
    mem_free(legs);
    return ok;
}

bool account_transfer(struct account_call *call, int *status, struct err *err)
{
    return send_legs(call, REQUEST_POST, status, err);
}

bool account_post(struct account_call *call, int *status, struct err *err)
{
    return send_legs(call, REQUEST_POST, status, err);
}

bool account_pending(struct account_call *call, int *status, struct err *err)
{
    return send_legs(call, REQUEST_PENDING, status, err);
}

bool account_exchange(struct account_call *call, int *status, struct err *err)
{
    struct holder from;
    struct holder to;
    struct request_leg legs[2];
    struct request request = {
        .verb = REQUEST_POST, .legs = legs, .leg_count = 2};

    if (!account_find(call, call->words[0], &from, err) ||
        !account_find(call, call->words[1], &to, err))
        return false;
    if (strcmp(from.currency, to.currency) == 0)
        return err_set(err, ERR_USAGE,
                       "both have %s: that is a transfer, not an exchange",
                       from.currency);
    legs[0] = (struct request_leg){
        .from = from.name, .to = REQUEST_EXCHANGE, .currency = from.currency};
    legs[1] = (struct request_leg){
        .from = REQUEST_EXCHANGE, .to = to.name, .currency = to.currency};
    return read_amount(call->words[2], &from, &legs[0].minor, err) &&
           read_amount(call->words[3], &to, &legs[1].minor, err) &&
           account_send(call, &request, &from, true, status, err);
}

/* ---- entries ---- */

static bool read_ref(const struct account_call *call, struct request *request,
                     struct err *err)
{
    if (fmt_parse_int(call->words[0], 1, INT64_MAX, &request->ref, err))
        return true;
    err_prefix(err, "the number of an entry");
    return false;
}

static bool send_ref(struct account_call *call, enum request_verb verb,
                     int *status, struct err *err)
{
    struct request request = {.verb = verb};

    return read_ref(call, &request, err) &&
           account_send(call, &request, NULL, false, status, err);
}

/* The amount is in the currency of what is pending. */
static bool read_part(struct account_call *call, struct request *request,
                      struct err *err)
{
    struct vault *view = account_view(call, err);
    struct holder holder;
    struct entry entry;
    size_t count;

    if (!view || !view->ops->entry(view, request->ref, &entry, err) ||
        !view->ops->holders(view, entry.to - 1, &holder, 1, &count, err))
        return false;
    return read_amount(call->amount, &holder, &request->minor, err);
}

bool account_settle(struct account_call *call, int *status, struct err *err)
{
    struct request request = {.verb = REQUEST_SETTLE};

    return read_ref(call, &request, err) &&
           (!call->amount || read_part(call, &request, err)) &&
           account_send(call, &request, NULL, false, status, err);
}

bool account_void(struct account_call *call, int *status, struct err *err)
{
    return send_ref(call, REQUEST_VOID, status, err);
}

bool account_reverse(struct account_call *call, int *status, struct err *err)
{
    return send_ref(call, REQUEST_REVERSE, status, err);
}
