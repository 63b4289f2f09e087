/* The table of panes. */
#include "pane.h"
#include "pane_downloads.h"
#include "pane_threads.h"

const struct pane *const panes[LAYOUT_PANES] = {
    &pane_downloads,
    &pane_threads,
};
