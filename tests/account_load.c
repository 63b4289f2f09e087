/* Posts to a ledger as fast as it can, with many threads: a load for the tests,
 * and a stopwatch.
 *
 * account_load STORE POSTERS FLYING SECONDS [ack]: opens the account "load" if
 * it is not there, and lets each thread keep FLYING deposits of 0.01 on their
 * way. With ack, the key of each one goes to the standard output when it is
 * done, as "KEY\n" in one write, and the time does not end it: kill it. Else it
 * prints what it did as a line of JSON. */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/ledger.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

static struct ledger *ledger;
static int flying;
static bool ack;
static int64_t end_ms;
static atomic_long done;
static atomic_long other;

static void fail(const struct err *err)
{
    fprintf(stderr, "account_load: %s\n", err->text);
    exit(1);
}

static void open_account(void)
{
    const struct request request = {.verb = REQUEST_OPEN,
                                    .name = "load",
                                    .currency = "CNY",
                                    .scale = -1,
                                    .has_min = true};
    struct outcome outcome;
    struct err err;

    if (!ledger_post(ledger, &request, -1, &outcome, &err))
        fail(&err);
}

static struct ticket *submit(void)
{
    const struct request_leg leg = {REQUEST_WORLD, "load", 1, "CNY"};
    const struct request request = {
        .verb = REQUEST_POST, .legs = &leg, .leg_count = 1};
    struct ticket *ticket;
    struct err err;

    ticket = ledger_submit(ledger, &request, -1, &err);
    if (!ticket)
        fail(&err);
    return ticket;
}

static void tell(const struct key *key)
{
    char line[KEY_TEXT + 1];

    key_text(line, key);
    strcat(line, "\n");
    if (write(STDOUT_FILENO, line, strlen(line)) < 0)
        exit(1);
}

static void collect(struct ticket *ticket)
{
    struct outcome outcome;

    ledger_wait(ledger, ticket, &outcome);
    if (outcome.state != OUTCOME_DONE) {
        other++;
        return;
    }
    done++;
    if (ack)
        tell(&outcome.key);
}

static void post(void *arg)
{
    struct ticket **tickets = mem_new((size_t)flying * sizeof(*tickets));
    int next = 0;

    (void)arg;
    for (int i = 0; i < flying; i++)
        tickets[i] = submit();
    while (ack || clock_ms() < end_ms) {
        collect(tickets[next]);
        tickets[next] = submit();
        next = (next + 1) % flying;
    }
    for (int i = 0; i < flying; i++)
        collect(tickets[(next + i) % flying]);
    mem_free(tickets);
}

static void run(int posters)
{
    struct thread **threads = mem_new((size_t)posters * sizeof(*threads));
    struct err err;

    for (int i = 0; i < posters; i++) {
        threads[i] = thread_start("poster", "posts", post, NULL, &err);
        if (!threads[i])
            fail(&err);
    }
    for (int i = 0; i < posters; i++)
        thread_join(threads[i]);
    mem_free(threads);
}

int main(int argc, char **argv)
{
    struct ledger_totals totals;
    struct err err;
    int64_t begin_ms;

    if (argc < 5)
        return 2;
    thread_block_signals();
    thread_adopt("main", "loads");
    ledger =
        ledger_open(&(struct ledger_options){.where = argv[1]}, NULL, &err);
    if (!ledger)
        fail(&err);
    flying = atoi(argv[3]);
    ack = argc > 5;
    open_account();
    begin_ms = clock_ms();
    end_ms = begin_ms + (int64_t)(atof(argv[4]) * 1000);
    run(atoi(argv[2]));
    ledger_totals(ledger, &totals);
    printf("{\"done\": %ld, \"other\": %ld, \"commits\": %" PRIu64
           ", \"ms\": %" PRId64 "}\n",
           done, other, totals.commits, clock_ms() - begin_ms);
    ledger_close(ledger);
    return 0;
}
