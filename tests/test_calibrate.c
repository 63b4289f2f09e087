#include "threads/calibrate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

enum { AGAIN = 20 };

static void test_learned(const struct calibrate *calibrate)
{
    static const enum object_path paths[] = {
        PATH_MUTEX, PATH_RWLOCK_READ, PATH_RWLOCK_WRITE, PATH_COND,
        PATH_SEM,   PATH_BARRIER,     PATH_JOIN};
    int wrong = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        bool found = false;

        for (size_t k = 0; k < calibrate->count; k++)
            found |= calibrate->entries[k].path == paths[i];
        tap_ok(found, "path %d has been learned", (int)paths[i]);
    }
    for (size_t i = 0; i < calibrate->count; i++)
        wrong += calibrate_path(calibrate, calibrate->entries[i].code,
                                calibrate->entries[i].back) !=
                 calibrate->entries[i].path;
    tap_int(wrong, 0, "what was learned is told again");
}

static void test_other(const struct calibrate *calibrate)
{
    tap_int(calibrate_path(calibrate, 1, 0), PATH_OTHER, "another place");
    tap_int(calibrate_path(calibrate, UINT64_MAX, UINT64_MAX), PATH_DIRECT,
            "no place in the library");
    tap_int(calibrate_path(calibrate, (uintptr_t)syscall - calibrate->base, 0),
            PATH_DIRECT, "the kernel called as such");
    tap_int(calibrate_word(calibrate, 1), -1, "of which no word is wanted");
}

int main(void)
{
    const struct calibrate blank = {.count = 0};
    struct calibrate calibrate;

    tap_int(calibrate_path(&blank, 1, 1), PATH_UNKNOWN, "nothing learned");
    /* A sanitizer's own functions stand between us and the library's. */
    if (getenv("SANITIZER") && strcmp(getenv("SANITIZER"), "no") != 0)
        return tap_done();
#ifdef __GLIBC__
    int differ = 0;

    calibrate_run(&calibrate);
    for (int i = 0; i < AGAIN; i++) {
        struct calibrate again;

        calibrate_run(&again);
        differ += memcmp(&calibrate, &again, sizeof(again)) != 0;
    }
    tap_int(differ, 0, "it is the same again");
    test_learned(&calibrate);
    test_other(&calibrate);
#else
    calibrate_run(&calibrate);
    tap_int((long long)calibrate.count, 0, "nothing to learn here");
#endif
    return tap_done();
}
