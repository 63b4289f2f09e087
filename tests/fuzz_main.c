/* Replays a corpus through a fuzz target, for builds without libFuzzer. Each
 * file becomes one test: it passes if the target returns. As fuzz_NAME without
 * arguments the corpus is $srcdir/tests/corpus/NAME; else the arguments are the
 * files. */
#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *path)
{
    perror(path);
    exit(1);
}

static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = 0;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
        fail(path);
    rewind(file);

    /* Exactly as large as the input, so that a sanitizer sees one byte more. */
    uint8_t *data = malloc((size_t)size);
    if ((!data && size > 0) ||
        fread(data, 1, (size_t)size, file) != (size_t)size)
        fail(path);
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    tap_ok(true, "%s", path);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, visible, alphasort);

    if (count < 0)
        fail(folder);
    for (int i = 0; i < count; i++) {
        char *path = NULL;

        if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
            fail(folder);
        replay(path);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

static void replay_corpus(const char *program)
{
    const char *mark = "fuzz_";
    const char *name = strstr(program, mark);
    const char *source = getenv("srcdir");
    char *folder = NULL;

    for (const char *next = name; next; next = strstr(next + 1, mark))
        name = next;
    if (!name)
        fail(program);
    if (asprintf(&folder, "%s/tests/corpus/%s", source ? source : ".",
                 name + strlen(mark)) < 0)
        fail(program);
    replay_folder(folder);
    tap_ok(tap_count > 0, "%s is not empty", folder);
    free(folder);
}

int main(int argc, char **argv)
{
    if (argc == 1)
        replay_corpus(argv[0]);
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    return tap_done();
}
