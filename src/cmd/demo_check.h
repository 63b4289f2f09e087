/* Are the demo's files on the disk what the origin declared? Reads them back
 * and holds them against SHA256SUMS, whatever the download room said of them.
 * Main thread only; blocks while it reads. */
#ifndef CMD_DEMO_CHECK_H
#define CMD_DEMO_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct demo_check {
    uint64_t listed; /* files in SHA256SUMS */
    uint64_t good;
    uint64_t bad;   /* there, but other bytes, or not in the list */
    uint64_t bytes; /* of the good ones */
};

/* Looks at the files in folders (NULL at the end) of dir, which also holds
 * SHA256SUMS. false and err if that cannot be read. All is well if good is
 * listed and bad is 0. */
bool demo_check(const char *dir, const char *const *folders,
                struct demo_check *check, struct err *err)
    __attribute__((warn_unused_result));

#endif
