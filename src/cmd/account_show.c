/* The verbs of threadlab account that only look, and verify. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "account.h"
#include "account/ledger.h"
#include "account/money.h"
#include "account/verify.h"
#include "account_json.h"
#include "account_walk.h"
#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "cmd.h"

enum { NAME_COLUMNS = 28, MONEY_COLUMNS = 22 };

/* ---- tables ---- */

/* Texts of a ledger are clean unless its file was tampered with. */
static void put_left(const char *text, size_t columns)
{
    char clean[4 * TITLE_MAX];
    size_t used = fmt_clean(clean, sizeof(clean), text, strlen(text), columns);

    fputs(clean, stdout);
    for (; used < columns; used++)
        putchar(' ');
}

static void put_money(int64_t minor, const struct holder *holder)
{
    char text[MONEY_TEXT];

    printf(" %*s", MONEY_COLUMNS,
           money_text(text, minor, holder->scale, holder->currency));
}

/* What is overdue is free, though no entry says so yet. */
static bool set_free(struct vault *view, struct holder *holder, struct err *err)
{
    int64_t out;
    int64_t in;

    if (holder->pending_out == 0 && holder->pending_in == 0)
        return true;
    if (!view->ops->overdue(view, holder->id, clock_wall_ms(), &out, &in, err))
        return false;
    holder->pending_out -= out;
    holder->pending_in -= in;
    return true;
}

static void put_holder(const struct account_call *call,
                       const struct holder *holder)
{
    if (call->json) {
        account_json_holder(stdout, holder);
        return;
    }
    put_left(holder->name, NAME_COLUMNS);
    put_money(holder->balance, holder);
    put_money(holder_available(holder), holder);
    puts(holder->closed ? "  closed" : "");
}

static bool put_holders(struct account_call *call, const struct holder *rows,
                        size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct holder holder = rows[i];

        if (!call->all && (holder.closed || title_is_reserved(holder.name)))
            continue;
        if (!set_free(call->view, &holder, err))
            return false;
        put_holder(call, &holder);
    }
    return true;
}

bool account_list(struct account_call *call, int *status, struct err *err)
{
    struct vault *view = account_view(call, err);
    struct holder rows[64];
    int64_t after = 0;
    size_t count;

    (void)status;
    if (!view)
        return false;
    if (!call->json)
        printf("%-*s %*s %*s\n", NAME_COLUMNS, "ACCOUNT", MONEY_COLUMNS,
               "BALANCE", MONEY_COLUMNS, "AVAILABLE");
    do {
        if (!view->ops->holders(view, after, rows, ARRAY_LEN(rows), &count,
                                err) ||
            !put_holders(call, rows, count, err))
            return false;
        if (count > 0)
            after = rows[count - 1].id;
    } while (count == ARRAY_LEN(rows));
    return true;
}

static void put_line(const char *what, int64_t minor,
                     const struct holder *holder)
{
    char text[MONEY_TEXT];

    printf("%-12s %s\n", what,
           money_text(text, minor, holder->scale, holder->currency));
}

static void put_details(const struct holder *holder)
{
    printf("%-12s ", "account");
    put_left(holder->name, 0 + fmt_columns(holder->name));
    puts(holder->closed ? " (closed)" : "");
    put_line("balance", holder->balance, holder);
    put_line("available", holder_available(holder), holder);
    if (holder->pending_out)
        put_line("going out", holder->pending_out, holder);
    if (holder->pending_in)
        put_line("coming in", holder->pending_in, holder);
    if (holder->has_min)
        put_line("minimum", holder->min, holder);
    else
        printf("%-12s none\n", "minimum");
    printf("%-12s %" PRId64 "\n", "last entry", holder->last);
}

bool account_show(struct account_call *call, int *status, struct err *err)
{
    struct holder holder;

    (void)status;
    if (!account_find(call, call->count ? call->words[0] : NULL, &holder,
                      err) ||
        !set_free(call->view, &holder, err))
        return false;
    if (call->json)
        account_json_holder(stdout, &holder);
    else
        put_details(&holder);
    return true;
}

/* ---- history ---- */

static void put_time(int64_t ts_ms)
{
    time_t seconds = (time_t)(ts_ms / 1000);
    struct tm tm;
    char text[32] = "";

    if (localtime_r(&seconds, &tm))
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
    printf("%-19s", text);
}

