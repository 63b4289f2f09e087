#include "store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mem.h"
#include "path.h"

/* File systems whose shared memory or locks do not reach all users of a file,
 * by the magic numbers of statfs(2). */
static bool is_remote(unsigned type)
{
    static const unsigned types[] = {
        0x6969,     /* NFS */
        0x517b,     /* SMB */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB 2 */
        0x65735546, /* FUSE: sshfs and the like */
        0x01021997, /* 9P */
        0x00c36400, /* Ceph */
        0x0bd00bd0, /* Lustre */
        0x5346414f, /* AFS */
        0x6b414653, /* AFS of the kernel */
        0x73757245, /* Coda */
        0x7461636f, /* OCFS2 */
        0x01161970, /* GFS2 */
        0x19830326, /* BeeGFS */
        0x47504653, /* GPFS */
        0xaad7aaea, /* PanFS */
        0x786f4256, /* shared folder of a virtual machine */
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (type == types[i])
            return true;
    return false;
}

char *store_file_find(const char *path, struct err *err)
{
    char *folder = mem_strdup(path);
    char *name = mem_strdup(path);
    char *real = realpath(dirname(folder), NULL);
    char *full = NULL;
    struct statfs system;

    if (!real)
        err_errno(err, errno, "cannot open the folder of the database %s",
                  path);
    else if (statfs(real, &system) != 0)
        err_errno(err, errno, "cannot look at the file system of %s", path);
    else if (is_remote((unsigned)system.f_type))
        err_set(err, ERR_REFUSED,
                "the database %s is on a network file system, where it would "
                "be damaged: put it on a local disk",
                path);
    else
        full = path_join(real, basename(name));
    free(real);
    mem_free(folder);
    mem_free(name);
    return full;
}

bool store_file_check(const char *path, struct err *err)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return err_errno(err, errno, "cannot open the database %s", path);
    return S_ISREG(status.st_mode) ||
           err_set(err, ERR_REFUSED,
                   "the database %s is a symlink or no file: name the file "
                   "itself",
                   path);
}

/* A file that is there is not opened: closing it would drop the locks sqlite
 * has on it in this process. */
bool store_file_make(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
        return true;
    }
    if (errno != EEXIST)
        return err_errno(err, errno, "cannot make the database %s", path);
    return store_file_check(path, err);
}
