/* Amounts as people write them, in and out. */
#include "account/money.h"

#include "tap.h"

static struct err err;

static void good(const char *text, const char *code, int scale, int64_t want)
{
    int64_t got = -77;

    tap_ok(money_parse(text, code, scale, &got, &err) && got == want,
           "\"%s\" in %s is %lld", text, code, (long long)want);
}

static void bad(const char *text, const char *code, int scale,
                const char *words)
{
    int64_t got = -77;
    bool ok = money_parse(text, code, scale, &got, &err);

    tap_ok(!ok && got == -77 && err.code == ERR_USAGE &&
               strstr(err.text, words),
           "\"%s\" in %s is refused: %s", text, code, words);
}

static void written(int64_t minor, int scale, const char *plain,
                    const char *text)
{
    char out[MONEY_TEXT];

    tap_is(money_plain(out, minor, scale), plain, plain);
    tap_is(money_text(out, minor, scale, "XYZ"), text, text);
}

static void test_parse(void)
{
    good("1000", "CNY", 2, 100000);
    good("1000.5", "CNY", 2, 100050);
    good("1,000.50", "CNY", 2, 100050);
    good("1,234,567", "JPY", 0, 1234567);
    good("-3.20", "CNY", 2, -320);
    good("0", "CNY", 2, 0);
    good("0.01", "CNY", 2, 1);
    good("1.500", "CNY", 2, 150);
    good("12.0", "JPY", 0, 12);
    good("5 CNY", "CNY", 2, 500);
    good(" cny 5 ", "CNY", 2, 500);
    good("5CNY", "CNY", 2, 500);
    good("92233720368547758.07", "CNY", 2, INT64_MAX);
    good("-92233720368547758.08", "CNY", 2, INT64_MIN);
    good("1.000000000000000001", "WEI", 18, 1000000000000000001);
}

static void test_refuse(void)
{
    static const char *const words[] = {
        "",       "-",        "CNY",   "x",     "1e3",
        "1.",     ".5",       "1..2",  "1.2.3", "1,00",
        "1,0000", "1000,000", ",100",  "1,",    "1 000",
        "0x10",   "+1",       "--1",   "1-",    "\xef\xbc\x91",
        "1\t",    "NaN",      "5 USD", "$5",    "1,000,00.0",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        bad(words[i], "CNY", 2, "is no amount in CNY");
    bad("1.005", "CNY", 2, "too many decimals");
    bad("0.5", "JPY", 0, "too many decimals");
    bad("92233720368547758.08", "CNY", 2, "more than a ledger can hold");
    bad("-92233720368547758.09", "CNY", 2, "more than a ledger can hold");
    bad("99999999999999999999999", "JPY", 0, "more than a ledger can hold");
    bad("10", "WEI", 18, "more than a ledger can hold");
}

static void test_amount(void)
{
    int64_t minor = 7;

    tap_ok(!money_parse_amount("0", "CNY", 2, &minor, &err) &&
               !money_parse_amount("-1", "CNY", 2, &minor, &err) && minor == 7,
           "nothing and less cannot be paid");
    tap_ok(money_parse_amount("0.01", "CNY", 2, &minor, &err) && minor == 1,
           "the least can");
}

static void test_add(void)
{
    int64_t sum = 7;

    tap_ok(money_add(1, 2, &sum) && sum == 3, "1 + 2");
    tap_ok(!money_add(INT64_MAX, 1, &sum) && sum == 3, "too much");
    tap_ok(!money_add(INT64_MIN, -1, &sum) && sum == 3, "too little");
}

int main(void)
{
    test_parse();
    test_refuse();
    test_amount();
    written(0, 2, "0.00", "0.00 XYZ");
    written(5, 2, "0.05", "0.05 XYZ");
    written(-5, 2, "-0.05", "-0.05 XYZ");
    written(123456789, 2, "1234567.89", "1,234,567.89 XYZ");
    written(-100000, 0, "-100000", "-100,000 XYZ");
    written(100, 0, "100", "100 XYZ");
    written(INT64_MIN, 3, "-9223372036854775.808",
            "-9,223,372,036,854,775.808 XYZ");
    written(INT64_MAX, 18, "9.223372036854775807", "9.223372036854775807 XYZ");
    test_add();
    return tap_done();
}
