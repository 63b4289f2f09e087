/* A damaged database out of the way. */
#ifndef SESSION_ASIDE_H
#define SESSION_ASIDE_H

#include <stdbool.h>

#include "base/err.h"

/* Renames the closed database at path, and its log, to PATH.damaged-DATE, or
 * PATH.damaged-DATE.N where that is taken. *to is the new path, the caller's.
 * For the owner of the queue. */
bool aside_move(const char *path, char **to, struct err *err)
    __attribute__((warn_unused_result));

#endif
