#include "ledger.h"

#include <stdio.h>
#include <string.h>

#include "account/ledger_room.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"

/* ---- opening ---- */

char *ledger_where(const char *where, bool make, struct err *err)
{
    char *folder;
    char *path = NULL;

    if (where)
        return path_expand(where);
    folder = path_data(err);
    if (folder && (!make || path_make(folder, 0700, err)))
        path = path_join(folder, "ledger.db");
    mem_free(folder);
    return path;
}

static void unmake(struct ledger *ledger) NO_ANALYSIS
{
    vault_close(ledger->vault);
    vault_close(ledger->view);
    ledger_picture_fini(&ledger->picture);
    lock_cond_fini(&ledger->look);
    lock_cond_fini(&ledger->work);
    lock_cond_fini(&ledger->news);
    lock_fini(&ledger->lock);
    mem_free(ledger->where);
    mem_free(ledger);
}

static struct ledger *make(char *where, struct notify *notify) NO_ANALYSIS
{
    struct ledger *ledger = mem_new(sizeof(*ledger));

    ledger->where = where;
    ledger->notify = notify;
    key_maker_init(&ledger->maker);
    lock_init(&ledger->lock, &account_class);
    lock_cond_init(&ledger->look);
    lock_cond_init(&ledger->work);
    lock_cond_init(&ledger->news);
    return ledger;
}

struct ledger *ledger_open(const struct ledger_options *options,
                           struct notify *notify, struct err *err)
{
    char *where = ledger_where(options->where, true, err);
    struct ledger *ledger;

    if (!where)
        return NULL;
    ledger = make(where, notify);
    ledger->vault = vault_open(where, err);
    if (ledger->vault)
        ledger->thread = thread_start("teller", "posts to the ledger",
                                      teller_run, ledger, err);
    if (ledger->thread)
        return ledger;
    unmake(ledger);
    return NULL;
}

void ledger_close(struct ledger *ledger)
{
    struct thread *looker;

    if (!ledger)
        return;
    lock_take(&ledger->lock, &account_class);
    ledger->ending = true;
    looker = ledger->looker;
    lock_cond_signal(&ledger->work);
    lock_cond_signal(&ledger->look);
    lock_drop(&ledger->lock, &account_class);
    thread_join(looker);
    thread_join(ledger->thread);
    unmake(ledger);
}

/* ---- tickets ---- */

void ticket_free(struct ticket *ticket)
{
    mem_free(ticket->request);
    mem_free(ticket);
}

static struct ticket *make_ticket(const struct request *request,
                                  int64_t deadline_ms)
{
    struct ticket *ticket = mem_new(sizeof(*ticket));

    ticket->request = request_copy(request);
    ticket->fresh = !request->has_key;
    ticket->deadline_ms = deadline_ms;
    ticket->since_ms = clock_ms();
    snprintf(ticket->thread, sizeof(ticket->thread), "%s", thread_name());
    return ticket;
}

static void append(struct ledger *ledger, struct ticket *ticket)
    REQUIRES(account_class)
{
    if (ticket->fresh)
        ticket->request->key = key_make(&ledger->maker, clock_wall_ms());
    ticket->request->has_key = true;
    ticket->prev = ledger->last;
    if (ledger->last)
        ledger->last->next = ticket;
    else
        ledger->first = ticket;
    ledger->last = ticket;
    ledger->totals.queued++;
}

void ledger_unlink(struct ledger *ledger, struct ticket *ticket)
{
    if (ticket->prev)
        ticket->prev->next = ticket->next;
    else
        ledger->first = ticket->next;
    if (ticket->next)
        ticket->next->prev = ticket->prev;
    else
        ledger->last = ticket->prev;
    ticket->next = ticket->prev = NULL;
    ledger->totals.queued--;
}

static bool accepts(struct ledger *ledger, struct err *err)
    REQUIRES(account_class)
{
    if (ledger->totals.stopped) {
        *err = ledger->totals.err;
        return false;
    }
    return ledger->totals.queued < LEDGER_QUEUE ||
           err_set(err, ERR_LIMIT,
                   "%d requests wait already: try again when there are fewer",
                   LEDGER_QUEUE);
}

struct ticket *ledger_submit(struct ledger *ledger,
                             const struct request *request, int64_t deadline_ms,
                             struct err *err)
{
    struct ticket *ticket;
    struct err why;
    bool ok;

    if (!request_check(request, err))
        return NULL;
    ticket = make_ticket(request, deadline_ms);
    lock_take(&ledger->lock, &account_class);
    ok = accepts(ledger, &why);
    if (ok) {
        if (!ledger->first)
            lock_cond_signal(&ledger->work);
        append(ledger, ticket);
    }
    lock_drop(&ledger->lock, &account_class);
    if (ok)
        return ticket;
    err_set(err, why.code, "%s", why.text);
    ticket_free(ticket);
    return NULL;
}

struct key ledger_key(const struct ticket *ticket)
{
    return ticket->request->key;
}

/* ---- outcomes ---- */

