#include "paths.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"

/* A person waits for the answer. */
enum { ENTRIES_MAX = 20000, FOUND_MAX = CANDIDATES_MAX };

struct paths {
    char *front; /* of what is typed, up to and with the last slash */
    const char *begin;
    char *names[FOUND_MAX];
    size_t count;
};

static bool is_folder(const char *path, const struct dirent *entry)
{
    struct stat stat_of;
    char *full;
    bool folder;

    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return entry->d_type == DT_DIR;
    full = path_join(path, entry->d_name);
    folder = stat(full, &stat_of) == 0 && S_ISDIR(stat_of.st_mode);
    mem_free(full);
    return folder;
}

static bool fits(const struct paths *paths, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        (name[0] == '.' && paths->begin[0] != '.'))
        return false;
    return strncmp(name, paths->begin, strlen(paths->begin)) == 0;
}

static void read_folder(struct paths *paths, const char *path,
                        bool folders_only)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    if (!folder)
        return;
    for (size_t i = 0; i < ENTRIES_MAX && paths->count < FOUND_MAX &&
                       (entry = readdir(folder));
         i++) {
        bool is_dir = fits(paths, entry->d_name) && is_folder(path, entry);

        if (fits(paths, entry->d_name) && (is_dir || !folders_only))
            paths->names[paths->count++] = mem_printf(
                "%s%s%s", paths->front, entry->d_name, is_dir ? "/" : "");
    }
    closedir(folder);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void paths_complete(struct candidates *candidates, bool folders_only)
{
    const char *typed = candidates->typed;
    const char *slash = strrchr(typed, '/');
    struct paths paths = {.begin = slash ? slash + 1 : typed};
    char *path;

    if (strcmp(typed, "~") == 0) {
        candidates_add(candidates, "~/");
        return;
    }
    paths.front = mem_strndup(typed, (size_t)(paths.begin - typed));
    path = path_expand(*paths.front ? paths.front : ".");
    read_folder(&paths, path, folders_only);
    qsort(paths.names, paths.count, sizeof(*paths.names), by_name);
    for (size_t i = 0; i < paths.count; i++) {
        candidates_add(candidates, paths.names[i]);
        mem_free(paths.names[i]);
    }
    mem_free(path);
    mem_free(paths.front);
}
