/* The chain of hashes through a ledger: each entry's is the SHA-256 of the one
 * before it and of all that the entry says, so no row can be changed, left out
 * or put in between without all after it being made anew. It detects, and only
 * where the newest hash is also known from elsewhere. A chain belongs to one
 * thread. Pure. */
#ifndef ACCOUNT_CHAIN_H
#define ACCOUNT_CHAIN_H

#include "account/entry.h"

struct chain; /* libcrypto's context, made once */

struct chain *chain_new(void);
void chain_free(struct chain *chain);

/* The hash of the entry whose predecessor's is before (zeros for the first), to
 * out, which may be before. opened: what never changes of the account that an
 * ENTRY_OPEN opens, else NULL. All numbers are 8 bytes, big-endian; a text
 * follows its length; the order is that of struct entry. */
void chain_next(struct chain *chain, const unsigned char before[ENTRY_CHAIN],
                const struct entry *entry, const struct holder *opened,
                unsigned char out[ENTRY_CHAIN]);

/* SHA-256 of data. */
void chain_digest(struct chain *chain, const void *data, size_t len,
                  unsigned char out[ENTRY_CHAIN]);

#endif
