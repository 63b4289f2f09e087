/* Every action there is, and which of them is meant by what is typed. Pure. */
#ifndef TUI_CATALOG_H
#define TUI_CATALOG_H

#include <stddef.h>

#include "action.h"
#include "candidates.h"

enum { CATALOG_MAX = 512 };

struct catalog {
    const struct action *actions[CATALOG_MAX];
    size_t owners[CATALOG_MAX]; /* a pane's number, or LAYOUT_PANES */
    size_t count;
};

/* Those beyond CATALOG_MAX are dropped. */
void catalog_add(struct catalog *catalog, const struct action *action,
                 size_t owner);

/* The action that words begin with the name of, the longest name first, and how
 * many words that name has; SIZE_MAX if there is none. */
size_t catalog_find(const struct catalog *catalog, char *const *words,
                    size_t count, size_t *used);

/* The actions that a line may become, the best first, in rows, which has room
 * for all; returns how many. An empty line may become any. */
size_t catalog_match(const struct catalog *catalog, const char *line,
                     size_t *rows);

/* Adds what is behind byte from in the names that begin with line. */
void catalog_names(const struct catalog *catalog, const char *line, size_t from,
                   struct candidates *candidates);

#endif
