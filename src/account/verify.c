#include "verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "account/money.h"
#include "base/mem.h"

enum { CHUNK = 512 };

/* A pending entry, and whether it still is. */
struct held {
    int64_t id;
    int64_t due_ms;
    bool open;
};

/* One examination. */
struct audit {
    struct vault *vault;
    struct verify_report *report;
    struct chain *chain;
    struct entry *chunk;
    struct entry last; /* the newest that was read */
    /* Accounts by id - 1: what they are, as read; what follows, as derived. */
    struct holder *holders;
    bool *opened;
    size_t holder_count;
    size_t holder_room;
    struct held *held; /* in the order of ids */
    size_t held_count;
    size_t held_room;
    size_t held_closed; /* of them */
};

__attribute__((format(printf, 3, 4))) static void
say(struct verify_report *report, int64_t *counter, const char *format, ...)
{
    va_list args;

    ++*counter;
    if (report->sentences == VERIFY_SENTENCES)
        return;
    va_start(args, format);
    vsnprintf(report->text[report->sentences++], VERIFY_TEXT, format, args);
    va_end(args);
}

#define FAULT(audit, entry, words)                                          \
    say((audit)->report, &(audit)->report->faults, "entry %" PRId64 ": %s", \
        (entry)->id, words)

/* ---- accounts ---- */

static void add_holder(struct audit *audit, const struct holder *row)
{
    struct holder holder = *row;

    if (audit->holder_count == audit->holder_room) {
        audit->holder_room = 2 * audit->holder_room + 64;
        audit->holders = mem_resize(audit->holders, audit->holder_room,
                                    sizeof(*audit->holders));
        audit->opened = mem_resize(audit->opened, audit->holder_room,
                                   sizeof(*audit->opened));
    }
    if (row->id != (int64_t)audit->holder_count + 1)
        say(audit->report, &audit->report->faults,
            "account %" PRId64 " stands where %zu should", row->id,
            audit->holder_count + 1);
    holder.balance = holder.pending_in = holder.pending_out = holder.last = 0;
    holder.closed = false;
    audit->opened[audit->holder_count] = false;
    audit->holders[audit->holder_count++] = holder;
}

