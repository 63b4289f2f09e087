/* A process as /proc shows it: its threads, their files, what its descriptors
 * lead to. Belongs to one thread. */
#ifndef THREADS_PROCESS_H
#define THREADS_PROCESS_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    int fd;      /* /proc/PID; -1: not to be read */
    DIR *tasks;  /* its task folder */
    long budget; /* descriptors that may still be kept open */
};

/* pid 0: this process. False: it is not there or cannot be read; process is
 * then closed. */
bool process_open(struct process *process, pid_t pid)
    __attribute__((warn_unused_result));
void process_close(struct process *process);

/* The ids of its threads, ascending, in *tids, which grows as needed and is
 * the caller's (*room elements). Returns how many. */
size_t process_tids(struct process *process, int **tids, size_t *room);

/* Opens the thread's file to be kept, or only to be read once. -1 and errno. A
 * kept one is pinned to its thread: once that has ended it reads ESRCH, also
 * when its number is another's. */
int process_keep(struct process *process, int tid, const char *file);
void process_drop(struct process *process, int fd); /* -1 does nothing */

/* Reads a whole small file of /proc: kept (fd >= 0), or by name. Returns its
 * length or -1 and errno. */
ssize_t process_read(struct process *process, int fd, int tid, const char *file,
                     char *buffer, size_t size);

/* What a descriptor leads to (descriptor.h); "" if that cannot be told. */
void process_target(struct process *process, int fd, char *out, size_t size);

#endif
