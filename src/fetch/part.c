#include "part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "fetch/name.h"

enum {
    RESERVE_MIN = 4 << 20 /* smaller files are not worth a reservation */
};

static struct part *new_part(int dir_fd, const char *name, const char *url)
{
    struct part *part = mem_new(sizeof(*part));
    struct str str;

    *part = (struct part){.dir_fd = dir_fd, .fd = -1, .journal_fd = -1};
    str_init(&str, NAME_MAX_BYTES + 1);
    name_part(&str, name, url, ".part");
    part->name = str_take(&str);
    name_part(&str, name, url, ".journal");
    part->journal_name = str_take(&str);
    str_fini(&str);
    return part;
}

void part_free(struct part *part)
{
    if (!part)
        return;
    if (part->fd >= 0)
        close(part->fd);
    if (part->journal_fd >= 0)
        close(part->journal_fd);
    mem_free(part->name);
    mem_free(part->journal_name);
    mem_free(part);
}

/* Takes the name by an empty file of ours, and renames over that. */
static bool rename_over_own(int from_fd, const char *from, int to_fd,
                            const char *to)
{
    int fd = openat(to_fd, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int cause;

    if (fd < 0)
        return false;
    close(fd);
    if (renameat(from_fd, from, to_fd, to) == 0)
        return true;
    cause = errno;
    (void)unlinkat(to_fd, to, 0);
    errno = cause;
    return false;
}

/* rename(2) that never replaces. Not every file system knows the flag; a link
 * and an unlink do the same in two steps. Some (exFAT, many of FUSE) have no
 * links either. */
static bool rename_new(int from_fd, const char *from, int to_fd, const char *to)
{
    if (renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    if (linkat(from_fd, from, to_fd, to, 0) == 0) {
        (void)unlinkat(from_fd, from, 0);
        return true;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS &&
        errno != EINVAL && errno != EMLINK)
        return false;
    return rename_over_own(from_fd, from, to_fd, to);
}

static bool give_name(int from_fd, const char *from, int to_fd, const char *to,
                      bool replace)
{
    return replace ? renameat(from_fd, from, to_fd, to) == 0
                   : rename_new(from_fd, from, to_fd, to);
}

/* True if the part's name still stands for the file st. Between an open and the
 * lock another process may have given the file its final name. */
static bool still_there(const struct part *part, const struct stat *st)
{
    struct stat now;

    return fstatat(part->dir_fd, part->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

/* Opens the data file and keeps others off it. */
static bool open_data(struct part *part, int flags, struct err *err)
{
    struct stat st;

    part->fd =
        openat(part->dir_fd, part->name,
               O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags, 0666);
    if (part->fd < 0 && errno == ELOOP)
        return err_set(
            err, ERR_REFUSED,
            "the part %s is a symlink and is not followed; remove it",
            part->name);
    if (part->fd < 0)
        return err_errno(err, errno, "cannot open the part %s", part->name);
    if (fstat(part->fd, &st) != 0)
        return err_errno(err, errno, "cannot look at the part %s", part->name);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_REFUSED,
                       "the part %s is not a regular file; remove it",
                       part->name);
    if (flock(part->fd, LOCK_EX | LOCK_NB) != 0 || !still_there(part, &st))
        return err_set(err, ERR_BUSY,
                       "%s is being written by another download; wait for it "
                       "or end it",
                       part->name);
    return true;
}

/* A journal that stayed behind would claim bytes of the data that come now. */
static bool forget_journal(struct part *part, struct err *err)
{
    return unlinkat(part->dir_fd, part->journal_name, 0) == 0 ||
           errno == ENOENT ||
           err_errno(err, errno, "cannot remove the journal %s",
                     part->journal_name);
}

struct part *part_new(int dir_fd, const char *name, const char *url,
                      struct err *err)
{
    struct part *part = new_part(dir_fd, name, url);

    /* Only when it is ours may it be emptied. */
    if (!open_data(part, O_CREAT, err) || !forget_journal(part, err))
        goto fail;
    if (ftruncate(part->fd, 0) != 0) {
        err_errno(err, errno, "cannot empty the part %s", part->name);
        goto fail;
    }
    return part;
fail:
    part_free(part);
    return NULL;
}

static bool read_journal(struct part *part, struct journal *journal)
{
    struct stat st;
    char *text;
    bool ok = false;

    if (fstat(part->journal_fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size <= 0 || st.st_size > JOURNAL_MAX)
        return false;
    text = mem_new((size_t)st.st_size);
    if (pread(part->journal_fd, text, (size_t)st.st_size, 0) == st.st_size)
        ok = journal_read(journal, text, (size_t)st.st_size, NULL);
    mem_free(text);
    /* What is appended after a torn record would never be read. */
    if (ok && ftruncate(part->journal_fd, (off_t)journal->good) != 0) {
        journal_fini(journal);
        ok = false;
    }
    return ok;
}

/* The journal may have outlived its data (somebody cut or replaced it): spans
 * past the data's end are not there. */
static bool clip_to_data(struct part *part, struct journal *journal,
                         struct err *err)
{
    struct stat st;

    if (fstat(part->fd, &st) != 0)
        return err_errno(err, errno, "cannot look at the part %s", part->name);
    return spans_remove(&journal->done, (uint64_t)st.st_size, UINT64_MAX);
}

/* Opens both files. The data comes first: a journal that was opened before its
 * data are locked may be one that another process has dropped. */
static bool find(struct part *part, bool *found, struct err *err)
{
    *found = false;
    if (faccessat(part->dir_fd, part->name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (!open_data(part, 0, err))
        return false;
    part->journal_fd =
        openat(part->dir_fd, part->journal_name,
               O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    *found = part->journal_fd >= 0;
    return *found || errno == ENOENT ||
           err_errno(err, errno, "cannot open the journal %s",
                     part->journal_name);
}

bool part_any(int dir_fd)
{
    static const char suffix[] = ".journal";
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    bool any = false;

    if (!dir) {
        if (fd >= 0)
            close(fd);
        return true;
    }
    while (!any && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);

        any = len >= sizeof(suffix) &&
              strcmp(entry->d_name + len - strlen(suffix), suffix) == 0;
    }
    closedir(dir);
    return any;
}

bool part_resume(int dir_fd, const char *name, const char *url,
                 struct part **result, struct journal *journal, struct err *err)
{
    struct part *part = new_part(dir_fd, name, url);
    bool found;
    bool ok;

    *result = NULL;
    ok = find(part, &found, err);
    found = ok && found && read_journal(part, journal);
    if (found && !clip_to_data(part, journal, err)) {
        journal_fini(journal);
        ok = false;
    }
    if (found && ok)
        *result = part;
    else
        part_free(part);
    return ok;
}

static void drop_journal(struct part *part)
{
    if (part->journal_fd < 0)
        return;
    close(part->journal_fd);
    part->journal_fd = -1;
    (void)unlinkat(part->dir_fd, part->journal_name, 0);
}

/* How large is the user's file, and all of it on the disk? */
static bool look_at_file(int dir_fd, const char *file, uint64_t *bytes,
                         struct err *err)
{
    int fd =
        openat(dir_fd, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    bool ok = fd >= 0 && fstat(fd, &st) == 0;

    if (!ok && fd < 0 && errno == ELOOP)
        return err_set(err, ERR_REFUSED,
                       "%s is a symlink and is not followed; remove it", file);
    if (!ok)
        err_errno(err, errno, "cannot take over %s", file);
    else if (!S_ISREG(st.st_mode))
        ok = err_set(err, ERR_REFUSED, "%s is not a regular file", file);
    else if (fdatasync(fd) != 0)
        ok = err_errno(err, errno, "cannot flush %s to the disk", file);
    if (ok)
        *bytes = (uint64_t)st.st_size;
    if (fd >= 0)
        close(fd);
    return ok;
}

struct part *part_adopt(int dir_fd, const char *file, const char *name,
                        const char *url, struct journal *journal,
                        struct err *err)
{
    struct part *part = part_new(dir_fd, name, url, err);
    uint64_t bytes = 0;

    if (!part)
        return NULL;
    if (!look_at_file(dir_fd, file, &bytes, err))
        goto fail;
    journal->url = mem_strdup(url);
    journal->own = (int64_t)bytes;
    (void)spans_add(&journal->done, 0, bytes);
    if (!part_journal(part, journal, err))
        goto fail;
    /* In the place of the empty part that kept others away. Its journal stands
     * already, and claims nothing of an empty part. */
    if (renameat(dir_fd, file, dir_fd, part->name) != 0) {
        err_errno(err, errno, "cannot take over %s", file);
        goto fail;
    }
    close(part->fd);
    part->fd = -1;
    if (open_data(part, 0, err))
        return part;
    /* It was never ours: under its own name again. Where that cannot be, the
     * journal stays: it is a part, and whole. */
    if (rename_new(dir_fd, part->name, dir_fd, file))
        drop_journal(part);
    part_free(part);
    return NULL;
fail:
    part_remove(part);
    part_free(part);
    return NULL;
}

bool part_reserve(struct part *part, uint64_t length, struct err *err)
{
    struct statfs fs;

    if (length < RESERVE_MIN || fstatfs(part->fd, &fs) != 0)
        return true;
    /* Some file systems of programs tell nothing of their size. */
    if (fs.f_blocks > 0 && fs.f_bsize > 0 &&
        length / (uint64_t)fs.f_bsize > fs.f_bavail)
        return err_set(err, ERR_SPACE, "no space for %s; free some and retry",
                       part->name);
    /* On tmpfs a reservation is a full pass over memory. */
    if (fs.f_type == TMPFS_MAGIC)
        return true;
    if (fallocate(part->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)length) != 0 &&
        (errno == ENOSPC || errno == EFBIG || errno == EDQUOT))
        return err_errno(err, errno, "cannot reserve room for %s", part->name);
    return true;
}

static bool write_all(int fd, const char *data, size_t len, off_t offset)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, data, len, offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO;
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
        offset += n;
    }
    return true;
}

bool part_write(struct part *part, const void *data, size_t len,
                uint64_t offset, struct err *err)
{
    if (write_all(part->fd, data, len, (off_t)offset))
        return true;
    return err_errno(err, errno, "cannot write %s", part->name);
}

bool part_read(struct part *part, void *data, size_t len, uint64_t offset,
               struct err *err)
{
    char *at = data;

    while (len > 0) {
        ssize_t n = pread(part->fd, at, len, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, errno, "cannot read %s", part->name);
        if (n == 0)
            return err_set(err, ERR_IO, "%s is shorter than it was",
                           part->name);
        at += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

bool part_flush(struct part *part, struct err *err)
{
    /* The kernel tells of lost pages once; the next flush would succeed. */
    if (part->lost)
        return err_set(err, ERR_IO,
                       "%s could not be flushed to the disk before, so what is "
                       "in it cannot be trusted",
                       part->name);
    if (fdatasync(part->fd) == 0)
        return true;
    part->lost = true;
    return err_errno(err, errno, "cannot flush %s to the disk", part->name);
}

bool part_append(struct part *part, const struct str *records, struct err *err)
{
    off_t end = lseek(part->journal_fd, 0, SEEK_END);
    ssize_t n = write(part->journal_fd, records->data, records->len);
    int cause;

    if (n == (ssize_t)records->len && fdatasync(part->journal_fd) == 0)
        return true;
    cause = n < 0 || n == (ssize_t)records->len ? errno : ENOSPC;
    /* What comes after a torn record would never be read. */
    if (end < 0 || ftruncate(part->journal_fd, end) != 0)
        drop_journal(part);
    return err_errno(err, cause, "cannot write the journal %s",
                     part->journal_name);
}

static bool empty_journal(struct part *part, struct err *err)
{
    if (part->journal_fd < 0)
        part->journal_fd = openat(part->dir_fd, part->journal_name,
                                  O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW |
                                      O_CLOEXEC | O_NONBLOCK,
                                  0666);
    return (part->journal_fd >= 0 && ftruncate(part->journal_fd, 0) == 0) ||
           err_errno(err, errno, "cannot make the journal %s",
                     part->journal_name);
}

bool part_journal(struct part *part, const struct journal *journal,
                  struct err *err)
{
    struct str text;
    bool ok;

    str_init(&text, JOURNAL_MAX);
    ok = journal_header(&text, journal);
    for (size_t i = 0; ok && i < journal->done.count; i++)
        ok = journal_span(&text, journal->done.list[i].start,
                          journal->done.list[i].end);
    if (!ok)
        err_set(err, ERR_LIMIT, "the journal of %s would be too large",
                part->name);
    ok = ok && empty_journal(part, err) && part_append(part, &text, err);
    /* Spans without a header before them would never be read. */
    if (!ok)
        drop_journal(part);
    str_fini(&text);
    return ok;
}

bool part_reset(struct part *part, struct err *err)
{
    drop_journal(part);
    if (ftruncate(part->fd, 0) != 0)
        return err_errno(err, errno, "cannot empty the part %s", part->name);
    part->lost = false;
    return true;
}

bool part_place(struct part *part, int to_fd, const char *name, uint64_t length,
                bool replace, struct err *err)
{
    /* A reservation may reach past the end, and so may a longer first try. */
    if (ftruncate(part->fd, (off_t)length) != 0)
        return err_errno(err, errno, "cannot cut %s to its length", part->name);
    if (!give_name(part->dir_fd, part->name, to_fd, name, replace))
        return err_errno(err, errno, "cannot name the file %s", name);
    drop_journal(part);
    return true;
}

void part_remove(struct part *part)
{
    (void)unlinkat(part->dir_fd, part->name, 0);
    drop_journal(part);
}

/* Links an open file without a name. By its descriptor alone that is for the
 * privileged, and from Linux 6.10 for whoever opened it; by way of /proc for
 * everybody. */
static bool link_nameless(int fd, int to_fd, const char *name)
{
    char path[32];

    if (linkat(fd, "", to_fd, name, AT_EMPTY_PATH) == 0)
        return true;
    if (errno != ENOENT && errno != EPERM)
        return false;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, path, to_fd, name, AT_SYMLINK_FOLLOW) == 0;
}

/* A file without a name gets its own: nothing to clean up after a kill. Where
 * the file system has no O_TMPFILE or /proc is not there: false, errno set, and
 * not EEXIST. */
static bool place_nameless(int to_fd, const char *name, const void *data,
                           size_t len)
{
    int fd = openat(to_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    bool ok;

    if (fd < 0)
        return false;
    ok = write_all(fd, data, len, 0) && link_nameless(fd, to_fd, name);
    close(fd);
    return ok;
}

/* Its own temporary name is locked as any part's: two programs that put the
 * same name at once do not write into one file. */
static bool place_renamed(int to_fd, const char *name, const void *data,
                          size_t len, bool replace, struct err *err)
{
    struct part *part = part_new(to_fd, name, name, err);
    bool ok = part && part_write(part, data, len, 0, err) &&
              part_place(part, to_fd, name, len, replace, err);

    if (part && !ok)
        part_remove(part);
    part_free(part);
    return ok;
}

bool part_place_bytes(int to_fd, const char *name, const void *data, size_t len,
                      bool replace, struct err *err)
{
    if (!replace) {
        if (place_nameless(to_fd, name, data, len))
            return true;
        if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT &&
            errno != EINVAL)
            return err_errno(err, errno, "cannot write %s", name);
    }
    return place_renamed(to_fd, name, data, len, replace, err);
}
