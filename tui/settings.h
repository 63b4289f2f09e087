/* What "set NAME VALUE" changes: one table drives the command, its completion,
 * the configuration file and its manual. UI thread. */
#ifndef TUI_SETTINGS_H
#define TUI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum theme_colour {
    THEME_COLOUR_AUTO, /* heeds NO_COLOR */
    THEME_COLOUR_ALWAYS,
    THEME_COLOUR_NEVER
};

enum { SETTINGS_TEXT = 32 };

struct settings {
    bool motion; /* bars and counters move between changes of state */
    bool mouse;
    bool ascii;
    char color[SETTINGS_TEXT]; /* "auto", "always", "never" */
    char theme[SETTINGS_TEXT];
    int frames; /* a second at most; 0: 10, over ssh 4 */
};

struct setting {
    const char *name;
    const char *values;  /* "on|off", "auto|always|never", "1-60" */
    const char *summary; /* N_() */
    size_t place;        /* offset in struct settings */
    enum { SETTING_SWITCH, SETTING_WORD, SETTING_NUMBER } kind;
};

extern const struct setting settings_table[];
extern const size_t settings_count;

void settings_init(struct settings *settings);

/* What the environment says: after the configuration, before the command line.
 * NO_COLOR (no-color.org) and NO_MOTION. */
void settings_environment(struct settings *settings);

/* ERR_USAGE with a sentence that names what can be. */
bool settings_set(struct settings *settings, const char *name,
                  const char *value, struct err *err)
    __attribute__((warn_unused_result));

/* The value as settings_set reads it. */
const char *settings_get(const struct settings *settings,
                         const struct setting *setting,
                         char out[SETTINGS_TEXT]);

enum theme_colour settings_colour(const struct settings *settings);

#endif
