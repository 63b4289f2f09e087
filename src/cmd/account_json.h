/* The ledger in lines of JSON, for `threadlab account --json` and its lossless
 * export. Amounts are decimal texts; *_minor are whole minor units. Main thread
 * only. */
#ifndef CMD_ACCOUNT_JSON_H
#define CMD_ACCOUNT_JSON_H

#include <stdio.h>

#include "account/entry.h"
#include "account/request.h"
#include "account/verify.h"

/* like: whose currency the balance is in, or NULL. */
void account_json_outcome(FILE *out, const struct outcome *outcome,
                          const struct holder *like, bool from);
void account_json_holder(FILE *out, const struct holder *holder);
/* from and to: its accounts, or NULL. */
void account_json_entry(FILE *out, const struct entry *entry,
                        const struct holder *from, const struct holder *to);
void account_json_report(FILE *out, const struct verify_report *report);

#endif
