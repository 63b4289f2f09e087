/* The room's thread: takes what waits, posts it in one commit, tells. */
#include <string.h>

#include "account/ledger_room.h"
#include "account/verify.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

static void ping(struct ledger *ledger)
{
    if (ledger->notify)
        notify_ping(ledger->notify);
}

/* ---- a batch ---- */

/* Returns how many it took. What a poster of a late ticket has left is posted
 * all the same: it was promised nothing else. */
static size_t take_batch(struct ledger *ledger) REQUIRES(account_class)
{
    size_t count = 0;

    while (ledger->first && count < LEDGER_BATCH) {
        struct ticket *ticket = ledger->first;

        ledger_unlink(ledger, ticket);
        ticket->state = TICKET_IN_HAND;
        ledger->hand[count++] = ticket;
    }
    ledger->totals.in_hand = count;
    return count;
}

static enum vault_fate post(struct ledger *ledger, size_t count,
                            struct err *err)
{
    enum vault_fate fate;

    for (size_t i = 0; i < count; i++)
        ledger->postings[i] = (struct posting){
            .request = ledger->hand[i]->request,
            .fresh = ledger->hand[i]->fresh,
        };
    thread_job("%zu requests", count);
    thread_mark(THREAD_IO);
    fate = ledger->vault->ops->post(ledger->vault, ledger->postings, count,
                                    VAULT_EACH, err);
    thread_mark(THREAD_RUN);
    thread_job("%s", "");
    return fate;
}

static void count_outcome(struct ledger_totals *totals,
                          const struct outcome *outcome)
{
    totals->done += outcome->state == OUTCOME_DONE;
    totals->refused += outcome->state == OUTCOME_REFUSED;
    totals->unknown += outcome->state == OUTCOME_UNKNOWN;
}

/* Ends one; returns it if nobody else frees it. */
static struct ticket *end_ticket(struct ledger *ledger, struct ticket *ticket,
                                 const struct outcome *outcome)
    REQUIRES(account_class)
{
    count_outcome(&ledger->totals, outcome);
    ticket->state = TICKET_ENDED;
    if (ticket->forgotten)
        return ticket;
    ticket->outcome = *outcome;
    return NULL;
}

static void lost(const struct ticket *ticket, const struct err *why,
                 struct outcome *outcome)
{
    *outcome = (struct outcome){
        .state = OUTCOME_UNKNOWN,
        .key = ticket->request->key,
        .err = *why,
    };
}

/* What is in hand ends; the tickets that are left to free stay in hand. */
static size_t settle(struct ledger *ledger, size_t count, const struct err *why)
    REQUIRES(account_class)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        struct ticket *ticket = ledger->hand[i];

        if (why)
            lost(ticket, why, &ledger->postings[i].outcome);
        ticket = end_ticket(ledger, ticket, &ledger->postings[i].outcome);
        if (ticket)
            ledger->hand[left++] = ticket;
    }
    ledger->totals.in_hand = 0;
    if (ledger->waiting > 0)
        lock_cond_broadcast(&ledger->news);
    return left;
}

/* Back to the front, in the same order. */
static void take_back(struct ledger *ledger, size_t count)
    REQUIRES(account_class)
{
    while (count-- > 0) {
        struct ticket *ticket = ledger->hand[count];

        ticket->state = TICKET_QUEUED;
        ticket->prev = NULL;
        ticket->next = ledger->first;
        if (ledger->first)
            ledger->first->prev = ticket;
        else
            ledger->last = ticket;
        ledger->first = ticket;
        ledger->totals.queued++;
    }
    ledger->totals.in_hand = 0;
}

static void free_hand(struct ledger *ledger, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ticket_free(ledger->hand[i]);
}

/* ---- trouble ---- */

/* Nothing more is taken, and what waits ends as unknown, a handful at a time.
 */
