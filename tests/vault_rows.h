/* What the tests of a ledger share: a vault in a scratch folder, and requests
 * in a line each. */
#ifndef VAULT_ROWS_H
#define VAULT_ROWS_H

#include "account/vault.h"
#include "account/verify.h"
#include "scratch.h"
#include "tap.h"

static struct err err;
static struct vault *vault;
static struct key_maker maker;
static struct outcome last; /* of the last request */

__attribute__((unused)) static void open_vault_or_end(const char *path)
{
    vault = vault_open(path, &err);
    if (!vault) {
        printf("Bail out! %s\n", err.text);
        exit(99);
    }
}

/* Posts one; true: done. */
__attribute__((unused)) static bool ask(struct request request)
{
    struct posting posting = {.request = &request, .fresh = !request.has_key};

    if (!request.has_key)
        request.key = key_make(&maker, 1);
    if (!request_check(&request, &err)) {
        last = (struct outcome){.state = OUTCOME_REFUSED, .err = err};
        return false;
    }
    if (vault->ops->post(vault, &posting, 1, VAULT_EACH, &err) != VAULT_DONE) {
        last = (struct outcome){.state = OUTCOME_UNKNOWN, .err = err};
        return false;
    }
    last = posting.outcome;
    return last.state == OUTCOME_DONE;
}

__attribute__((unused)) static bool open_account(const char *name,
                                                 const char *currency)
{
    return ask((struct request){.verb = REQUEST_OPEN,
                                .name = name,
                                .currency = currency,
                                .scale = -1,
                                .has_min = true});
}

__attribute__((unused)) static bool
pay(enum request_verb verb, const char *from, const char *to, int64_t minor)
{
    const struct request_leg leg = {from, to, minor, "CNY"};

    return ask((struct request){.verb = verb, .legs = &leg, .leg_count = 1});
}

__attribute__((unused)) static bool about(enum request_verb verb, int64_t ref)
{
    return ask((struct request){.verb = verb, .ref = ref});
}

__attribute__((unused)) static struct holder holder(const char *name)
{
    struct holder row = {.balance = -77};

    if (!vault->ops->holder(vault, name, &row, &err))
        tap_note("%s", err.text);
    return row;
}

__attribute__((unused)) static bool is_whole(struct verify_report *report)
{
    bool ok = verify_ledger(vault, report, &err);

    if (!ok)
        tap_note("%s", err.text);
    for (size_t i = 0; ok && i < report->sentences; i++)
        tap_note("%s", report->text[i]);
    return ok && report->faults == 0 && report->stale == 0;
}

#endif
