/* Before the first request: is there an older part to go on with, is the file
 * there already, is there a folder to put it in? Called on the transfer's
 * thread. */
#ifndef FETCH_RESUME_H
#define FETCH_RESUME_H

#include "fetch/transfer.h"

enum { RESUME_OVERLAP = 64 << 10 }; /* held bytes compared before a resume */

/* Shapes the lease. False: no request is to be made; the verdict says why. */
bool resume_look(struct transfer *transfer) __attribute__((warn_unused_result));

/* How many held bytes before the lease's start can be compared. */
uint64_t resume_held(const struct transfer *transfer) REQUIRES(fetch_class);

/* Is a journal's URL one of the download's? */
bool resume_same_url(const struct download *download, const char *url);

#endif
