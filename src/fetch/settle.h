/* What becomes of a download when one of its transfers is over. */
#ifndef FETCH_SETTLE_H
#define FETCH_SETTLE_H

#include "fetch/room.h"
#include "fetch/verdict.h"

/* The transfer of lease is over; frees it and moves the download on. placed:
 * the file has its final name already, at path (a small one, from memory; or a
 * page, and path is NULL). */
void settle_lease(struct fetch *room, struct lease *lease,
                  const struct verdict *verdict, bool placed, const char *path,
                  int64_t now_ms, uint32_t random) REQUIRES(fetch_class);

#endif
