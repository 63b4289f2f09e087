/* Names of accounts, and other words that stand in a ledger for good: in any
 * script, one line, nothing invisible. Pure, any thread. */
#ifndef ACCOUNT_TITLE_H
#define ACCOUNT_TITLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { TITLE_MAX = 120 }; /* bytes of a name, with NUL */

/* Copies a name in Unicode's form NFC, so that it is found again however it is
 * typed. ERR_USAGE: nothing, too long, not UTF-8, something invisible in it, a
 * space at an end or two together, or a dash in front. */
bool title_read(const char *text, char name[TITLE_MAX], struct err *err)
    __attribute__((warn_unused_result));

/* A name the ledger gives itself: World or Exchange, alone or with ":" and
 * more. */
bool title_is_reserved(const char *name);

/* Words (a memo, where from): at most max bytes of clean UTF-8 on one line.
 * ERR_USAGE with what in the sentence. */
bool title_check_words(const char *text, size_t max, const char *what,
                       struct err *err) __attribute__((warn_unused_result));

#endif
