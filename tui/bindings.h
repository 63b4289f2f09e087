/* Which strokes run which action: the tables' own, and what bind has changed.
 * UI thread. */
#ifndef TUI_BINDINGS_H
#define TUI_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "action.h"
#include "base/str.h"
#include "stroke.h"

enum { BINDINGS_SHOWN = 64 };

struct binding {
    struct stroke strokes[ACTION_STROKES];
    size_t count;
    const struct action *action;
    size_t owner; /* a pane's number, or LAYOUT_PANES */
};

struct bindings {
    struct binding *items;
    size_t count;
};

void bindings_init(struct bindings *bindings);
void bindings_fini(struct bindings *bindings);

/* Adds the keys an action's row names. */
void bindings_add(struct bindings *bindings, const struct action *action,
                  size_t owner);

/* "bind KEY COMMAND": from now on KEY is action's, and nobody else's among the
 * same owner's. */
bool bindings_set(struct bindings *bindings, const char *keys,
                  const struct action *action, size_t owner, struct err *err)
    __attribute__((warn_unused_result));

/* What count strokes mean for the pane focus: its own action, else a global
 * one. *more: they are the beginning of something longer. */
const struct binding *bindings_find(const struct bindings *bindings,
                                    const struct stroke *strokes, size_t count,
                                    size_t focus, bool *more);

/* "Space", "j, Down", "Ctrl+W h": the keys of an action, at most max of them,
 * in out; "" if it has none. */
const char *bindings_keys(const struct bindings *bindings,
                          const struct action *action, size_t max,
                          char out[BINDINGS_SHOWN]);

#endif
