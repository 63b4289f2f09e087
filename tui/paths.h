/* Names of files and folders that a typed path may become. UI thread. */
#ifndef TUI_PATHS_H
#define TUI_PATHS_H

#include <stdbool.h>

#include "candidates.h"

/* Adds what is in the folder that candidates->typed is in ("~" is the home), in
 * order; folders with a slash behind them. Hidden ones only if the dot is
 * typed. A folder that cannot be read has nothing. */
void paths_complete(struct candidates *candidates, bool folders_only);

#endif
