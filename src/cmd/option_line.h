/* An option as help and completion show it. Constant; any thread. */
#ifndef CMD_OPTION_LINE_H
#define CMD_OPTION_LINE_H

#include <stdio.h>

struct option_line {
    const char *name;     /* NULL at the end of a table */
    const char *argument; /* "FILE"; "a|b|c" for words; NULL: none */
    const char *summary;  /* for people, no final stop */
    const char *standard; /* the default as shown; NULL: not worth a word */
    char letter;          /* 0: none */
};

/* "  -d, --dir DIR       put files ...", on paper 80 columns wide. */
void option_line_print(FILE *out, const struct option_line *row);
void option_lines_print(FILE *out, const struct option_line *rows);

#endif
