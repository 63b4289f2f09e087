#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

enum { PASSWD_MAX = 1 << 20 };

/* The value of an environment variable that names a folder, or NULL. */
static const char *folder_variable(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] == '/' ? value : NULL;
}

/* The home the password database knows, or NULL. */
static char *passwd_home(void)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char *home = NULL;
    char *room = NULL;

    for (size_t size = 1024; size <= PASSWD_MAX; size *= 2) {
        int result;

        room = mem_resize(room, size, 1);
        result = getpwuid_r(geteuid(), &entry, room, size, &found);
        if (result == 0 && found && found->pw_dir[0] == '/')
            home = mem_strdup(found->pw_dir);
        if (result != ERANGE)
            break;
    }
    mem_free(room);
    return home;
}

static char *home(void)
{
    const char *value = folder_variable("HOME");

    return value ? mem_strdup(value) : passwd_home();
}

/* $VARIABLE/threadlab, or $HOME/FALLBACK/threadlab. */
static char *find(const char *variable, const char *fallback, struct err *err)
{
    const char *value = folder_variable(variable);
    char *start;
    char *folder;
    char *path;

    if (value)
        return path_join(value, "threadlab");
    start = home();
    if (!start) {
        err_set(err, ERR_MISSING,
                "there is no home folder: set HOME or %s to a full path",
                variable);
        return NULL;
    }
    folder = path_join(start, fallback);
    path = path_join(folder, "threadlab");
    mem_free(folder);
    mem_free(start);
    return path;
}

char *path_config(struct err *err)
{
    return find("XDG_CONFIG_HOME", ".config", err);
}

char *path_data(struct err *err)
{
    return find("XDG_DATA_HOME", ".local/share", err);
}

char *path_state(struct err *err)
{
    return find("XDG_STATE_HOME", ".local/state", err);
}

char *path_cache(struct err *err)
{
    return find("XDG_CACHE_HOME", ".cache", err);
}

/* Looked at through one descriptor, which cannot be swapped in between. */
static bool check_own(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    bool ok = false;

    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
        err_set(err, ERR_REFUSED,
                "%s is not a folder: remove it, it stands where the private "
                "folder belongs",
                path);
    } else if (fd < 0 || fstat(fd, &status) != 0) {
        err_errno(err, errno, "cannot look at the folder %s", path);
    } else if (status.st_uid != geteuid() || (status.st_mode & 0077) != 0) {
        err_set(err, ERR_REFUSED,
                "the folder %s is open to other users: remove it, or set "
                "XDG_RUNTIME_DIR",
                path);
    } else {
        ok = true;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

char *path_runtime_name(void)
{
    const char *value = folder_variable("XDG_RUNTIME_DIR");
    char name[40];

    if (value)
        return path_join(value, "threadlab");
    value = folder_variable("TMPDIR");
    snprintf(name, sizeof(name), "threadlab-%lu", (unsigned long)geteuid());
    return path_join(value ? value : "/tmp", name);
}

char *path_runtime(struct err *err)
{
    char *path = path_runtime_name();

    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        err_errno(err, errno, "cannot make the folder %s", path);
        MEM_CLEAR(path);
    } else if (!check_own(path, err)) {
        MEM_CLEAR(path);
    }
    return path;
}

char *path_join(const char *folder, const char *name)
{
    size_t len = strlen(folder);
    bool root = len > 0 && folder[0] == '/';

    while (len > 0 && folder[len - 1] == '/')
        len--;
    if (len == 0 && !root)
        return mem_printf("%s", name);
    name += strspn(name, "/");
    return mem_printf("%.*s/%s", (int)len, folder, name);
}

char *path_expand(const char *path)
{
    char *start = NULL;
    char *full;

    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
        start = home();
    if (!start)
        return mem_printf("%s", path);
    full = path[1] ? path_join(start, path + 1) : mem_printf("%s", start);
    mem_free(start);
    return full;
}

/* One folder whose parent is there. */
static bool make_one(const char *path, mode_t mode, struct err *err)
{
    struct stat status;
    int errnum;

    if (mkdir(path, mode) == 0)
        return true;
    errnum = errno;
    /* Some systems say something else than EEXIST of what is there. */
    if (stat(path, &status) != 0)
        return err_errno(err, errnum, "cannot make the folder %s", path);
    return S_ISDIR(status.st_mode) ||
           err_set(err, ERR_EXISTS,
                   "cannot make the folder %s: something else has that name",
                   path);
}

bool path_make(const char *path, mode_t mode, struct err *err)
{
    char *copy = mem_printf("%s", path);
    char *end = copy;
    bool ok = true;

    if (path[0] == '\0')
        ok = err_set(err, ERR_USAGE, "the name of a folder is empty");
    while (ok && *end) {
        char after;

        end += strspn(end, "/");
        end += strcspn(end, "/");
        after = *end;
        *end = '\0';
        ok = make_one(copy, mode, err);
        *end = after;
        if (end[strspn(end, "/")] == '\0')
            break;
    }
    mem_free(copy);
    return ok;
}
