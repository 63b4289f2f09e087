/* Currencies: a code and how many decimals an amount has. The table is ISO
 * 4217's of those in use, and may be added to by a ledger, which keeps its own.
 * Pure, any thread. */
#ifndef ACCOUNT_CURRENCY_H
#define ACCOUNT_CURRENCY_H

#include <stdbool.h>

#include "base/err.h"

enum {
    CURRENCY_CODE = 12, /* bytes of a code, with NUL */
    CURRENCY_SCALE_MAX = 18
};

/* A capital, then capitals and digits: 3 to CURRENCY_CODE - 1 of them. */
bool currency_is_code(const char *code);

/* The decimals of a currency of the table; -1: it is not there. */
int currency_scale(const char *code);

/* Copies text as a code, small letters made capitals. ERR_USAGE: it cannot be
 * one. */
bool currency_read(const char *text, char code[CURRENCY_CODE], struct err *err)
    __attribute__((warn_unused_result));

#endif