static void stop(struct ledger *ledger, size_t count, const struct err *why)
{
    vault_close(ledger->vault);
    ledger->vault = NULL;
    log_write(LOG_ERROR, "%s", why->text);
    lock_take(&ledger->lock, &account_class);
    ledger->totals.stopped = true;
    ledger->totals.err = *why;
    do {
        size_t left = settle(ledger, count, why);

        lock_drop(&ledger->lock, &account_class);
        free_hand(ledger, left);
        lock_take(&ledger->lock, &account_class);
        count = take_batch(ledger);
    } while (count > 0);
    lock_drop(&ledger->lock, &account_class);
    ping(ledger);
}

/* The store is opened anew, and believed only when all of it was read. */
static bool reopen(struct ledger *ledger, struct err *err)
{
    struct verify_report report;
    struct vault *vault = vault_open(ledger->where, err);

    if (!vault)
        return false;
    if (verify_ledger(vault, &report, err) && report.faults == 0 &&
        report.stale == 0) {
        ledger->vault = vault;
        return true;
    }
    vault_close(vault);
    if (report.faults > 0 || report.stale > 0)
        err_set(err, ERR_PROTOCOL, "the ledger is damaged: %s", report.text[0]);
    return false;
}

static void resume(struct ledger *ledger)
{
    struct err err;
    bool ok = ledger->vault || reopen(ledger, &err);

    lock_take(&ledger->lock, &account_class);
    ledger->totals.stopped = !ok;
    ledger->totals.err = ok ? (struct err){.code = ERR_NONE} : err;
    lock_drop(&ledger->lock, &account_class);
    ping(ledger);
}

/* ---- the loop ---- */

enum job { JOB_POST, JOB_RESUME, JOB_END };

static enum job wait_for_job(struct ledger *ledger) REQUIRES(account_class)
{
    while (!ledger->first && !ledger->ending && !ledger->resume) {
        thread_mark(THREAD_COND);
        lock_wait(&ledger->lock, &account_class, &ledger->work, -1);
        thread_mark(THREAD_RUN);
    }
    if (ledger->resume) {
        ledger->resume = false;
        return JOB_RESUME;
    }
    return ledger->first ? JOB_POST : JOB_END;
}

static void finish(struct ledger *ledger, size_t count, int64_t took_ns)
{
    size_t left;

    lock_take(&ledger->lock, &account_class);
    ledger->totals.commits++;
    ledger->totals.batch = count;
    ledger->totals.commit_ns = took_ns;
    left = settle(ledger, count, NULL);
    lock_drop(&ledger->lock, &account_class);
    free_hand(ledger, left);
    ping(ledger);
}

/* Others have had the ledger for too long: who waits goes on waiting, until
 * they had enough; at the end, until now. */
static void wait_longer(struct ledger *ledger, size_t count,
                        const struct err *why)
{
    bool ending;

    lock_take(&ledger->lock, &account_class);
    ending = ledger->ending;
    if (!ending)
        take_back(ledger, count);
    lock_drop(&ledger->lock, &account_class);
    if (ending)
        stop(ledger, count, why);
}

static void post_batch(struct ledger *ledger, size_t count)
{
    int64_t begin_ns = clock_ns();
    struct err err;
    enum vault_fate fate = post(ledger, count, &err);

    if (fate == VAULT_DONE) {
        finish(ledger, count, clock_ns() - begin_ns);
        return;
    }
    if (fate == VAULT_NOTHING && err.code == ERR_BUSY) {
        wait_longer(ledger, count, &err);
        return;
    }
    err_prefix(&err, fate == VAULT_NOTHING
                         ? "nothing was written, and the ledger takes no more"
                         : "the ledger was lost on the way, and takes no more");
    stop(ledger, count, &err);
}

void teller_run(void *arg)
{
    struct ledger *ledger = arg;

    for (;;) {
        size_t count = 0;
        enum job job;

        lock_take(&ledger->lock, &account_class);
        job = wait_for_job(ledger);
        if (job == JOB_POST)
            count = take_batch(ledger);
        lock_drop(&ledger->lock, &account_class);
        if (job == JOB_END)
            return;
        if (job == JOB_RESUME)
            resume(ledger);
        else
            post_batch(ledger, count);
    }
}
