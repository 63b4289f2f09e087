/* Where things live: XDG Base Directory Specification 0.8. Relative or empty
 * variables are ignored, as it says. Any thread after main has started. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

/* "$XDG_CONFIG_HOME/threadlab", ... or the defaults under $HOME (the password
 * database's home if HOME is unset); NULL and err if there is none. The caller
 * frees with mem_free. Nothing is created. */
char *path_config(struct err *err) __attribute__((warn_unused_result));
char *path_data(struct err *err) __attribute__((warn_unused_result));
char *path_state(struct err *err) __attribute__((warn_unused_result));
char *path_cache(struct err *err) __attribute__((warn_unused_result));

/* $XDG_RUNTIME_DIR/threadlab, or a 0700 folder of this user under TMPDIR that
 * is made and checked (owner, mode, no symlink). */
char *path_runtime(struct err *err) __attribute__((warn_unused_result));

/* Where that is or would be: nothing is made or checked. */
char *path_runtime_name(void) __attribute__((returns_nonnull));

/* "a/b" from "a" and "b"; one slash between. */
char *path_join(const char *folder, const char *name)
    __attribute__((returns_nonnull, warn_unused_result));

/* "~" and "~/x" with the home folder put in; anything else is a copy. */
char *path_expand(const char *path)
    __attribute__((returns_nonnull, warn_unused_result));

/* mkdir -p; what exists must be a folder. */
bool path_make(const char *path, mode_t mode, struct err *err)
    __attribute__((warn_unused_result));

#endif
