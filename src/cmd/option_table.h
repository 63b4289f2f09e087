/* The one table of options: option_table.c. Constant; any thread. */
#ifndef CMD_OPTION_TABLE_H
#define CMD_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

enum option_group {
    OPTION_WHERE,
    OPTION_LIST,
    OPTION_HARVEST,
    OPTION_CHECK,
    OPTION_ENGINE,
    OPTION_RATE,
    OPTION_HTTP,
    OPTION_NETWORK,
    OPTION_OUTPUT,
    OPTION_BENCH, /* for the workbench only; the others are not there */
    OPTION_GROUPS
};

/* How the argument is read, and what type lies at row.place. */
enum option_kind {
    OPTION_FLAG,   /* no argument; bool */
    OPTION_VALUE,  /* no argument; an enum is set to low */
    OPTION_TEXT,   /* const char * */
    OPTION_WORD,   /* const char *, one of the words in row.argument */
    OPTION_CHOICE, /* an enum: which of the words in row.argument, from 0 */
    OPTION_HEADER, /* may come many times; goes to options.headers */
    OPTION_BYTES,  /* uint64_t, at least low */
    OPTION_TIME,   /* int64_t, milliseconds */
    OPTION_COUNT,  /* unsigned, low..high */
    OPTION_NUMBER, /* int, low..high */
    OPTION_RATE_S  /* double, above 0, a second */
};

struct option_row {
    enum option_group group;
    enum option_kind kind;
    char letter; /* 0: none */
    const char *name;
    const char *argument; /* as the help shows it; "a|b|c" for words */
    const char *summary;  /* for people, no final stop */
    const char *standard; /* the default as shown; NULL: not worth a word */
    bool get_only;        /* says nothing on the workbench */
    bool may_be_empty;    /* OPTION_TEXT: "" says something */
    size_t place;         /* offset in struct options */
    int64_t low;
    int64_t high;
};

/* Whether a face has the option. */
bool option_is_for(const struct option_row *row, enum options_face face);

extern const struct option_row option_table[];
extern const size_t option_count;
extern const char *const option_groups[OPTION_GROUPS];

#endif
