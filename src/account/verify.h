/* Is a ledger whole? Reads every entry again and derives from them all that
 * follows: the chain of hashes, every balance, what is held, who is closed.
 * Belongs to the thread that has the vault; takes about 3 s for a million
 * entries. */
#ifndef ACCOUNT_VERIFY_H
#define ACCOUNT_VERIFY_H

#include "account/vault.h"

enum { VERIFY_SENTENCES = 20, VERIFY_TEXT = 200 };

struct verify_report {
    int64_t entries;
    int64_t holders;
    unsigned char chain[ENTRY_CHAIN]; /* of the newest entry */
    int64_t faults;   /* in entries: what no repair can make good */
    int64_t stale;    /* in what follows from entries: a repair does */
    bool repaired;    /* it was */
    size_t sentences; /* the first of both, for a person */
    char text[VERIFY_SENTENCES][VERIFY_TEXT];
};

/* Others may post meanwhile. true: it could be read to the end, and report says
 * how it is. */
bool verify_ledger(struct vault *vault, struct verify_report *report,
                   struct err *err) __attribute__((warn_unused_result));

/* The same while nobody may post, and then writes anew what follows from the
 * entries, if they are without a fault. For a vault that is no view. */
bool verify_repair(struct vault *vault, struct verify_report *report,
                   struct err *err) __attribute__((warn_unused_result));

/* The middle of that: examines and writes anew between the vault's repair_begin
 * and repair_end, which are the caller's. report->repaired: there is something
 * to keep. */
bool verify_within(struct vault *vault, struct verify_report *report,
                   struct err *err) __attribute__((warn_unused_result));

#endif
