#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "cmd.h"

int cmd_fail(const char *command, const struct err *err)
{
    char text[3 * sizeof err->text];

    fmt_clean(text, sizeof text, err->text, strlen(err->text), SIZE_MAX);
    fprintf(stderr, "threadlab%s%s: %s\n", command ? " " : "",
            command ? command : "", text);
    return err_exit_status(err->code);
}
