#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "fetch/disposition.h"
#include "fetch/name.h"
#include "fetch/retry_after.h"

enum { NUMBER_MAX = 100000 }; /* f.1 .. f.100000, then it fails */

int target_folder(struct fetch *room, struct download *download,
                  struct err *err)
{
    char *path;

    if (!download->dir)
        return room->dir_fd;
    if (download->dir_fd >= 0)
        return download->dir_fd;
    path = path_expand(download->dir);
    if (path_make(path, 0777, err)) {
        download->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (download->dir_fd < 0)
            err_errno(err, errno, "cannot open the folder %s", path);
    }
    mem_free(path);
    return download->dir_fd;
}

char *target_guess(const struct download *download)
{
    struct str name;

    str_init(&name, NAME_MAX_BYTES + 1);
    if (download->out)
        name_safe(&name, download->out, strlen(download->out), NAME_LAST,
                  NAME_MAX_BYTES);
    else if (!name_from_url(&name, download->mirrors[0].url, NAME_MAX_BYTES))
        str_puts(&name, "index.html");
    return str_take(&name);
}

/* What the server or a URL calls it. */
static void plain_name(struct str *name, const struct download *download,
                       const struct answer *answer, const char *final_url)
{
    struct str raw;

    str_init(&raw, ANSWER_FIELD * 4);
    if (answer->disposition &&
        disposition_name(answer->disposition, strlen(answer->disposition),
                         &raw))
        name_safe(name, raw.data, raw.len, NAME_LAST, NAME_MAX_BYTES);
    else if (!name_from_url(name, download->mirrors[0].url, NAME_MAX_BYTES) &&
             (!final_url || !name_from_url(name, final_url, NAME_MAX_BYTES)))
        str_puts(name, "index.html");
    str_fini(&raw);
}

/* False where the URL has no parts to fill in, or too many folders. */
static bool fill_template(const struct fetch *room,
                          const struct download *download, const char *name,
                          struct str *path)
{
    CURLU *url = curl_url();
    char *host = NULL;
    char *url_path = NULL;
    bool ok = url != NULL &&
              curl_url_set(url, CURLUPART_URL, download->mirrors[0].url, 0) ==
                  CURLUE_OK &&
              curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_PATH, &url_path, 0) == CURLUE_OK;

    ok = ok && template_expand(
                   room->template,
                   &(struct template_values){.name = name,
                                             .host = host,
                                             .path = url_path,
                                             .index = download->index,
                                             .date_s = clock_wall_ms() / 1000},
                   path, NULL);
    curl_free(host);
    curl_free(url_path);
    curl_url_cleanup(url);
    return ok;
}

char *target_name(const struct fetch *room, const struct download *download,
                  const struct answer *answer, const char *final_url)
{
    struct str name;
    struct str path;

    if (download->out)
        return target_guess(download);
    str_init(&name, NAME_MAX_BYTES + 1);
    plain_name(&name, download, answer, final_url);
    if (!room->template)
        return str_take(&name);
    str_init(&path, TEMPLATE_PATH + 1);
    if (!fill_template(room, download, name.data, &path)) {
        str_clear(&path);
        str_puts(&path, name.data);
    }
    str_fini(&name);
    return str_take(&path);
}

