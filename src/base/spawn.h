/* Other programs, started and left alone. Main thread only, which calls
 * spawn_reap when SIGCHLD came. */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include <stdbool.h>

#include "err.h"

/* Shows a file or folder in the desktop's own way (xdg-open(1)), with nothing
 * of our terminal. ERR_MISSING where there is no desktop. */
bool spawn_open(const char *path, struct err *err)
    __attribute__((warn_unused_result));

void spawn_reap(void);

#endif
