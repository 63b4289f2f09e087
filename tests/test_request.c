#include "account/request.h"

#include "base/mem.h"
#include "tap.h"

static struct err err;
static struct chain *chain;

static const struct request_leg leg = {
    .from = "World", .to = "cash", .minor = 100, .currency = "CNY"};

static struct request deposit(void)
{
    return (struct request){
        .verb = REQUEST_POST, .legs = &leg, .leg_count = 1, .memo = "lunch"};
}

static void bad(struct request request, const char *words)
{
    tap_ok(!request_check(&request, &err) && err.code == ERR_USAGE &&
               strstr(err.text, words),
           "refused: %s", words);
}

static void bad_leg(struct request_leg wrong, const char *words)
{
    struct request request = deposit();

    request.legs = &wrong;
    bad(request, words);
}

static void test_check(void)
{
    struct request request = deposit();

    tap_ok(request_check(&request, &err), "a deposit");
    request.memo = "a\033b";
    bad(request, "the memo has a control character");
    request = deposit();
    request.leg_count = 0;
    bad(request, "a group has 1 to 64 legs");
    request.leg_count = REQUEST_LEGS + 1;
    bad(request, "a group has 1 to 64 legs");
    bad_leg((struct request_leg){"a", "a", 1, "CNY"}, "cannot pay itself");
    bad_leg((struct request_leg){"a", "b", 0, "CNY"}, "more than nothing");
    bad_leg((struct request_leg){"a", "b", -1, "CNY"}, "more than nothing");
    bad_leg((struct request_leg){"a", "b", 1, NULL}, "needs a currency");
    bad_leg((struct request_leg){"a", "", 1, "CNY"}, "needs a name");
    bad((struct request){.verb = REQUEST_OPEN, .name = "World:CNY"},
        "the ledger's own");
    bad((struct request){.verb = REQUEST_OPEN, .name = "x"},
        "needs a currency");
    bad((struct request){.verb = REQUEST_SETTLE}, "which entry");
    bad((struct request){.verb = REQUEST_VERBS}, "no request");
}

static bool same(const struct request *a, const struct request *b)
{
    unsigned char x[ENTRY_HASH];
    unsigned char y[ENTRY_HASH];

    request_hash(a, chain, x);
    request_hash(b, chain, y);
    return memcmp(x, y, ENTRY_HASH) == 0;
}

static void test_hash(void)
{
    struct request a = deposit();
    struct request b = deposit();
    struct request_leg other = leg;

    b.has_key = true;
    b.key.bytes[0] = 1;
    tap_ok(same(&a, &b), "the key does not count");
    b.memo = "dinner";
    tap_ok(!same(&a, &b), "the memo does");
    b = deposit();
    b.channel = "card";
    tap_ok(!same(&a, &b), "so does the channel");
    b = deposit();
    b.legs = &other;
    tap_ok(same(&a, &b), "the same leg elsewhere is the same");
    other.minor++;
    tap_ok(!same(&a, &b), "another amount is not");
    b = deposit();
    b.verb = REQUEST_PENDING;
    tap_ok(!same(&a, &b), "nor another verb");
    b.timeout_ms = 5;
    a = b;
    b.timeout_ms = 6;
    tap_ok(!same(&a, &b), "nor another time");
}

static void test_copy(void)
{
    struct request request = deposit();
    struct request *copy = request_copy(&request);

    tap_ok(same(&request, copy) && copy->legs != &leg &&
               copy->legs[0].to != leg.to && copy->memo != request.memo,
           "a copy says the same and holds no pointer");
    tap_ok(!copy->name && !copy->channel, "what is not there stays so");
    mem_free(copy);
}

int main(void)
{
    chain = chain_new();
    test_check();
    test_hash();
    test_copy();
    tap_is(request_verb_word(REQUEST_SETTLE), "settle", "a verb's word");
    tap_is(outcome_word(OUTCOME_UNKNOWN), "unknown", "a state's word");
    chain_free(chain);
    return tap_done();
}