/* From the account's side: what has changed, and with whom. */
static void put_entry(const struct entry *entry, const struct holder *holder,
                      const struct holder *other)
{
    bool out = entry->from == holder->id;
    int64_t minor = entry->kind == ENTRY_VOID || entry->kind == ENTRY_EXPIRE
                        ? 0
                        : entry->minor;

    printf("%8" PRId64 " ", entry->id);
    put_time(entry->ts_ms);
    printf(" %-8s", entry_kind_word(entry->kind));
    put_money(out ? -minor : minor, holder);
    put_money(out ? entry->from_balance : entry->to_balance, holder);
    fputs("  ", stdout);
    put_left(other ? other->name : "", NAME_COLUMNS);
    if (entry->channel[0]) {
        fputs("  by ", stdout);
        put_left(entry->channel, fmt_columns(entry->channel));
    }
    if (entry->memo[0]) {
        fputs("  ", stdout);
        put_left(entry->memo, fmt_columns(entry->memo));
    }
    putchar('\n');
}

static bool put_page(struct account_call *call, struct account_walk *walk,
                     const struct holder *holder, const struct entry *rows,
                     size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct holder *from;
        struct holder *to;

        if (!account_walk_holder(walk, rows[i].from, &from, err) ||
            !account_walk_holder(walk, rows[i].to, &to, err))
            return false;
        if (call->json)
            account_json_entry(stdout, &rows[i], from, to);
        else
            put_entry(&rows[i], holder, rows[i].from == holder->id ? to : from);
    }
    return true;
}

/* A page starts with the last entry of the one before it. */
static bool put_pages(struct account_call *call, struct account_walk *walk,
                      const struct holder *holder, struct err *err)
{
    enum { PAGE = 100 };
    struct entry *rows = mem_new(PAGE * sizeof(*rows));
    int64_t left = call->limit > 0 ? call->limit : INT64_MAX;
    int64_t from = call->from;
    size_t count = PAGE;
    size_t skip = 0;
    bool ok = true;

    while (ok && count == PAGE && left > 0) {
        ok = call->view->ops->history(call->view, holder->id, from, rows, PAGE,
                                      &count, err);
        if (!ok || count <= skip)
            break;
        size_t fresh = count - skip;
        if ((int64_t)fresh > left)
            fresh = (size_t)left;
        ok = put_page(call, walk, holder, rows + skip, fresh, err);
        left -= (int64_t)fresh;
        from = rows[count - 1].id;
        skip = 1;
    }
    mem_free(rows);
    return ok;
}

bool account_history(struct account_call *call, int *status, struct err *err)
{
    struct account_walk walk = {.vault = NULL};
    struct holder holder;
    bool ok;

    (void)status;
    if (!account_find(call, call->count ? call->words[0] : NULL, &holder, err))
        return false;
    walk.vault = call->view;
    ok = put_pages(call, &walk, &holder, err);
    account_walk_fini(&walk);
    return ok;
}

/* ---- verify ---- */

static void put_report(const struct verify_report *report)
{
    for (size_t i = 0; i < report->sentences; i++) {
        put_left(report->text[i], fmt_columns(report->text[i]));
        putchar('\n');
    }
    if (report->faults > 0)
        printf("the ledger is damaged: %" PRId64 " faults that no repair makes "
               "good; restore a backup\n",
               report->faults);
    else if (report->repaired)
        puts("what was noted wrong is noted anew");
    else if (report->stale > 0)
        puts("the entries are whole; \"threadlab account verify --repair\" "
             "notes anew what is noted wrong");
    else
        puts("the ledger is whole");
    printf("%" PRId64 " entries, %" PRId64 " accounts, chain ", report->entries,
           report->holders);
    for (size_t i = 0; i < ENTRY_CHAIN; i++)
        printf("%02x", report->chain[i]);
    putchar('\n');
}

static bool examine(struct account_call *call, struct verify_report *report,
                    struct err *err)
{
    struct vault *vault = account_view(call, err);
    char *where;
    bool ok;

    if (!vault)
        return false;
    if (!call->repair)
        return verify_ledger(vault, report, err);
    where = ledger_where(call->store, false, err);
    vault = where ? vault_open(where, err) : NULL;
    ok = vault && verify_repair(vault, report, err);
    vault_close(vault);
    mem_free(where);
    return ok;
}

bool account_verify(struct account_call *call, int *status, struct err *err)
{
    struct verify_report *report = mem_new(sizeof(*report));
    bool ok = examine(call, report, err);

    if (ok && call->json)
        account_json_report(stdout, report);
    else if (ok)
        put_report(report);
    if (report->faults > 0 || (report->stale > 0 && !report->repaired))
        *status = EXIT_FAILURE;
    mem_free(report);
    return ok;
}
