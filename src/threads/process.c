#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "threads/descriptor.h"
#include "threads/number.h"

/* So much of what a process may have open is enough for a list; the transfers
 * need the rest. */
enum { BUDGET_PART = 8, BUDGET_MAX = 4096 };
enum { PATH = 64 };

static long budget(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur /= BUDGET_PART;
    return limit.rlim_cur < BUDGET_MAX ? (long)limit.rlim_cur : BUDGET_MAX;
}

static DIR *open_tasks(int fd)
{
    int tasks = openat(fd, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = tasks >= 0 ? fdopendir(tasks) : NULL;

    if (!folder && tasks >= 0)
        close(tasks);
    return folder;
}

bool process_open(struct process *process, pid_t pid)
{
    char path[PATH] = "/proc/self";

    *process = (struct process){.fd = -1, .budget = budget()};
    if (pid > 0)
        snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    process->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (process->fd < 0)
        return false;
    process->tasks = open_tasks(process->fd);
    if (process->tasks)
        return true;
    process_close(process);
    return false;
}

void process_close(struct process *process)
{
    if (process->tasks)
        closedir(process->tasks);
    if (process->fd >= 0)
        close(process->fd);
    process->tasks = NULL;
    process->fd = -1;
}

static int tid_of(const struct dirent *entry)
{
    struct number_text text = {entry->d_name, strlen(entry->d_name)};
    uint64_t value;

    if (!number_decimal(&text, &value) || !number_end(&text) || value > INT_MAX)
        return 0;
    return (int)value;
}

static int compare(const void *a, const void *b)
{
    int left = *(const int *)a;
    int right = *(const int *)b;

    return (left > right) - (left < right);
}

size_t process_tids(struct process *process, int **tids, size_t *room)
{
    const struct dirent *entry;
    size_t count = 0;

    if (!process->tasks)
        return 0;
    rewinddir(process->tasks);
    while ((entry = readdir(process->tasks))) {
        int tid = tid_of(entry);

        if (tid == 0)
            continue;
        if (count == *room) {
            *room = *room ? 2 * *room : 64;
            *tids = mem_resize(*tids, *room, sizeof(**tids));
        }
        (*tids)[count++] = tid;
    }
    qsort(*tids, count, sizeof(**tids), compare);
    return count;
}

static int open_file(const struct process *process, int tid, const char *file)
{
    char path[PATH];

    if (!process->tasks) {
        errno = ENOSYS;
        return -1;
    }
    snprintf(path, sizeof(path), "%d/%s", tid, file);
    return openat(dirfd(process->tasks), path, O_RDONLY | O_CLOEXEC);
}

int process_keep(struct process *process, int tid, const char *file)
{
    int fd;

    if (process->budget <= 0) {
        errno = EMFILE;
        return -1;
    }
    fd = open_file(process, tid, file);
    if (fd >= 0)
        process->budget--;
    return fd;
}

void process_drop(struct process *process, int fd)
{
    if (fd < 0)
        return;
    close(fd);
    process->budget++;
}

ssize_t process_read(struct process *process, int fd, int tid, const char *file,
                     char *buffer, size_t size)
{
    int once = fd < 0 ? open_file(process, tid, file) : fd;
    ssize_t n;
    int why;

    if (once < 0)
        return -1;
    n = pread(once, buffer, size, 0);
    why = errno;
    if (once != fd)
        close(once);
    errno = why;
    return n;
}

void process_target(struct process *process, int fd, char *out, size_t size)
{
    char path[PATH];
    char link[PATH_MAX];
    ssize_t len;

    snprintf(path, sizeof(path), "fd/%d", fd);
    len = readlinkat(process->fd, path, link, sizeof(link));
    descriptor_name(link, len > 0 ? (size_t)len : 0, out, size);
}
