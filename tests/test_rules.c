/* The rules, over accounts in memory. */
#include "account/rules.h"

#include "tap.h"

static struct err err;
static struct holder world;
static struct holder cash;
static struct holder bank;
static struct holder dollars;

static void set(struct holder *holder, const char *name, const char *currency,
                bool has_min, int64_t balance)
{
    *holder =
        (struct holder){.scale = 2, .has_min = has_min, .balance = balance};
    snprintf(holder->name, sizeof(holder->name), "%s", name);
    snprintf(holder->currency, sizeof(holder->currency), "%s", currency);
}

static void begin(void)
{
    set(&world, "World:CNY", "CNY", false, -1000);
    set(&cash, "cash", "CNY", true, 1000);
    set(&bank, "bank", "CNY", true, 0);
    set(&dollars, "dollars", "USD", true, 0);
}

static struct move move(enum entry_kind kind, struct holder *from,
                        struct holder *to, int64_t minor)
{
    return (struct move){.kind = kind, .from = from, .to = to, .minor = minor};
}

static bool one(struct move single)
{
    return rules_apply(&single, 1, &err);
}

static bool unchanged(void)
{
    return world.balance == -1000 && cash.balance == 1000 &&
           bank.balance == 0 && dollars.balance == 0 && !cash.pending_out &&
           !cash.pending_in && !bank.pending_out && !bank.pending_in;
}

static void refused(struct move single, const char *words)
{
    tap_ok(!one(single) && err.code == ERR_REFUSED && strstr(err.text, words) &&
               unchanged(),
           "refused and unchanged: %s", words);
}

static void test_post(void)
{
    struct move single = move(ENTRY_POST, &world, &cash, 500);

    begin();
    tap_ok(rules_apply(&single, 1, &err) && cash.balance == 1500 &&
               world.balance == -1500 && single.from_balance == -1500 &&
               single.to_balance == 1500,
           "a deposit, and the balances after it");
    begin();
    refused(move(ENTRY_POST, &cash, &bank, 1001), "not enough");
    tap_ok(strstr(err.text, "-0.01 CNY") && strstr(err.text, "0.00 CNY"),
           "with what would be and what may be: %s", err.text);
    tap_ok(one(move(ENTRY_POST, &cash, &bank, 1000)), "all of it can go");
    begin();
    refused(move(ENTRY_POST, &cash, &dollars, 1), "that is an exchange");
    refused(move(ENTRY_POST, &cash, &cash, 1), "cannot pay itself");
    bank.closed = true;
    refused(move(ENTRY_POST, &cash, &bank, 1), "\"bank\" is closed");
    refused(move(ENTRY_POST, &bank, &cash, 1), "\"bank\" is closed");
}

static void test_numbers(void)
{
    begin();
    refused(move(ENTRY_POST, &world, &cash, INT64_MAX), "more than a ledger");
    cash.min = INT64_MIN;
    cash.balance = INT64_MIN + 5;
    tap_ok(!one(move(ENTRY_PENDING, &cash, &bank, 6)) && !cash.pending_out,
           "nor may what is available be less than can be counted");
}

static void test_group(void)
{
    struct move there_and_back[] = {
        move(ENTRY_POST, &cash, &bank, 5000),
        move(ENTRY_POST, &bank, &cash, 4500),
    };
    struct move half[] = {
        move(ENTRY_POST, &cash, &bank, 600),
        move(ENTRY_POST, &bank, &world, 700),
    };

    begin();
    tap_ok(rules_apply(there_and_back, 2, &err) && cash.balance == 500 &&
               bank.balance == 500,
           "the minimum counts when all of a group is done");
    begin();
    tap_ok(!rules_apply(half, 2, &err) && unchanged() &&
               strstr(err.text, "\"bank\""),
           "one leg is refused: none happens");
}

static void test_pending(void)
{
    struct move settle = move(ENTRY_SETTLE, &cash, &bank, 400);
    struct move give_up = move(ENTRY_VOID, &cash, &bank, 600);

    begin();
    tap_ok(one(move(ENTRY_PENDING, &cash, &bank, 600)) &&
               cash.balance == 1000 && cash.pending_out == 600 &&
               bank.pending_in == 600 && holder_available(&cash) == 400,
           "a pending one holds money");
    tap_ok(!one(move(ENTRY_POST, &cash, &bank, 401)), "which cannot be paid");
    tap_ok(!one(move(ENTRY_PENDING, &cash, &bank, 401)), "nor held again");
    tap_ok(!one(move(ENTRY_POST, &bank, &cash, 1)), "nor used before it is in");
    settle.held = 600;
    tap_ok(rules_apply(&settle, 1, &err) && cash.balance == 600 &&
               bank.balance == 400 && !cash.pending_out && !bank.pending_in,
           "a part is settled, the rest set free");
    begin();
    tap_ok(one(move(ENTRY_PENDING, &cash, &bank, 600)), "held again");
    cash.closed = true;
    give_up.held = 600;
    tap_ok(rules_apply(&give_up, 1, &err) && unchanged(),
           "and given up, also where an account is closed");
}

static void test_close(void)
{
    begin();
    tap_ok(!rules_close(&cash, &err) && strstr(err.text, "10.00 CNY"),
           "one with money is not closed");
    bank.pending_in = 5;
    tap_ok(!rules_close(&bank, &err) && strstr(err.text, "pending"),
           "nor one with something pending");
    tap_ok(rules_close(&dollars, &err), "an empty one is");
    dollars.closed = true;
    tap_ok(!rules_close(&dollars, &err), "once");
}

static void test_resolve(void)
{
    struct entry pending = {
        .id = 9, .kind = ENTRY_PENDING, .minor = 50, .due_ms = 1000};
    struct entry post = {.id = 8, .kind = ENTRY_POST, .minor = 50};
    struct entry open = {.id = 7, .kind = ENTRY_OPEN};

    tap_ok(rules_resolve(&pending, ENTRY_SETTLE, 50, 999, &err), "in time");
    tap_ok(!rules_resolve(&pending, ENTRY_SETTLE, 0, 1000, &err) &&
               strstr(err.text, "expired"),
           "too late");
    tap_ok(rules_resolve(&pending, ENTRY_EXPIRE, 0, 1000, &err), "it expires");
    tap_ok(!rules_resolve(&pending, ENTRY_SETTLE, 51, 0, &err),
           "more than is held");
    tap_ok(!rules_resolve(&post, ENTRY_VOID, 0, 0, &err),
           "what is done is not pending");
    tap_ok(rules_resolve(&post, ENTRY_REVERSE, 0, 0, &err),
           "but can be reversed");
    tap_ok(!rules_resolve(&pending, ENTRY_REVERSE, 0, 0, &err) &&
               !rules_resolve(&open, ENTRY_REVERSE, 0, 0, &err),
           "what moved nothing cannot");
}

int main(void)
{
    test_post();
    test_numbers();
    test_group();
    test_pending();
    test_close();
    test_resolve();
    return tap_done();
}
