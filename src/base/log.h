/* The log: the last LOG_RING lines in memory for the message pane, and a file
 * if asked (--log-file). Never stderr: a screen may be up. Lines are cleaned
 * (fmt_clean) on the way in. Any thread, but never with a lock held. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { LOG_RING = 1024, LOG_TEXT = 240 };
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_line {
    uint64_t seq; /* 1 is the first line of the process */
    int64_t wall_ms;
    enum log_level level;
    char thread[16];
    char text[LOG_TEXT];
};

/* Before the first thread. */
void log_open(void);
void log_close(void);

/* Also append to a file (made 0600, O_NOFOLLOW): "2026-01-31T12:00:00.123Z
 * warn fetch-1 text". level: the lowest that is kept, in the ring and there. */
bool log_to_file(const char *path, struct err *err)
    __attribute__((warn_unused_result));
void log_set_level(enum log_level level);
const char *log_level_word(enum log_level level);

void log_write(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Copies up to max lines with seq > after, oldest first; returns the count. A
 * gap in seq tells that the ring ran over. */
size_t log_since(uint64_t after, struct log_line *lines, size_t max);

#endif
