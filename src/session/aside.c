#include "aside.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { NAMES_MAX = 1000 };

static bool is_free(const char *path)
{
    struct stat status;

    return lstat(path, &status) != 0 && errno == ENOENT;
}

/* NULL if all are taken. */
static char *choose(const char *path)
{
    time_t now = time(NULL);
    struct tm date;
    char *name;

    localtime_r(&now, &date);
    name = mem_printf("%s.damaged-%04d-%02d-%02d", path, date.tm_year + 1900,
                      date.tm_mon + 1, date.tm_mday);
    for (int i = 1; !is_free(name); i++) {
        mem_free(name);
        if (i == NAMES_MAX)
            return NULL;
        name =
            mem_printf("%s.damaged-%04d-%02d-%02d.%d", path,
                       date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, i);
    }
    return name;
}

/* path + suffix to to + suffix; one that is not there is fine. */
static bool move(const char *path, const char *to, const char *suffix,
                 struct err *err)
{
    char *from = mem_printf("%s%s", path, suffix);
    char *target = mem_printf("%s%s", to, suffix);
    bool ok = rename(from, target) == 0 || errno == ENOENT ||
              err_errno(err, errno, "cannot move the damaged %s aside", from);

    mem_free(from);
    mem_free(target);
    return ok;
}

/* The log goes first: beside a fresh database it would be taken for its own.
 * The index of the log (-shm) is made anew by sqlite. */
bool aside_move(const char *path, char **to, struct err *err)
{
    char *name = choose(path);

    if (!name)
        return err_set(err, ERR_EXISTS,
                       "%s is damaged and too many damaged ones are kept "
                       "beside it: remove those you do not need",
                       path);
    if (move(path, name, "-wal", err) && move(path, name, "-shm", err) &&
        move(path, name, "", err)) {
        *to = name;
        return true;
    }
    mem_free(name);
    return false;
}
