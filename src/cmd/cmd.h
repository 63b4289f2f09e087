/* The commands: one file each, one row each in main.c's table.
 *
 * argv[0] is the command's own name, argv[argc] is NULL; the return value is
 * what the process exits with: 0 all done, 1 failed, 2 the words are wrong, 3
 * some failed, 130 interrupted (account.h has
 * two more). Each knows --help. Main thread only. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/err.h"
#include "option_line.h"

int cmd_bench(int argc, char **argv); /* the workbench: no command at all */
int cmd_account(int argc, char **argv);
int cmd_attach(int argc, char **argv);
int cmd_get(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_origin(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/* Their options; those of get and the workbench are in option_table.h. */
extern const struct option_line cmd_account_options[];
extern const struct option_line cmd_attach_options[];
extern const struct option_line cmd_demo_options[];
extern const struct option_line cmd_origin_options[];
extern const struct option_line cmd_doctor_options[];

/* Says "threadlab COMMAND: ERR" on the standard error, cleaned for a terminal,
 * and returns the exit status for err. command NULL: no command was known. */
int cmd_fail(const char *command, const struct err *err);

#endif
