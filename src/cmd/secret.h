/* Passwords and tokens: from a file or from the terminal, never from the
 * arguments, which everybody on the machine can read. Main thread only. */
#ifndef CMD_SECRET_H
#define CMD_SECRET_H

#include <stdbool.h>

#include "base/err.h"

/* The first line of a file ("-": the standard input) without its line end; at
 * most 4 KiB. NULL and ERR_USAGE if it is empty or longer or has control
 * characters, or another code if it cannot be read. Ended by secret_free. */
char *secret_read(const char *path, struct err *err)
    __attribute__((warn_unused_result));

/* Asks the person at the terminal, who must be on the standard input, without
 * an echo. signals_take has been called: a stop signal ends it (ERR_CANCELED)
 * with the echo back on. */
char *secret_ask(const char *question, struct err *err)
    __attribute__((warn_unused_result));

/* Overwrites the text, then frees it. NULL does nothing. */
void secret_free(char *secret);

#endif
