/* One line of /proc/PID/maps (proc(5)). Pure. */
#ifndef THREADS_MAPS_LINE_H
#define THREADS_MAPS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct maps_line {
    uint64_t start;
    uint64_t end; /* behind it; > start */
    uint64_t offset;
    bool executable;
    const char *name; /* in the line, not ended by a NUL: a path, "[heap]" */
    size_t name_len;  /* 0: none */
};

/* len bytes without the newline. False: it is not one. */
bool maps_line_read(const char *text, size_t len, struct maps_line *line)
    __attribute__((warn_unused_result));

#endif