bool target_exists(struct fetch *room, struct download *download,
                   const char *name)
{
    int dir_fd = target_folder(room, download, NULL);
    struct stat st;

    return dir_fd >= 0 && fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Opens (and makes) the folders of path below dir_fd, never through a symlink,
 * and leaves *name at the last component. -1 and err on failure; the caller
 * closes what is not dir_fd itself. */
static int descend(int dir_fd, const char *path, const char **name,
                   struct err *err)
{
    int at_fd = dir_fd;
    const char *slash;

    while ((slash = strchr(path, '/')) != NULL) {
        char *folder = mem_strndup(path, (size_t)(slash - path));
        int next_fd;

        if (mkdirat(at_fd, folder, 0777) != 0 && errno != EEXIST)
            next_fd = -1;
        else
            next_fd = openat(at_fd, folder,
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next_fd < 0)
            err_errno(err, errno, "cannot use the folder %s", folder);
        if (at_fd != dir_fd)
            close(at_fd);
        mem_free(folder);
        if (next_fd < 0)
            return -1;
        at_fd = next_fd;
        path = slash + 1;
    }
    *name = path;
    return at_fd;
}

/* True if no other download of this run has taken the name. */
static bool reserve(struct fetch *room, const struct download *download,
                    const char *path)
{
    const char *folder = download->dir ? download->dir : "";
    uint64_t hash = room->fold_names ? name_fold_hash(folder, path)
                                     : name_hash(folder, path);
    bool ours;

    room_take(room);
    ours = set_add(&room->names, hash);
    room_drop(room);
    return ours;
}

struct place {
    struct fetch *room;
    struct download *download;
    const void *bytes;
    uint64_t length;
    int to_fd;
};

static bool give_name(const struct place *place, const char *name, bool replace,
                      struct err *err)
{
    if (place->download->part)
        return part_place(place->download->part, place->to_fd, name,
                          place->length, replace, err);
    return part_place_bytes(place->to_fd, name, place->bytes,
                            (size_t)place->length, replace, err);
}

/* Overwriting is for regular files: a symlink, a folder or a pipe with that
 * name was put there for a reason. */
static bool replaceable(int to_fd, const char *name, struct err *err)
{
    struct stat st;

    if (fstatat(to_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISREG(st.st_mode))
        return true;
    return err_set(err, ERR_REFUSED,
                   "%s exists and is not a regular file; it is left alone",
                   name);
}

/* One name is tried. *again: it is taken, another may do. */
static enum target_result try_name(const struct place *place, const char *path,
                                   const char *name, unsigned n, bool *again,
                                   struct err *err)
{
    enum fetch_exists policy = place->room->options.on_exists;
    bool ours = reserve(place->room, place->download, path);
    bool replace = ours && n == 0 && policy == FETCH_OVERWRITE;
    bool numbered;

    *again = false;
    if (replace && !replaceable(place->to_fd, name, err))
        return TARGET_FAILED;
    if (ours && give_name(place, name, replace, err))
        return TARGET_PLACED;
    if (ours && err->code != ERR_EXISTS)
        return TARGET_FAILED;
    /* Taken by this run: two files that happen to share a name are both
     * wanted. Taken before: as the user says. */
    numbered = !ours || policy == FETCH_RENAME || policy == FETCH_OVERWRITE;
    *again = numbered && policy != FETCH_FAIL;
    err_set(err, ERR_EXISTS, "%s exists already", name);
    return policy == FETCH_SKIP ? TARGET_SKIPPED : TARGET_FAILED;
}

static char *full_path(const struct fetch *room,
                       const struct download *download, const char *path)
{
    const char *dir = download->dir ? download->dir : room->options.dir;

    return dir ? path_join(dir, path) : mem_strdup(path);
}

/* Last-Modified, or "@SECONDS" as FTP's time is kept. A date that cannot be
 * read leaves the file's own. */
static void set_time(const struct download *download, int to_fd,
                     const char *name)
{
    const char *text = download->seen.last_modified;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
    int64_t time_s;

    if (!text)
        return;
    if (text[0] == '@')
        time_s = strtoll(text + 1, NULL, 10);
    else if (!http_date(text, strlen(text), clock_wall_ms() / 1000, &time_s))
        return;
    times[1].tv_sec = (time_t)time_s;
    (void)utimensat(to_fd, name, times, AT_SYMLINK_NOFOLLOW);
}

static enum target_result place_numbered(struct place *place, const char *path,
                                         const char *name, char **full,
                                         struct err *err)
{
    enum target_result result = TARGET_FAILED;
    size_t folders = (size_t)(name - path);
    bool again = true;
    struct str try;

    str_init(&try, TEMPLATE_PATH + 1);
    for (unsigned n = 0; again && n <= NUMBER_MAX; n++) {
        struct str numbered;

        str_clear(&try);
        str_add(&try, path, folders);
        str_init(&numbered, NAME_MAX_BYTES + 1);
        if (n == 0)
            str_puts(&numbered, name);
        else
            name_numbered(&numbered, name, n, NAME_MAX_BYTES);
        str_puts(&try, numbered.data);
        str_fini(&numbered);
        result = try_name(place, try.data, try.data + folders, n, &again, err);
    }
    if (result == TARGET_PLACED) {
        *full = full_path(place->room, place->download, try.data);
        if (place->room->options.remote_time)
            set_time(place->download, place->to_fd, try.data + folders);
    }
    str_fini(&try);
    return result;
}

enum target_result target_place(struct fetch *room, struct download *download,
                                const void *bytes, uint64_t length, char **path,
                                struct err *err)
{
    int dir_fd = target_folder(room, download, err);
    enum target_result result;
    const char *name;
    struct place place = {
        .room = room, .download = download, .bytes = bytes, .length = length};

    *path = NULL;
    if (dir_fd < 0)
        return TARGET_FAILED;
    place.to_fd = descend(dir_fd, download->name, &name, err);
    if (place.to_fd < 0)
        return TARGET_FAILED;
    result = place_numbered(&place, download->name, name, path, err);
    if (place.to_fd != dir_fd)
        close(place.to_fd);
    return result;
}
