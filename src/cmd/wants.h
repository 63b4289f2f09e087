/* What the options want, for every face that takes them: secrets read, URLs,
 * lists and pages given to the download room. Main thread only. */
#ifndef CMD_WANTS_H
#define CMD_WANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "fetch/fetch.h"
#include "options.h"

struct wants {
    struct options *options;
    char *password;
    char *bearer;
};

/* Reads the secrets, or asks for them (signals_take has been called), and fills
 * options->fetch with them. */
bool wants_secrets(struct wants *wants, struct options *options,
                   struct err *err) __attribute__((warn_unused_result));
void wants_fini(struct wants *wants);

/* Adds all there is. One argument of no use does not keep the others back:
 * refused hears of it. True if anything was added; else, if it was the list
 * that could not be, *err. */
bool wants_add(const struct wants *wants, struct fetch *fetch,
               void (*refused)(void *arg, const char *what,
                               const struct err *err),
               void *arg, struct err *err);

#endif
