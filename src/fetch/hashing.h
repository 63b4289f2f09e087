/* The bytes of a file on their way to a digest, in steps: a large file keeps
 * the disk thread from other work for no longer than a moment. */
#ifndef FETCH_HASHING_H
#define FETCH_HASHING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/digest.h"

struct hashing;

/* Of the first length bytes of fd, which stays the caller's unless owned. */
struct hashing *hashing_new(int fd, bool owned, uint64_t length,
                            enum digest_algo algo, struct err *err)
    __attribute__((warn_unused_result));

/* NULL does nothing. */
void hashing_free(struct hashing *hashing);

enum hashing_state { HASHING_MORE, HASHING_DONE, HASHING_FAILED };

/* Reads on for a while. DONE: *digest is filled. */
enum hashing_state hashing_step(struct hashing *hashing, struct digest *digest,
                                struct err *err);

#endif
