/* A ledger on a disk, one request after the other. */
#include "vault_rows.h"

#include <fcntl.h>
#include <sqlite3.h>

#include "base/clock.h"

/* The clock, as far as it is turned. */
int64_t __real_clock_wall_ms(void);
int64_t __wrap_clock_wall_ms(void);

static int64_t turned_ms;

int64_t __wrap_clock_wall_ms(void)
{
    return __real_clock_wall_ms() + turned_ms;
}

/* Changes the file as nobody should; the triggers and checks may be dropped
 * first. */
static int meddle(const char *sql)
{
    sqlite3 *db = NULL;
    int result = sqlite3_open(scratch("ledger.db"), &db);

    if (result == SQLITE_OK)
        result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    return result;
}

static void test_open(void)
{
    tap_ok(open_account("cash", "CNY") && last.count == 3 && last.id == 1,
           "an account opens, with the world and the exchange of its currency");
    tap_ok(open_account("bank", "CNY") && last.count == 1, "the next alone");
    tap_ok(open_account("dollars", "USD"), "another currency");
    tap_ok(!open_account("cash", "USD") && last.state == OUTCOME_REFUSED &&
               strstr(last.err.text, "already"),
           "a name is taken once");
    tap_ok(!open_account("points", "PTS") && strstr(last.err.text, "--scale"),
           "an unknown currency needs a scale");
    tap_ok(ask((struct request){.verb = REQUEST_OPEN,
                                .name = "points",
                                .currency = "PTS",
                                .scale = 3}),
           "and gets one");
    tap_ok(!ask((struct request){.verb = REQUEST_OPEN,
                                 .name = "more points",
                                 .currency = "PTS",
                                 .scale = 2}) &&
               strstr(last.err.text, "PTS has 3 decimals"),
           "for good");
}

static void test_pay(void)
{
    tap_ok(pay(REQUEST_POST, "World", "cash", 100000) &&
               last.to_balance == 100000 && last.from_balance == -100000,
           "a deposit");
    tap_ok(pay(REQUEST_POST, "cash", "bank", 30000), "a transfer");
    tap_ok(pay(REQUEST_POST, "bank", "World", 10000), "a withdrawal");
    tap_int(holder("cash").balance, 70000, "what is left");
    tap_int(holder("bank").balance, 20000, "what is there");
    tap_int(holder("World:CNY").balance, -90000, "the world's side");
    tap_ok(!pay(REQUEST_POST, "bank", "cash", 20001) &&
               last.state == OUTCOME_REFUSED &&
               strstr(last.err.text, "not enough"),
           "no more than there is");
    tap_ok(!pay(REQUEST_POST, "cash", "nobody", 1) &&
               strstr(last.err.text, "no account \"nobody\""),
           "nobody gets nothing");
    tap_ok(!pay(REQUEST_POST, "cash", "dollars", 1) &&
               strstr(last.err.text, "has USD, not CNY"),
           "in the right currency");
}

static void test_exchange(void)
{
    const struct request_leg legs[] = {
        {"cash", "Exchange", 7000, "CNY"},
        {"Exchange", "dollars", 1000, "USD"},
    };

    tap_ok(ask((struct request){
               .verb = REQUEST_POST, .legs = legs, .leg_count = 2}) &&
               last.count == 2,
           "an exchange is two legs");
    tap_int(holder("Exchange:CNY").balance, 7000, "one side of it");
    tap_int(holder("Exchange:USD").balance, -1000, "and the other");
}

static void test_keys(void)
{
    const struct request_leg leg = {"World", "cash", 500, "CNY"};
    const struct request_leg large = {"cash", "World", 9999999, "CNY"};
    struct request request = {.verb = REQUEST_POST,
                              .legs = &leg,
                              .leg_count = 1,
                              .has_key = true,
                              .key = key_make(&maker, 5)};
    int64_t before = holder("cash").balance;
    int64_t id;

    tap_ok(ask(request) && !last.again, "a request with a key");
    id = last.id;
    tap_ok(ask(request) && last.again && last.id == id && last.count == 1 &&
               last.to_balance == before + 500,
           "the same again gets the same answer");
    tap_int(holder("cash").balance, before + 500, "and happens once");
    request.memo = "another";
    tap_ok(!ask(request) && last.state == OUTCOME_REFUSED &&
               last.err.code == ERR_MISMATCH,
           "another with that key is an error");
    request.legs = &large;
    request.key = key_make(&maker, 6);
    tap_ok(!ask(request) && last.state == OUTCOME_REFUSED && !last.again,
           "one that is refused");
    pay(REQUEST_POST, "World", "cash", 99999999);
    tap_ok(!ask(request) && last.state == OUTCOME_REFUSED && last.again &&
               strstr(last.err.text, "not enough"),
           "stays refused, also when there is enough by now");
    pay(REQUEST_POST, "cash", "World", 99999999);
}

