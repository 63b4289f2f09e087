#include "syscall_line.h"

#include <string.h>

#include "threads/number.h"

static bool read_blocked(struct number_text rest, struct syscall_line *line)
{
    if (!number_signed(&rest, &line->number) || line->number < -1)
        return false;
    line->kind = line->number < 0 ? SYSCALL_OUTSIDE : SYSCALL_INSIDE;
    if (line->kind == SYSCALL_INSIDE)
        for (int i = 0; i < SYSCALL_ARGS; i++)
            if (!number_hex(&rest, &line->args[i]))
                return false;
    return number_hex(&rest, &line->stack) && number_hex(&rest, &line->code) &&
           number_end(&rest);
}

bool syscall_line_read(const char *text, size_t len, struct syscall_line *line)
{
    static const char running[] = "running";
    size_t word = strlen(running);

    *line = (struct syscall_line){.kind = SYSCALL_UNKNOWN};
    if (len >= word && memcmp(text, running, word) == 0 &&
        number_end(&(struct number_text){text + word, len - word})) {
        line->kind = SYSCALL_RUNNING;
        return true;
    }
    if (read_blocked((struct number_text){text, len}, line))
        return true;
    *line = (struct syscall_line){.kind = SYSCALL_UNKNOWN};
    return false;
}
