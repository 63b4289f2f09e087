/* Downloads as faces see them: what fetch_rows, fetch_view_rows and
 * fetch_detail share. */
#ifndef FETCH_SNAPSHOT_H
#define FETCH_SNAPSHOT_H

#include "fetch/room.h"

/* The file's name, as far as it is known: inside download, or of its URL. */
const char *snapshot_name(const struct download *download)
    REQUIRES(fetch_class);

void snapshot_row(struct fetch_row *row, struct download *download,
                  int64_t now_ms) REQUIRES(fetch_class);

#endif