static void test_pending(void)
{
    int64_t held;

    tap_ok(pay(REQUEST_PENDING, "cash", "bank", 5000), "money is held");
    held = last.id;
    tap_int(holder("cash").pending_out, 5000, "going out");
    tap_int(holder("bank").pending_in, 5000, "coming in");
    tap_ok(ask((struct request){
               .verb = REQUEST_SETTLE, .ref = held, .minor = 3000}),
           "a part is settled");
    tap_int(holder("cash").pending_out, 0, "nothing is held");
    tap_ok(!about(REQUEST_SETTLE, held) && !about(REQUEST_VOID, held) &&
               strstr(last.err.text, "already"),
           "once");
    pay(REQUEST_PENDING, "cash", "bank", 400);
    tap_ok(about(REQUEST_VOID, last.id), "another is given up");
    tap_ok(!about(REQUEST_SETTLE, 1) && strstr(last.err.text, "not pending"),
           "what is not pending");
    tap_ok(!about(REQUEST_SETTLE, 123456), "what is not there");
}

static void test_timeout(void)
{
    const struct request_leg leg = {"cash", "bank", 600, "CNY"};
    int64_t out = -1;
    int64_t in = -1;
    int64_t held;

    ask((struct request){.verb = REQUEST_PENDING,
                         .legs = &leg,
                         .leg_count = 1,
                         .timeout_ms = 3600000});
    held = last.id;
    turned_ms += 3600000;
    tap_ok(vault->ops->overdue(vault, holder("cash").id, clock_wall_ms(), &out,
                               &in, &err) &&
               out == 600 && in == 0,
           "what is overdue is told to readers");
    tap_ok(!about(REQUEST_SETTLE, held), "and is not settled any more");
    tap_int(holder("cash").pending_out, 0,
            "the next request that comes sets it free");
}

/* Entries stay in the order of time. */
static void test_clock(void)
{
    int64_t before;

    pay(REQUEST_POST, "World", "cash", 1);
    before = last.ts_ms;
    turned_ms -= INT64_C(10) * 24 * 3600 * 1000;
    tap_ok(pay(REQUEST_POST, "cash", "World", 1) && last.ts_ms == before,
           "a clock that is set back changes nothing");
}

static void test_reverse(void)
{
    int64_t before = holder("cash").balance;
    int64_t id;

    pay(REQUEST_POST, "cash", "bank", 100);
    id = last.id;
    tap_ok(about(REQUEST_REVERSE, id), "a transfer is reversed");
    tap_int(holder("cash").balance, before, "the money is back");
    tap_ok(!about(REQUEST_REVERSE, id), "once");
    tap_ok(about(REQUEST_REVERSE, last.state == OUTCOME_REFUSED ? id + 1 : 0),
           "a reversal can be reversed");
    tap_int(holder("cash").balance, before - 100, "and it is gone again");
    tap_ok(!about(REQUEST_REVERSE, 1) && strstr(last.err.text, "no money"),
           "an opening cannot");
}

static void test_close(void)
{
    open_account("box", "CNY");
    pay(REQUEST_POST, "World", "box", 5);
    tap_ok(!ask((struct request){.verb = REQUEST_CLOSE, .name = "box"}),
           "one with money is not closed");
    pay(REQUEST_POST, "box", "World", 5);
    tap_ok(ask((struct request){.verb = REQUEST_CLOSE, .name = "box"}) &&
               holder("box").closed,
           "an empty one is");
    tap_ok(!pay(REQUEST_POST, "World", "box", 5) &&
               strstr(last.err.text, "closed"),
           "and gets nothing more");
}

static void test_history(void)
{
    struct entry rows[8];
    struct holder cash = holder("cash");
    size_t count;
    size_t all = 0;
    int64_t from = 0;
    bool own = true;

    tap_ok(vault->ops->history(vault, cash.id, 0, rows, 2, &count, &err) &&
               count == 2 && rows[0].id == cash.last && rows[0].id > rows[1].id,
           "the newest entries of an account");
    do {
        vault->ops->history(vault, cash.id, from, rows, 8, &count, &err);
        for (size_t i = from ? 1 : 0; i < count; i++, all++)
            own &= rows[i].from == cash.id || rows[i].to == cash.id;
        from = count ? rows[count - 1].id : 0;
    } while (count == 8);
    tap_ok(own && rows[count - 1].kind == ENTRY_OPEN,
           "back to its opening: %zu entries", all);
}

