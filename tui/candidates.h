/* What a word that is being typed may become. Pure; belongs to one thread. */
#ifndef TUI_CANDIDATES_H
#define TUI_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

enum { CANDIDATES_MAX = 512 };

struct candidates {
    const char *typed; /* the beginning; lent */
    char **items;      /* as they stand in a line, quoted as they need be */
    size_t count;
};

/* typed outlives it. */
void candidates_init(struct candidates *candidates, const char *typed);
void candidates_fini(struct candidates *candidates);

/* Adds a word that begins with what is typed, in either case; others, a word
 * that is there already, and those beyond CANDIDATES_MAX are dropped. */
void candidates_add(struct candidates *candidates, const char *word);

/* Each of "on|off|auto". */
void candidates_add_each(struct candidates *candidates, const char *words);

/* Adds text as it is, whatever is typed: several words, say. */
void candidates_add_text(struct candidates *candidates, const char *text);

#endif
