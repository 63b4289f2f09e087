/* Options against each other and against what they name. Main thread only. */
#ifndef CMD_OPTION_CHECK_H
#define CMD_OPTION_CHECK_H

#include <stdbool.h>

#include "options.h"

/* Checks what was read and fills what follows from it (digest, page numbers,
 * netrc). given[i]: row i of the table was there. ERR_USAGE. */
bool option_check(struct options *options, enum options_face face,
                  const bool *given, struct err *err)
    __attribute__((warn_unused_result));

#endif
