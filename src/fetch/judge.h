/* What a transfer may believe: is this answer the file that was asked for, the
 * same as the bytes already here, within the user's bounds, whole? All of it in
 * our own code, on every protocol: libcurl before 8.0 reports some broken
 * HTTP/2 bodies as complete. Called on the transfer's thread, lock not held. */
#ifndef FETCH_JUDGE_H
#define FETCH_JUDGE_H

#include "fetch/transfer.h"

/* Sets the verdict. */
void judge_refuse(struct transfer *transfer, enum verdict_kind kind,
                  enum err_code code, const char *text);

/* A warning about a download that goes on. */
void judge_note(struct transfer *transfer, enum err_code code,
                const char *text);

/* The answer is here, and the first len bytes of its body (0 for an empty one).
 * Sets the verdict where it cannot be used. */
void judge_begin(struct transfer *transfer, const char *data, size_t len);

/* The overlap has been compared and is the same; or differs. */
void judge_confirm(struct transfer *transfer);
void judge_overlap(struct transfer *transfer);

/* The body has come to its end without an error: did all of it come? */
void judge_end(struct transfer *transfer);

/* Would position at pass --max-size? Sets the verdict then. */
bool judge_too_large(struct transfer *transfer, uint64_t at);

/* Moves what is in memory into a part; false, and the verdict set, if it cannot
 * be. */
bool judge_spill(struct transfer *transfer);

/* May an unfinished body in memory be kept, to be gone on with? */
bool judge_may_keep(const struct transfer *transfer);

/* Does a complete body have the digest that was declared? Sets the verdict if
 * not. */
bool judge_digest(struct transfer *transfer, const void *data, size_t len)
    __attribute__((warn_unused_result));

/* Is this a private address, or none at all? NULL is none. */
bool judge_private_text(const char *address);

/* Is the other end of the connection at one? */
bool judge_private_peer(const struct transfer *transfer);

#endif
