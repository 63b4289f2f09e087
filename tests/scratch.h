/* A folder of its own for a test program, removed with all in it at its end. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_folder[256];

/* Makes it under $TMPDIR or /tmp; ends the program if that cannot be. */
__attribute__((unused)) static void scratch_open(void)
{
    const char *start = getenv("TMPDIR");

    snprintf(scratch_folder, sizeof(scratch_folder), "%s/threadlab-XXXXXX",
             start && start[0] ? start : "/tmp");
    if (!mkdtemp(scratch_folder)) {
        perror(scratch_folder);
        exit(99);
    }
}

/* The path of name in the folder; good for 4 calls. */
__attribute__((unused)) static const char *scratch(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", scratch_folder, name);
    return path;
}

/* Removes what is in the folder at path, some levels deep, and the folder. */
__attribute__((unused)) static void scratch_remove(const char *path, int depth)
{
    DIR *folder = opendir(path);
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char name[1024];

        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' &&
            (entry->d_name[1] == '\0' || entry->d_name[1] == '.'))
            continue;
        if (unlink(name) != 0 && depth > 0)
            scratch_remove(name, depth - 1);
    }
    if (folder)
        closedir(folder);
    rmdir(path);
}

__attribute__((unused)) static void scratch_close(void)
{
    scratch_remove(scratch_folder, 4);
}

#endif
