/* A library to preload: writes down, in order, what a program writes to files
 * by pwrite(2) and ftruncate(2), when it syncs them, and what it tells its
 * standard output. The log is what RECORD names. For power_cut.py, which makes
 * of it what a disk may hold when the power fails.
 *
 * Each event is a line, "W FILE OFFSET LEN" with LEN bytes behind it, "T FILE
 * SIZE", "S FILE 0", or "A LEN" with its bytes. FILE is its name without the
 * folder, as an inode is soon used again.
 *
 * And faults: FAIL_SYNC=N lets the N-th sync and all after it fail with EIO,
 * FAIL_WRITE=N the same of writes. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static FILE *record;

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset);
ssize_t pwrite64(int fd, const void *data, size_t len, off64_t offset);

/* false: nothing is recorded. The mutex is held. */
static bool start(void)
{
    const char *path = getenv("RECORD");

    if (!record && path)
        record = fopen(path, "we");
    return record != NULL;
}

static const char *name_of(int fd, char name[512])
{
    char link[64];
    const char *slash;
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, name, 511);
    name[len > 0 ? len : 0] = '\0';
    slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* Is this one to fail? The mutex is not held. */
static bool fails(const char *variable, long *count)
{
    const char *from = getenv(variable);
    bool yes;

    pthread_mutex_lock(&mutex);
    yes = from && ++*count >= atol(from);
    pthread_mutex_unlock(&mutex);
    errno = EIO;
    return yes;
}

static long syncs;
static long writes;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note_write(int fd, const void *data, ssize_t len, off64_t offset)
{
    char name[512];

    pthread_mutex_lock(&mutex);
    if (len > 0 && start()) {
        fprintf(record, "W %s %lld %zd\n", name_of(fd, name), (long long)offset,
                len);
        fwrite(data, 1, (size_t)len, record);
    }
    pthread_mutex_unlock(&mutex);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
    ssize_t got = fails("FAIL_WRITE", &writes)
                      ? -1
                      : REAL(pwrite64)(fd, data, len, offset);

    note_write(fd, data, got, offset);
    return got;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    ssize_t got =
        fails("FAIL_WRITE", &writes) ? -1 : REAL(pwrite)(fd, data, len, offset);

    note_write(fd, data, got, offset);
    return got;
}

static void note(char what, int fd, long long value)
{
    char name[512];

    pthread_mutex_lock(&mutex);
    if (start())
        fprintf(record, "%c %s %lld\n", what, name_of(fd, name), value);
    pthread_mutex_unlock(&mutex);
}

int ftruncate64(int fd, off64_t size)
{
    int result = REAL(ftruncate64)(fd, size);

    if (result == 0)
        note('T', fd, (long long)size);
    return result;
}

int ftruncate(int fd, off_t size)
{
    int result = REAL(ftruncate)(fd, size);

    if (result == 0)
        note('T', fd, (long long)size);
    return result;
}

int fdatasync(int fd)
{
    int result = fails("FAIL_SYNC", &syncs) ? -1 : REAL(fdatasync)(fd);

    if (result == 0)
        note('S', fd, 0);
    return result;
}

int fsync(int fd)
{
    int result = fails("FAIL_SYNC", &syncs) ? -1 : REAL(fsync)(fd);

    if (result == 0)
        note('S', fd, 0);
    return result;
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (fd == STDOUT_FILENO) {
        pthread_mutex_lock(&mutex);
        if (start()) {
            fprintf(record, "A %zu\n", len);
            fwrite(data, 1, len, record);
        }
        pthread_mutex_unlock(&mutex);
    }
    return REAL(write)(fd, data, len);
}