static bool load_holders(struct audit *audit, struct err *err)
{
    struct holder rows[16];
    size_t count;

    do {
        if (!audit->vault->ops->holders(audit->vault,
                                        (int64_t)audit->holder_count, rows,
                                        ARRAY_LEN(rows), &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            add_holder(audit, &rows[i]);
    } while (count == ARRAY_LEN(rows));
    return true;
}

/* NULL: there is none, or it is not open yet. */
static struct holder *find(struct audit *audit, int64_t id)
{
    return id >= 1 && (uint64_t)id <= audit->holder_count &&
                   audit->opened[id - 1]
               ? &audit->holders[id - 1]
               : NULL;
}

/* ---- what is held ---- */

static void add_held(struct audit *audit, const struct entry *entry)
{
    if (audit->held_count == audit->held_room) {
        audit->held_room = 2 * audit->held_room + 64;
        audit->held =
            mem_resize(audit->held, audit->held_room, sizeof(*audit->held));
    }
    audit->held[audit->held_count++] =
        (struct held){.id = entry->id, .due_ms = entry->due_ms, .open = true};
}

static struct held *find_held(struct audit *audit, int64_t id)
{
    size_t low = 0;
    size_t high = audit->held_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (audit->held[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < audit->held_count && audit->held[low].id == id
               ? &audit->held[low]
               : NULL;
}

/* Forgets those that are closed when they are more than half. */
static void close_held(struct audit *audit, struct held *held)
{
    size_t kept = 0;

    held->open = false;
    if (++audit->held_closed <= audit->held_count / 2 + 64)
        return;
    for (size_t i = 0; i < audit->held_count; i++)
        if (audit->held[i].open)
            audit->held[kept++] = audit->held[i];
    audit->held_count = kept;
    audit->held_closed = 0;
}

/* ---- one entry ---- */

static void check_place(struct audit *audit, const struct entry *entry)
{
    const struct entry *last = &audit->last;

    if (entry->id != last->id + 1)
        FAULT(audit, entry, "one before it is missing");
    if (entry->ts_ms < last->ts_ms)
        FAULT(audit, entry, "its time is before the one before it");
    if (entry->group != entry->id && entry->group != last->group)
        FAULT(audit, entry, "its group is not the one before it");
    if (entry->group != entry->id && entry->has_key)
        FAULT(audit, entry, "a key stands in the middle of a group");
}

static void check_chain(struct audit *audit, const struct entry *entry)
{
    unsigned char hash[ENTRY_CHAIN];
    const struct holder *opened = NULL;

    if (entry->kind == ENTRY_OPEN && entry->to >= 1 &&
        (uint64_t)entry->to <= audit->holder_count)
        opened = &audit->holders[entry->to - 1];
    chain_next(audit->chain, audit->last.chain, entry, opened, hash);
    if (memcmp(hash, entry->chain, ENTRY_CHAIN) != 0)
        FAULT(audit, entry,
              "its hash is wrong: it or what it stands on was changed");
}

/* The entry continues the account's own chain and tells its balance. */
static void check_side(struct audit *audit, const struct entry *entry,
                       struct holder *holder, int64_t prev, int64_t balance)
{
    if (prev != holder->last)
        FAULT(audit, entry, "it does not follow its account's entry before it");
    if (balance != holder->balance)
        FAULT(audit, entry,
              "the balance it tells is not what the entries sum "
              "to");
    holder->last = entry->id;
}

static void check_open(struct audit *audit, const struct entry *entry)
{
    if (entry->to < 1 || (uint64_t)entry->to > audit->holder_count ||
        audit->opened[entry->to - 1]) {
        FAULT(audit, entry, "it opens no account, or one that is open");
        return;
    }
    audit->opened[entry->to - 1] = true;
    check_side(audit, entry, find(audit, entry->to), entry->to_prev, 0);
}

static void check_close(struct audit *audit, const struct entry *entry)
{
    struct holder *holder = find(audit, entry->to);

    if (!holder || holder->closed || holder->balance != 0) {
        FAULT(audit, entry, "it closes no account, or one that is not empty");
        return;
    }
    holder->closed = true;
    check_side(audit, entry, holder, entry->to_prev, 0);
}

/* What of the money that moves was held; false: its reference is wrong. */
static bool check_ref(struct audit *audit, const struct entry *entry,
                      int64_t *released, struct err *err)
{
    bool back = entry->kind == ENTRY_REVERSE;
    struct held *held;
    struct entry ref;

    *released = 0;
    if (entry->ref >= entry->id ||
        !audit->vault->ops->entry(audit->vault, entry->ref, &ref, err)) {
        FAULT(audit, entry, "what it resolves or reverses is not there");
        return false;
    }
    if (ref.from != (back ? entry->to : entry->from) ||
        ref.to != (back ? entry->from : entry->to) || entry->minor > ref.minor)
        FAULT(audit, entry, "it does not fit what it resolves or reverses");
    if (back)
        return true;
    held = find_held(audit, entry->ref);
    if (!held || !held->open) {
        FAULT(audit, entry, "what it resolves is not pending");
        return false;
    }
    close_held(audit, held);
    *released = ref.minor;
    return true;
}

static void check_sides(struct audit *audit, const struct entry *entry,
                        struct holder *from, struct holder *to)
{
    int64_t moved = entry_moves(entry->kind) ? entry->minor : 0;

    if (strcmp(from->currency, to->currency) != 0)
        FAULT(audit, entry, "its two accounts have two currencies");
    if (entry->minor <= 0)
        FAULT(audit, entry, "it is about nothing");
    if (__builtin_sub_overflow(from->balance, moved, &from->balance) ||
        __builtin_add_overflow(to->balance, moved, &to->balance))
        FAULT(audit, entry, "its balances are more than can be counted");
    check_side(audit, entry, from, entry->from_prev, entry->from_balance);
    check_side(audit, entry, to, entry->to_prev, entry->to_balance);
}

static void check_move(struct audit *audit, const struct entry *entry)
{
    struct holder *from = find(audit, entry->from);
    struct holder *to = find(audit, entry->to);
    int64_t released = 0;
    struct err ignored;

    if (!from || !to || from == to) {
        FAULT(audit, entry, "its accounts are not there");
        return;
    }
    check_sides(audit, entry, from, to);
    if (entry->kind == ENTRY_PENDING)
        add_held(audit, entry);
    else if (entry->kind != ENTRY_POST)
        check_ref(audit, entry, &released, &ignored);
    else if (entry->ref != 0)
        FAULT(audit, entry, "it refers to an entry, which its kind does not");
    if (entry->kind == ENTRY_PENDING)
        released = -entry->minor;
    from->pending_out -= released;
    to->pending_in -= released;
}

static void check_entry(struct audit *audit, const struct entry *entry)
{
    check_place(audit, entry);
    check_chain(audit, entry);
    switch (entry->kind) {
    case ENTRY_OPEN:
        check_open(audit, entry);
        break;
    case ENTRY_CLOSE:
        check_close(audit, entry);
        break;
    case ENTRY_POST:
    case ENTRY_PENDING:
    case ENTRY_SETTLE:
    case ENTRY_VOID:
    case ENTRY_EXPIRE:
    case ENTRY_REVERSE:
        check_move(audit, entry);
        break;
    case ENTRY_KINDS:
    default:
        FAULT(audit, entry, "it is of no kind");
    }
    audit->last = *entry;
}

/* ---- what follows from the entries ---- */

static void compare(struct audit *audit, const struct holder *row)
{
    const struct holder *derived = &audit->holders[row->id - 1];
    char noted[MONEY_TEXT];
    char summed[MONEY_TEXT];

    if (!audit->opened[row->id - 1])
        say(audit->report, &audit->report->faults,
            "account \"%s\": no entry opens it", row->name);
    if (row->balance != derived->balance)
        say(audit->report, &audit->report->stale,
            "account \"%s\": the balance is noted as %s, the entries sum to %s",
            row->name,
            money_text(noted, row->balance, row->scale, row->currency),
            money_text(summed, derived->balance, row->scale, row->currency));
    if (row->pending_in != derived->pending_in ||
        row->pending_out != derived->pending_out)
        say(audit->report, &audit->report->stale,
            "account \"%s\": what is pending is noted wrong", row->name);
    if (row->last != derived->last || row->closed != derived->closed)
        say(audit->report, &audit->report->stale,
            "account \"%s\": its last entry is noted wrong", row->name);
}

static bool compare_holders(struct audit *audit, struct err *err)
{
    struct holder rows[16];
    int64_t after = 0;
    size_t count;

    do {
        if (!audit->vault->ops->holders(audit->vault, after, rows,
                                        ARRAY_LEN(rows), &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = rows[i].id;
            if (after >= 1 && (uint64_t)after <= audit->holder_count)
                compare(audit, &rows[i]);
        }
    } while (count == ARRAY_LEN(rows));
    return true;
}

/* Both lists are in order: the first that differs tells enough. */
static bool compare_held(struct audit *audit, struct err *err)
{
    int64_t noted[64];
    int64_t after = 0;
    size_t at = 0;
    size_t count;

    do {
        if (!audit->vault->ops->held(audit->vault, after, noted,
                                     ARRAY_LEN(noted), &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            while (at < audit->held_count && !audit->held[at].open)
                at++;
            if (at == audit->held_count || audit->held[at].id != noted[i])
                goto differs;
            at++;
            after = noted[i];
        }
    } while (count == ARRAY_LEN(noted));
    while (at < audit->held_count && !audit->held[at].open)
        at++;
    if (at == audit->held_count)
        return true;
differs:
    say(audit->report, &audit->report->stale,
        "the list of pending entries is not what the entries say");
    return true;
}

static void check_sums(struct audit *audit)
{
    for (size_t i = 0; i < audit->holder_count; i++) {
        const char *currency = audit->holders[i].currency;
        __int128 sum = 0;
        bool seen = false;

        for (size_t j = 0; j < audit->holder_count; j++) {
            if (strcmp(audit->holders[j].currency, currency) != 0)
                continue;
            seen |= j < i;
            sum += audit->holders[j].balance;
        }
        if (!seen && sum != 0)
            say(audit->report, &audit->report->faults,
                "the accounts in %s do not sum to nothing", currency);
    }
}

static bool compare_all(struct audit *audit, struct err *err)
{
    char words[VERIFY_TEXT];

    check_sums(audit);
    if (!compare_holders(audit, err) || !compare_held(audit, err) ||
        !audit->vault->ops->check(audit->vault, words, sizeof(words), err))
        return false;
    if (words[0])
        say(audit->report, &audit->report->faults, "the database: %s", words);
    return true;
}

/* ---- all of it ---- */

/* One state of the ledger: some entries, and after the last of them the rest.
 */
static bool step(struct audit *audit, bool *more, struct err *err)
{
    size_t count;

    if (!load_holders(audit, err) ||
        !audit->vault->ops->entries(audit->vault, audit->last.id, audit->chunk,
                                    CHUNK, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        check_entry(audit, &audit->chunk[i]);
    audit->report->entries += (int64_t)count;
    *more = count == CHUNK;
    return *more || compare_all(audit, err);
}

static void begin_audit(struct audit *audit, struct vault *vault,
                        struct verify_report *report)
{
    *report = (struct verify_report){.entries = 0};
    *audit = (struct audit){
        .vault = vault,
        .report = report,
        .chain = chain_new(),
        .chunk = mem_new(CHUNK * sizeof(struct entry)),
    };
}

static void end_audit(struct audit *audit)
{
    audit->report->holders = (int64_t)audit->holder_count;
    memcpy(audit->report->chain, audit->last.chain, ENTRY_CHAIN);
    chain_free(audit->chain);
    mem_free(audit->chunk);
    mem_free(audit->holders);
    mem_free(audit->opened);
    mem_free(audit->held);
}

bool verify_ledger(struct vault *vault, struct verify_report *report,
                   struct err *err)
{
    struct audit audit;
    bool more = true;
    bool ok = true;

    begin_audit(&audit, vault, report);
    while (ok && more) {
        ok = vault->ops->begin(vault, err);
        if (!ok)
            break;
        ok = step(&audit, &more, err);
        vault->ops->end(vault);
    }
    end_audit(&audit);
    return ok;
}

static bool write_anew(struct audit *audit, struct err *err)
{
    struct vault *vault = audit->vault;
    bool ok = vault->ops->repair_clear(vault, err);

    for (size_t i = 0; ok && i < audit->holder_count; i++)
        ok = vault->ops->repair_holder(vault, &audit->holders[i], err);
    for (size_t i = 0; ok && i < audit->held_count; i++)
        ok = !audit->held[i].open ||
             vault->ops->repair_held(vault, audit->held[i].id,
                                     audit->held[i].due_ms, err);
    return ok;
}

bool verify_within(struct vault *vault, struct verify_report *report,
                   struct err *err)
{
    struct audit audit;
    bool more = true;
    bool ok = true;

    begin_audit(&audit, vault, report);
    while (ok && more)
        ok = step(&audit, &more, err);
    report->repaired = ok && report->faults == 0 && report->stale > 0 &&
                       (ok = write_anew(&audit, err));
    end_audit(&audit);
    return ok;
}

bool verify_repair(struct vault *vault, struct verify_report *report,
                   struct err *err)
{
    struct err ignored;

    if (!vault->ops->repair_begin(vault, err))
        return false;
    if (verify_within(vault, report, err))
        return vault->ops->repair_end(vault, report->repaired, err);
    return vault->ops->repair_end(vault, false, &ignored) && false;
}
