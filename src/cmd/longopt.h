/* getopt_long(3) for commands that have a few long options, and nothing else,
 * behind their name. Main thread only. */
#ifndef CMD_LONGOPT_H
#define CMD_LONGOPT_H

#include <getopt.h>
#include <stdbool.h>

#include "base/err.h"

enum { LONGOPT_END = -1, LONGOPT_WORD = 0, LONGOPT_BAD = '?' };

/* Before the first longopt_next of a command. */
void longopt_begin(void);

/* The val (above 0) of the next option, its argument in optarg; LONGOPT_WORD,
 * where words may come, and the word in optarg; LONGOPT_END; or LONGOPT_BAD and
 * err, ERR_USAGE, for a word that is not one of longs. */
int longopt_next(int argc, char **argv, const struct option *longs, bool words,
                 struct err *err);

#endif
