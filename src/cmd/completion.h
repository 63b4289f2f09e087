/* What a shell needs to complete this program's words, made from the tables of
 * commands and options. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "option_line.h"

struct completion_command {
    const char *name;
    const char *summary;
    const struct option_line *options;
    const char *words; /* "a|b": what may follow it; "": nothing; NULL: files
                          and URLs */
};

/* Prints the script for "bash", "zsh" or "fish"; false for another shell. The
 * first of commands, whose name is "", is the program without one. */
bool completion_print(FILE *out, const char *shell,
                      const struct completion_command *commands, size_t count);

#endif
