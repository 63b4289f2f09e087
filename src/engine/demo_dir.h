/* The folder a demo fills: one the user names, or a temporary one. Main thread
 * only. */
#ifndef ENGINE_DEMO_DIR_H
#define ENGINE_DEMO_DIR_H

#include <stdbool.h>

#include "base/err.h"

/* name: made if missing; else it must be empty, so that nothing of the user's
 * is touched (ERR_EXISTS). NULL: a fresh folder under TMPDIR or /tmp. Returns
 * its path for mem_free, NULL and err on failure. */
char *demo_dir_make(const char *name, struct err *err)
    __attribute__((warn_unused_result));

/* Removes the folder and all that is in it, symbolic links themselves and not
 * what they lead to. Only for a temporary one. */
bool demo_dir_remove(const char *path, struct err *err)
    __attribute__((warn_unused_result));

#endif
