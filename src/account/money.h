/* Money: a whole number of minor units (cents, fen), never a fraction. Pure,
 * any thread. */
#ifndef ACCOUNT_MONEY_H
#define ACCOUNT_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "account/currency.h"
#include "base/err.h"

enum { MONEY_TEXT = 48 }; /* room for any amount with its code, and NUL */

/* Reads an amount as people write it: "1000", "1000.5", "1,000.50",
 * "-3.20", also with the currency's code before or behind it ("CNY 5", "5 CNY",
 * "5CNY"). A comma only parts thousands. ERR_USAGE for anything else: another
 * currency, more decimals than it has, or more than 64 bits hold. */
bool money_parse(const char *text, const char *code, int scale, int64_t *minor,
                 struct err *err) __attribute__((warn_unused_result));

/* The same, and more than nothing: what can be paid. */
bool money_parse_amount(const char *text, const char *code, int scale,
                        int64_t *minor, struct err *err)
    __attribute__((warn_unused_result));

/* "-1234.50": with all decimals, without a code; money_parse reads it. */
const char *money_plain(char out[MONEY_TEXT], int64_t minor, int scale);

/* "1,234.50 CNY", for people. */
const char *money_text(char out[MONEY_TEXT], int64_t minor, int scale,
                       const char *code);

/* sum = a + b. false: 64 bits do not hold it, sum is unchanged. */
bool money_add(int64_t a, int64_t b, int64_t *sum)
    __attribute__((warn_unused_result));

#endif
