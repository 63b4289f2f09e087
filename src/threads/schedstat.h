/* A task's scheduler counters: /proc/PID/task/TID/schedstat, three numbers
 * (proc(5); Documentation/scheduler/sched-stats.rst). Pure. */
#ifndef THREADS_SCHEDSTAT_H
#define THREADS_SCHEDSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schedstat {
    uint64_t run_ns;   /* on a processor; of a running task up to its last tick
                        */
    uint64_t ready_ns; /* runnable and waiting for one; grows when it gets one
                        */
    uint64_t times;    /* how often it got one */
};

/* False and *stat untouched for anything but three decimal numbers. */
bool schedstat_read(const char *text, size_t len, struct schedstat *stat)
    __attribute__((warn_unused_result));

#endif
