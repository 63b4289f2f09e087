#include "demo_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "fetch/digest.h"
#include "fetch/sums.h"

enum { STEP = 64 * 1024, LIST_MAX = 1024 * 1024 };

/* Gives each part of the file at path to take until that returns false. */
static bool read_file(const char *path,
                      bool (*take)(void *arg, const char *data, size_t len),
                      void *arg, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char *step;
    ssize_t len;
    bool ok = true;

    if (fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    step = mem_new(STEP);
    while (ok && (len = read(fd, step, STEP)) != 0) {
        ok = len > 0 || err_errno(err, errno, "cannot read %s", path);
        if (ok && !take(arg, step, (size_t)len))
            ok = err_set(err, ERR_LIMIT, "%s is too long", path);
    }
    mem_free(step);
    close(fd);
    return ok;
}

static bool gather(void *arg, const char *data, size_t len)
{
    return str_add(arg, data, len);
}

static struct sums *read_sums(const char *dir, struct err *err)
{
    char *path = path_join(dir, "SHA256SUMS");
    struct sums *sums = sums_new();
    struct str text;
    bool ok;

    str_init(&text, LIST_MAX);
    ok = read_file(path, gather, &text, err) &&
         sums_load(sums, text.data, text.len, err);
    str_fini(&text);
    mem_free(path);
    if (ok)
        return sums;
    sums_free(sums);
    return NULL;
}

struct hashed {
    struct digest_stream stream;
    uint64_t bytes;
};

static bool hash_part(void *arg, const char *data, size_t len)
{
    struct hashed *hashed = arg;

    digest_stream_update(&hashed->stream, data, len);
    hashed->bytes += len;
    return true;
}

static bool is_good(const char *path, const struct digest *want,
                    uint64_t *bytes)
{
    struct hashed hashed = {.bytes = 0};
    struct digest got;
    bool ok = digest_stream_init(&hashed.stream, want->algo, NULL) &&
              read_file(path, hash_part, &hashed, NULL) &&
              digest_stream_final(&hashed.stream, &got, NULL) &&
              digest_equal(&got, want);

    digest_stream_fini(&hashed.stream);
    *bytes = hashed.bytes;
    return ok;
}

/* name: as in the list, "films/x.mp4". */
static void check_one(const char *dir, const char *name,
                      const struct sums *sums, struct demo_check *check)
{
    char *path = path_join(dir, name);
    struct digest want;
    uint64_t bytes;

    if (sums_find(sums, name, &want) && is_good(path, &want, &bytes)) {
        check->good++;
        check->bytes += bytes;
    } else {
        check->bad++;
    }
    mem_free(path);
}

static void check_folder(const char *dir, const char *folder,
                         const struct sums *sums, struct demo_check *check)
{
    char *path = path_join(dir, folder);
    DIR *open = opendir(path);
    struct dirent *entry;

    while (open && (entry = readdir(open))) {
        char *name;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        name = path_join(folder, entry->d_name);
        check_one(dir, name, sums, check);
        mem_free(name);
    }
    if (open)
        closedir(open);
    mem_free(path);
}

bool demo_check(const char *dir, const char *const *folders,
                struct demo_check *check, struct err *err)
{
    struct sums *sums = read_sums(dir, err);

    if (!sums)
        return false;
    *check = (struct demo_check){.listed = sums_count(sums)};
    for (; *folders; folders++)
        check_folder(dir, *folders, sums, check);
    sums_free(sums);
    return true;
}
