/* What an answer teaches about a download and its host. Called on the
 * transfer's thread. */
#ifndef FETCH_LEARN_H
#define FETCH_LEARN_H

#include "fetch/transfer.h"

/* Which protocol it came by. Lock not held. */
void learn_protocol(struct transfer *transfer);

/* The file's name, and the digest declared for it. Lock not held. */
void learn_name(struct transfer *transfer);

/* A whole file has come: its validators and length, and whether the server
 * serves ranges. */
void learn_validators(struct transfer *transfer, int64_t length, bool ranges)
    REQUIRES(fetch_class);

/* A mirror has the same file. Lock not held. */
void learn_mirror(struct transfer *transfer);

/* A range has come: what was not known before. */
void learn_missing(struct transfer *transfer) REQUIRES(fetch_class);

#endif
