/* What a person can do: the one table behind the keys, the help, the palette,
 * the configuration, scripts, --plain, shell completion and the manual's list
 * of keys. Each pane brings its own rows (pane.h), the workbench the others
 * (bench_actions.c). UI thread; the tables are constant. */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stroke.h"

struct bench;
struct pane;

enum { ACTION_KEYS = 4, ACTION_STROKES = 2 };

struct action {
    const char *name;              /* as typed: "pause", "pane zoom" */
    const char *keys[ACTION_KEYS]; /* "Space", "Ctrl+W h"; NULL at the end */
    const char *arguments;         /* "URL...", "[on|off]"; NULL: none */
    const char *summary;           /* N_("Pause or resume") */
    const char *cli;  /* the command that does the same elsewhere; or NULL */
    const char *hint; /* N_("pause") for the footer; NULL: not there */

    /* self: the pane's, or the bench for the workbench's own. argv[0] is the
     * name, argv[argc] NULL. False: err is for the user. */
    bool (*run)(void *self, struct bench *bench, int argc, char **argv,
                struct err *err);
};

/* It cannot run without an argument: its key opens the palette at it. */
bool action_needs_argument(const struct action *action);

#endif
