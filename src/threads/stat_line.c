#include "stat_line.h"

#include <limits.h>
#include <string.h>

#include "threads/number.h"

/* Fields after the state, by their numbers in proc(5). */
enum { FIRST_NUMBER = 4, UTIME = 14, STIME = 15, STARTTIME = 22 };

static bool read_numbers(struct number_text rest, struct stat_line *line)
{
    int64_t values[STARTTIME + 1];

    for (int i = FIRST_NUMBER; i <= STARTTIME; i++)
        if (!number_signed(&rest, &values[i]))
            return false;
    if (values[UTIME] < 0 || values[STIME] < 0 || values[STARTTIME] < 0)
        return false;
    line->run_ticks = (uint64_t)values[UTIME] + (uint64_t)values[STIME];
    line->start_ticks = (uint64_t)values[STARTTIME];
    return true;
}

bool stat_line_read(const char *text, size_t len, struct stat_line *line)
{
    struct number_text rest = {text, len};
    struct stat_line read = {0};
    const char *end = memrchr(text, ')', len);
    const char *last = text + len;
    uint64_t tid;
    size_t name;

    if (!number_decimal(&rest, &tid) || tid == 0 || tid > INT_MAX ||
        rest.len < 2 || memcmp(rest.at, " (", 2) != 0 || !end ||
        end < rest.at + 2 || last - end < 3 || end[1] != ' ')
        return false;
    name = (size_t)(end - rest.at) - 2;
    if (name >= sizeof(read.name) || memchr(rest.at + 2, '\0', name))
        return false;
    memcpy(read.name, rest.at + 2, name);
    read.tid = (int)tid;
    read.state = end[2];
    if (!read_numbers((struct number_text){end + 3, (size_t)(last - end) - 3},
                      &read))
        return false;
    *line = read;
    return true;
}
