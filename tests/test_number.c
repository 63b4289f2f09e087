#include "threads/number.h"

#include "tap.h"

static struct number_text text(const char *at)
{
    return (struct number_text){at, strlen(at)};
}

static void test_decimal(void)
{
    struct number_text rest = text(" 0 18446744073709551615\n7x");
    uint64_t value = 1;

    tap_ok(number_decimal(&rest, &value) && value == 0, "zero");
    tap_ok(number_decimal(&rest, &value) && value == UINT64_MAX, "the largest");
    tap_ok(!number_decimal(&rest, &value) && value == UINT64_MAX,
           "a digit before a letter is no number");
    tap_is(rest.at, "\n7x", "and is not taken");
}

static void test_refused(void)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "-1",
                                      "+1",
                                      "0x1",
                                      "1.0",
                                      "18446744073709551616",
                                      "99999999999999999999999999",
                                      "1\v"};
    uint64_t value = 5;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct number_text rest = text(bad[i]);

        tap_ok(!number_decimal(&rest, &value) && value == 5, "refused: '%s'",
               bad[i]);
    }
}

static void test_signed(void)
{
    struct number_text rest =
        text("-1 9223372036854775807 -9223372036854775808 - --1");
    int64_t value = 0;

    tap_ok(number_signed(&rest, &value) && value == -1, "below zero");
    tap_ok(number_signed(&rest, &value) && value == INT64_MAX, "the largest");
    tap_ok(!number_signed(&rest, &value), "one that does not fit");
    rest = text("-");
    tap_ok(!number_signed(&rest, &value), "a sign alone");
    rest = text("--1");
    tap_ok(!number_signed(&rest, &value), "two signs");
}

static void test_hex(void)
{
    struct number_text rest = text("0xffffffffffffffff 0x0 0x1g");
    uint64_t value = 0;

    tap_ok(number_hex(&rest, &value) && value == UINT64_MAX, "the largest");
    tap_ok(number_hex(&rest, &value) && value == 0, "zero");
    tap_ok(!number_hex(&rest, &value), "a letter too far");
    rest = text("0x");
    tap_ok(!number_hex(&rest, &value), "no digit");
    rest = text("ff");
    tap_ok(!number_hex(&rest, &value), "no 0x");
    rest = text("0x10000000000000000");
    tap_ok(!number_hex(&rest, &value), "one that does not fit");
}

static void test_end(void)
{
    struct number_text rest = text(" \t\n");

    tap_ok(number_end(&rest), "blanks are the end");
    rest = text(" 1");
    tap_ok(!number_end(&rest), "a digit is not");
}

int main(void)
{
    test_decimal();
    test_refused();
    test_signed();
    test_hex();
    test_end();
    return tap_done();
}
