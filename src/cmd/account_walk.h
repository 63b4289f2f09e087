/* Entries with their accounts, read in pieces so that nobody who posts has to
 * wait for the reader. Main thread only. */
#ifndef CMD_ACCOUNT_WALK_H
#define CMD_ACCOUNT_WALK_H

#include "account/book.h"
#include "account/vault.h"

struct account_walk {
    struct vault *vault; /* the caller's */
    struct book book;    /* the accounts that were met */
};

/* The account with that id. */
bool account_walk_holder(struct account_walk *walk, int64_t id,
                         struct holder **holder, struct err *err)
    __attribute__((warn_unused_result));

/* Every entry in order to take, with its accounts (NULL: none). Ends early
 * where take returns false: then err is what take says. */
bool account_walk_all(struct account_walk *walk,
                      bool (*take)(void *to, const struct entry *entry,
                                   struct holder *from, struct holder *dest,
                                   struct err *err),
                      void *to, struct err *err)
    __attribute__((warn_unused_result));

void account_walk_fini(struct account_walk *walk);

#endif
