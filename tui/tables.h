/* The tables of the workbench as text: for a person, for the test of the
 * manual, and for whoever makes completions. Any thread; nothing has to be
 * open.
 */
#ifndef TUI_TABLES_H
#define TUI_TABLES_H

#include <stdio.h>

/* "  pane left              Ctrl+W h, Ctrl+W Left  To the pane at the left":
 * every command with its keys, or "(none)", pane by pane. */
void tables_print_keys(FILE *out);

/* "  color auto|always|never  auto  colours; ...": every setting with its
 * values and what it is at first. */
void tables_print_settings(FILE *out);

#endif