static void test_view(void)
{
    struct vault *view = vault_view(scratch("ledger.db"), &err);
    struct vault_facts before;
    struct vault_facts after;
    int64_t version;

    if (!tap_ok(view != NULL, "a view beside it"))
        return;
    view->ops->facts(view, &before, &err);
    version = view->ops->version(view);
    pay(REQUEST_POST, "World", "cash", 1);
    tap_ok(view->ops->version(view) != version, "sees that there is more");
    view->ops->facts(view, &after, &err);
    tap_int(after.entries, before.entries + 1, "and what");
    vault_close(view);
    tap_ok(!vault_view(scratch("nowhere.db"), &err) && err.code == ERR_MISSING,
           "there is no view of what is not there");
}

/* Another vault, as in another process. */
static void test_two(void)
{
    struct vault *first = vault;
    int64_t before = holder("bank").balance;

    open_vault_or_end(scratch("ledger.db"));
    tap_ok(pay(REQUEST_POST, "World", "bank", 10), "a second vault writes");
    struct vault *second = vault;
    vault = first;
    tap_ok(pay(REQUEST_POST, "World", "bank", 10) &&
               last.to_balance == before + 20,
           "the first goes on from there");
    vault_close(second);
}

static void test_verify(void)
{
    struct verify_report report;

    tap_ok(is_whole(&report), "the ledger is whole");
    tap_ok(meddle("UPDATE entry SET amount = 1") == SQLITE_CONSTRAINT &&
               meddle("DELETE FROM entry") == SQLITE_CONSTRAINT &&
               meddle("DELETE FROM refusal") == SQLITE_CONSTRAINT &&
               meddle("UPDATE account SET name = 'x'") == SQLITE_CONSTRAINT &&
               meddle("UPDATE currency SET scale = 0") == SQLITE_CONSTRAINT,
           "what is written stays");
    meddle("UPDATE account SET balance = balance + 1 WHERE name = 'cash'");
    meddle("INSERT INTO held VALUES (4, 0)");
    tap_ok(verify_ledger(vault, &report, &err) && report.faults == 0 &&
               report.stale == 2 && strstr(report.text[0], "\"cash\""),
           "a wrong balance is found: %s", report.text[0]);
    tap_ok(verify_repair(vault, &report, &err) && report.repaired,
           "and made good");
    tap_ok(is_whole(&report), "so that it is whole");
    tap_ok(pay(REQUEST_POST, "World", "cash", 1), "and goes on");
}

static void forge(const char *sql, const char *words)
{
    struct verify_report report;
    char all[512];

    snprintf(all, sizeof(all),
             "DROP TRIGGER IF EXISTS entry_update;"
             " DROP TRIGGER IF EXISTS entry_delete;"
             " DROP TRIGGER IF EXISTS account_update; %s",
             sql);
    meddle(all);
    tap_ok(verify_ledger(vault, &report, &err) && report.faults > 0 &&
               strstr(report.text[0], words),
           "found: %s", report.text[0]);
    tap_ok(verify_repair(vault, &report, &err) && !report.repaired,
           "and no repair hides it");
}

static void test_forged(void)
{
    forge("UPDATE entry SET memo = 'mine' WHERE id = 9", "entry 9: its hash");
    meddle("UPDATE entry SET memo = NULL WHERE id = 9");
    meddle("UPDATE account SET min = -5 WHERE name = 'cash'");
    forge("SELECT 1", "entry 1: its hash");
    meddle("UPDATE account SET min = 0 WHERE name = 'cash'");
    forge("DELETE FROM entry WHERE id = 9", "one before it is missing");
}

static void test_refused(void)
{
    int fd = open(scratch("text.db"), O_CREAT | O_WRONLY, 0600);

    if (fd >= 0 && write(fd, "no database, but long enough for one", 36) == 36)
        close(fd);
    tap_ok(!vault_open(scratch("text.db"), &err), "a text: %s", err.text);
    tap_ok(!vault_open("/proc/self/ledger.db", &err), "no folder: %s",
           err.text);
    tap_ok(!vault_open("postgresql://localhost/x", &err), "a server: %s",
           err.text);
}

int main(void)
{
    scratch_open();
    key_maker_init(&maker);
    open_vault_or_end(scratch("ledger.db"));
    test_open();
    test_pay();
    test_exchange();
    test_keys();
    test_pending();
    test_timeout();
    test_clock();
    test_reverse();
    test_close();
    test_history();
    test_view();
    test_two();
    test_verify();
    test_forged();
    test_refused();
    vault_close(vault);
    scratch_close();
    return tap_done();
}
