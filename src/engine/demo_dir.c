#include "demo_dir.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"

enum { DESCRIPTORS = 8 };

static bool is_empty(const char *path, struct err *err)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool empty = true;

    if (!dir)
        return err_errno(err, errno, "cannot read the folder %s", path);
    while (empty && (entry = readdir(dir)))
        empty =
            strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(dir);
    return empty ||
           err_set(err, ERR_EXISTS,
                   "%s is not empty; name a folder that is, or a new one",
                   path);
}

static char *make_temporary(struct err *err)
{
    const char *parent = getenv("TMPDIR");
    char *path = path_join(parent && *parent == '/' ? parent : "/tmp",
                           "threadlab-XXXXXX");

    if (mkdtemp(path))
        return path;
    err_errno(err, errno, "cannot make the folder %s", path);
    mem_free(path);
    return NULL;
}

char *demo_dir_make(const char *name, struct err *err)
{
    if (!name)
        return make_temporary(err);
    if (path_make(name, 0777, err) && is_empty(name, err))
        return mem_strdup(name);
    return NULL;
}

static int remove_one(const char *path, const struct stat *stat, int type,
                      struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

bool demo_dir_remove(const char *path, struct err *err)
{
    if (nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) ==
        0)
        return true;
    return err_errno(err, errno, "cannot remove the folder %s", path);
}
