#include "account/currency.h"

#include "tap.h"

static struct err err;

int main(void)
{
    char code[CURRENCY_CODE];

    tap_int(currency_scale("CNY"), 2, "CNY");
    tap_int(currency_scale("JPY"), 0, "JPY");
    tap_int(currency_scale("KWD"), 3, "KWD");
    tap_int(currency_scale("CLF"), 4, "CLF");
    tap_int(currency_scale("ZZZ"), -1, "one that is not there");
    tap_ok(currency_read("cny", code, &err) && strcmp(code, "CNY") == 0,
           "small letters are made capitals");
    tap_ok(currency_read("USDT2ABCDEF", code, &err), "11 letters and digits");
    tap_ok(!currency_read("ABCDEFGHIJKL", code, &err), "12 are too many");
    tap_ok(!currency_read("CN", code, &err), "2 are too few");
    tap_ok(!currency_read("1INCH", code, &err), "a digit in front");
    tap_ok(!currency_read("C-Y", code, &err), "a dash");
    tap_ok(!currency_read("", code, &err), "nothing");
    return tap_done();
}
