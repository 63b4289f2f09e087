#include "owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

/* The PID in the file; 0 if there is none, as its holder is just starting. */
static long read_pid(const struct guard *guard)
{
    char text[24];
    ssize_t len = pread(guard->fd, text, sizeof(text) - 1, 0);
    long pid;

    text[len > 0 ? len : 0] = '\0';
    pid = strtol(text, NULL, 10);
    return pid > 0 ? pid : 0;
}

static bool busy(const struct guard *guard, struct err *err)
{
    long pid = read_pid(guard);

    if (pid == 0)
        return err_set(err, ERR_BUSY,
                       "another threadlab workbench has this queue");
    return err_set(err, ERR_BUSY,
                   "another threadlab workbench (PID %ld) has this queue", pid);
}

/* Only words for others: a full disk must not keep the workbench away. */
static void write_pid(const struct guard *guard)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

    if (ftruncate(guard->fd, 0) != 0 ||
        pwrite(guard->fd, text, (size_t)len, 0) != len)
        log_write(LOG_WARN, "the session's lock file does not tell our PID");
}

bool owner_take(struct owner *owner, const char *path, struct err *err)
{
    char *name = mem_printf("%s.owner", path);
    bool ok = guard_open(&owner->guard, name, err);

    mem_free(name);
    if (!ok)
        return false;
    if (guard_take(&owner->guard, 0, err)) {
        write_pid(&owner->guard);
        return true;
    }
    if (err->code == ERR_BUSY)
        busy(&owner->guard, err);
    guard_close(&owner->guard);
    return false;
}

void owner_drop(struct owner *owner)
{
    if (owner->guard.held && ftruncate(owner->guard.fd, 0) != 0)
        log_write(LOG_WARN, "the session's lock file keeps our PID");
    guard_close(&owner->guard);
}
