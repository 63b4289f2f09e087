/* A ledger in one SQLite database (base/store.h): commits are durable
 * (synchronous = FULL) and come one after the other over all processes. */
#ifndef ACCOUNT_VAULT_SQLITE_H
#define ACCOUNT_VAULT_SQLITE_H

#include "account/vault.h"

struct vault *vault_sqlite_open(const char *path, struct err *err)
    __attribute__((warn_unused_result));
struct vault *vault_sqlite_view(const char *path, struct err *err)
    __attribute__((warn_unused_result));

#endif
