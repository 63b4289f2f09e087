#include "currency.h"

#include <string.h>

#include "base/mem.h"

/* Those that do not have two decimals; "" ends a list. */
static const char none[][4] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                               "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                               "VND", "VUV", "XAF", "XOF", "XPF"};
static const char three[][4] = {"BHD", "IQD", "JOD", "KWD",
                                "LYD", "OMR", "TND"};
static const char four[][4] = {"CLF", "UYW"};
static const char two[][4] = {
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD",
    "BDT", "BGN", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD",
    "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP",
    "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
    "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR",
    "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
    "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB",
    "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD",
    "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC",
    "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "USD", "UYU", "UZS", "VED", "VES", "WST", "XCD", "YER", "ZAR", "ZMW", "ZWG",
};

bool currency_is_code(const char *code)
{
    size_t len = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    return len >= 3 && len < CURRENCY_CODE && code[len] == '\0' &&
           code[0] >= 'A';
}

static bool is_in(const char (*list)[4], size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], code) == 0)
            return true;
    return false;
}

int currency_scale(const char *code)
{
    if (is_in(two, ARRAY_LEN(two), code))
        return 2;
    if (is_in(none, ARRAY_LEN(none), code))
        return 0;
    if (is_in(three, ARRAY_LEN(three), code))
        return 3;
    return is_in(four, ARRAY_LEN(four), code) ? 4 : -1;
}

bool currency_read(const char *text, char code[CURRENCY_CODE], struct err *err)
{
    size_t len = strlen(text);

    for (size_t i = 0; i <= len && i < CURRENCY_CODE; i++)
        code[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A')
                                                   : text[i];
    if (len < CURRENCY_CODE && currency_is_code(code))
        return true;
    return err_set(err, ERR_USAGE,
                   "\"%s\" is no currency: a code has 3 to 11 letters and "
                   "digits, as CNY or USD",
                   text);
}