static void late(struct ticket *ticket, struct outcome *outcome)
{
    *outcome = (struct outcome){
        .state = OUTCOME_UNKNOWN,
        .key = ticket->request->key,
    };
    err_set(&outcome->err, ERR_BUSY,
            "there was no answer in time: ask again with the same key");
}

/* The ticket's poster lets go of it: whoever still works on it frees it. A
 * request that was not begun is taken back. Returns whether to free it now. */
static bool let_go(struct ledger *ledger, struct ticket *ticket, bool take_back)
    REQUIRES(account_class)
{
    if (ticket->state == TICKET_QUEUED && take_back) {
        ledger_unlink(ledger, ticket);
        ledger->totals.unknown++;
        return true;
    }
    ticket->forgotten = true;
    return ticket->state == TICKET_ENDED;
}

static bool is_late(const struct ticket *ticket)
{
    return ticket->deadline_ms >= 0 && clock_ms() >= ticket->deadline_ms;
}

/* Gives the outcome out, if there is one; the rest is as in let_go. */
static bool collect(struct ledger *ledger, struct ticket *ticket,
                    struct outcome *outcome) REQUIRES(account_class)
{
    if (ticket->state == TICKET_ENDED)
        *outcome = ticket->outcome;
    else
        late(ticket, outcome);
    return let_go(ledger, ticket, true);
}

bool ledger_poll(struct ledger *ledger, struct ticket *ticket,
                 struct outcome *outcome)
{
    bool over;
    bool gone = false;

    lock_take(&ledger->lock, &account_class);
    over = ticket->state == TICKET_ENDED || is_late(ticket);
    if (over)
        gone = collect(ledger, ticket, outcome);
    lock_drop(&ledger->lock, &account_class);
    if (gone)
        ticket_free(ticket);
    return over;
}

void ledger_wait(struct ledger *ledger, struct ticket *ticket,
                 struct outcome *outcome)
{
    enum thread_state before = thread_mark(THREAD_COND);
    bool gone;

    lock_take(&ledger->lock, &account_class);
    ledger->waiting++;
    while (ticket->state != TICKET_ENDED && !is_late(ticket))
        lock_wait(&ledger->lock, &account_class, &ledger->news,
                  ticket->deadline_ms < 0 ? -1 : ticket->deadline_ms);
    ledger->waiting--;
    gone = collect(ledger, ticket, outcome);
    lock_drop(&ledger->lock, &account_class);
    thread_mark(before);
    if (gone)
        ticket_free(ticket);
}

void ledger_forget(struct ledger *ledger, struct ticket *ticket)
{
    bool gone;

    lock_take(&ledger->lock, &account_class);
    gone = let_go(ledger, ticket, false);
    lock_drop(&ledger->lock, &account_class);
    if (gone)
        ticket_free(ticket);
}

bool ledger_post(struct ledger *ledger, const struct request *request,
                 int64_t deadline_ms, struct outcome *outcome, struct err *err)
{
    struct ticket *ticket = ledger_submit(ledger, request, deadline_ms, err);

    if (!ticket)
        return false;
    ledger_wait(ledger, ticket, outcome);
    return true;
}

/* ---- the rest ---- */

void ledger_resume(struct ledger *ledger)
{
    lock_take(&ledger->lock, &account_class);
    ledger->resume = true;
    lock_cond_signal(&ledger->work);
    lock_drop(&ledger->lock, &account_class);
}

void ledger_totals(struct ledger *ledger, struct ledger_totals *totals)
{
    lock_take(&ledger->lock, &account_class);
    *totals = ledger->totals;
    lock_drop(&ledger->lock, &account_class);
}

static void show(const struct ticket *ticket, bool committing,
                 struct ledger_flight *row)
{
    const struct request *request = ticket->request;

    *row = (struct ledger_flight){
        .key = request->key,
        .verb = request->verb,
        .committing = committing,
        .since_ms = ticket->since_ms,
        .minor = request->minor,
    };
    memcpy(row->thread, ticket->thread, sizeof(row->thread));
    if (request->leg_count == 0)
        return;
    row->minor = request->legs[0].minor;
    snprintf(row->currency, CURRENCY_CODE, "%s", request->legs[0].currency);
    snprintf(row->from, TITLE_MAX, "%s", request->legs[0].from);
    snprintf(row->to, TITLE_MAX, "%s", request->legs[0].to);
}

size_t ledger_flights(struct ledger *ledger, struct ledger_flight *rows,
                      size_t max) NO_ANALYSIS
{
    size_t count = 0;

    lock_take(&ledger->lock, &account_class);
    /* The teller changes its hand only under the lock. */
    for (size_t i = 0; i < ledger->totals.in_hand && count < max; i++)
        show(ledger->hand[i], true, &rows[count++]);
    for (struct ticket *ticket = ledger->first; ticket && count < max;
         ticket = ticket->next)
        show(ticket, false, &rows[count++]);
    count = ledger->totals.in_hand + ledger->totals.queued;
    lock_drop(&ledger->lock, &account_class);
    return count;
}
