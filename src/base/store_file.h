/* The file of a store (store.h), before sqlite sees it. Any thread. */
#ifndef BASE_STORE_FILE_H
#define BASE_STORE_FILE_H

#include <stdbool.h>

#include "err.h"

/* The full path of a database in a folder that is there; the caller frees it.
 * NULL and ERR_REFUSED on a network file system, where a write-ahead log does
 * not work. */
char *store_file_find(const char *path, struct err *err)
    __attribute__((warn_unused_result));

/* Is it a file? ERR_MISSING, or ERR_REFUSED for a symlink and what is none. */
bool store_file_check(const char *path, struct err *err)
    __attribute__((warn_unused_result));

/* Makes the file if it is not there, so that it is private (0600) from the
 * start; then as store_file_check. */
bool store_file_make(const char *path, struct err *err)
    __attribute__((warn_unused_result));

#endif
