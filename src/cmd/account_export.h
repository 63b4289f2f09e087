/* The ledger's entries as other programs read them. Main thread only. */
#ifndef CMD_ACCOUNT_EXPORT_H
#define CMD_ACCOUNT_EXPORT_H

#include <stdio.h>

#include "account_walk.h"

struct exporter {
    FILE *out;
    int64_t newest_ms; /* of the entries so far */
};

/* "2026-01-31", of UTC. */
const char *export_date(int64_t ts_ms, char text[16]);

/* "-5.00 CNY"; with quotes around a code that has digits, if wanted: it would
 * be read as an amount. */
void export_amount(FILE *out, int64_t minor, const struct holder *holder,
                   bool quotes);

/* For account_walk_all, to is the export: a journal for hledger and ledger. */
bool export_journal(void *to, const struct entry *entry, struct holder *from,
                    struct holder *dest, struct err *err);

/* The same for beancount; behind the last entry, export_bean_balances. */
bool export_bean(void *to, const struct entry *entry, struct holder *from,
                 struct holder *dest, struct err *err);
bool export_bean_balances(struct exporter *export, struct account_walk *walk,
                          struct err *err);

#endif
