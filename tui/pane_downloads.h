/* Downloads: what is fetched, how far it is, and what can be done about it. */
#ifndef TUI_PANE_DOWNLOADS_H
#define TUI_PANE_DOWNLOADS_H

#include "pane.h"

extern const struct pane pane_downloads;

#endif
