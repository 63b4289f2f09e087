/* The fields of /proc/PID/task/TID/stat (proc(5)) that the list needs. Pure. */
#ifndef THREADS_STAT_LINE_H
#define THREADS_STAT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stat_line {
    int tid;
    char name[16];        /* as it came: may hold any byte but NUL */
    char state;           /* R S D T t Z X I ... */
    uint64_t run_ticks;   /* user and system, in sysconf(_SC_CLK_TCK) */
    uint64_t start_ticks; /* after the boot, on CLOCK_BOOTTIME */
};

/* The name may hold blanks and parentheses: it ends at the last ')'. False and
 * *line untouched if the text is not one. */
bool stat_line_read(const char *text, size_t len, struct stat_line *line)
    __attribute__((warn_unused_result));

#endif
