/* The harvest dialog: a page and what picks links out of it, with the links
 * that are found while it is typed. Nothing is downloaded before the links are
 * there and Enter is pressed on them. UI thread. */
#ifndef TUI_HARVEST_DIALOG_H
#define TUI_HARVEST_DIALOG_H

#include "bench.h"

/* Opens it; page and match may be "". */
void harvest_dialog_open(struct bench *bench, const char *page,
                         const char *match);

#endif
