#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "shot.h"

static bool write_all(int fd, const struct str *text)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t got = write(fd, text->data + done, text->len - done);

        if (got < 0 && errno != EINTR)
            return false;
        if (got > 0)
            done += (size_t)got;
    }
    return true;
}

/* A rename would put a file in the place of a link or a device. */
static bool may_replace(const char *path, struct err *err)
{
    struct stat status;

    if (path[0] == '\0' || strcmp(path, "-") == 0)
        return err_set(err, ERR_USAGE,
                       _("a screenshot needs the name of a file: end it in "
                         ".svg, .ans or .txt"));
    if (lstat(path, &status) != 0)
        return errno == ENOENT ||
               err_errno(err, errno, _("cannot write the screenshot %s"), path);
    if (S_ISDIR(status.st_mode))
        return err_set(err, ERR_EXISTS,
                       _("cannot write the screenshot %s: it is a folder, add "
                         "the name of a file"),
                       path);
    return S_ISREG(status.st_mode) ||
           err_set(
               err, ERR_REFUSED,
               _("cannot write the screenshot %s: what has that name is not "
                 "a plain file, choose another"),
               path);
}

/* In the folder of path, under a short name: path's may be as long as names
 * get. */
static char *temp_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    uint64_t number = 0;

    (void)!getrandom(&number, sizeof(number), 0);
    return mem_printf("%.*s.shot-%016llx", slash ? (int)(slash + 1 - path) : 0,
                      path, (unsigned long long)number);
}

static bool write_file(const char *path, const struct str *text,
                       struct err *err)
{
    char *temp = temp_name(path);
    int fd =
        open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && write_all(fd, text) && rename(temp, path) == 0;

    if (!ok)
        err_errno(err, errno, _("cannot write the screenshot %s"), path);
    if (!ok && fd >= 0)
        (void)unlink(temp);
    if (fd >= 0)
        close(fd);
    mem_free(temp);
    return ok;
}

bool shot_save(const struct shot *shot, const char *path, struct err *err)
{
    static void (*const render[])(const struct shot *, struct str *) = {
        [SHOT_TEXT] = shot_text,
        [SHOT_ANSI] = shot_ansi,
        [SHOT_SVG] = shot_svg,
    };
    char *full = path_expand(path);
    struct str text;
    bool ok;

    str_init(&text, SHOT_BYTES_MAX);
    ok = may_replace(full, err);
    if (ok) {
        render[shot_format(full)](shot, &text);
        ok = !text.full || err_set(err, ERR_LIMIT,
                                   _("the screen is too large for a picture"));
    }
    ok = ok && write_file(full, &text, err);
    str_fini(&text);
    mem_free(full);
    return ok;
}
