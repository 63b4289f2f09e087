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
struct candidates;
struct pane;

enum { ACTION_KEYS = 4, ACTION_STROKES = 2, ACTION_ARGUMENT = 64 };

struct action {
    const char *name;              /* as typed: "pause", "pane zoom" */
    const char *keys[ACTION_KEYS]; /* "Space", "Ctrl+W h"; NULL at the end */
    const char *arguments;         /* "URL...", "[on|off]"; NULL: none */
    const char *summary;           /* N_("Pause or resume") */
    const char *cli;  /* what does the same in a shell, "threadlab get URL...",
                         its arguments last as above; or NULL */
    const char *hint; /* N_("pause") for the footer; NULL: not there */

    /* self: the pane's, or the bench for the workbench's own. argv[0] is the
     * name, argv[argc] NULL. False: err is for the user. */
    bool (*run)(void *self, struct bench *bench, int argc, char **argv,
                struct err *err);

    /* Adds what argv[argc - 1], of which only the beginning is there, may be.
     * NULL: what follows from the words in arguments (FILE, DIR, on|off). */
    void (*complete)(void *self, struct bench *bench, int argc, char **argv,
                     struct candidates *candidates);

    bool screen; /* says nothing where there is no screen (--plain) */
};

/* It cannot run without an argument: its key opens the palette at it. */
bool action_needs_argument(const struct action *action);

/* How many words its name has, if words begin with them; else 0. */
size_t action_named(const struct action *action, char *const *words,
                    size_t count);

/* The word for argument number (from 1) in arguments: "FILE"; or "". Options in
 * there ("[--dir DIR]") do not count. */
const char *action_argument(const struct action *action, size_t number,
                            char out[ACTION_ARGUMENT]);

/* The word behind an option: "DIR" for "--dir"; or "". */
const char *action_option(const struct action *action, const char *name,
                          char out[ACTION_ARGUMENT]);

#endif
