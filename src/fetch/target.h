/* Where a finished file goes: its folder, its name, and what happens when the
 * name is taken. Called without the room's lock; takes it to reserve names. */
#ifndef FETCH_TARGET_H
#define FETCH_TARGET_H

#include "fetch/answer.h"
#include "fetch/room.h"

/* The download's folder: its own, opened (and made) on the first call, or the
 * room's. -1 and err if there is none to be had. */
int target_folder(struct fetch *room, struct download *download,
                  struct err *err);

/* The name it will likely have, before any answer. The caller frees. */
char *target_guess(const struct download *download)
    __attribute__((returns_nonnull));

/* Its name, once the server has answered: given by the user, made by the
 * template, declared by the server, or the last part of the URL; may have
 * folders in it when a template says so. The caller frees. */
char *target_name(const struct fetch *room, const struct download *download,
                  const struct answer *answer, const char *final_url)
    __attribute__((returns_nonnull));

/* Is there something called name in the download's folder? */
bool target_exists(struct fetch *room, struct download *download,
                   const char *name);

enum target_result { TARGET_PLACED, TARGET_SKIPPED, TARGET_FAILED };

/* Gives the file its name: the part's data of length bytes, or without a part
 * the bytes in memory. *path: what it is called now, relative to the current
 * folder or absolute as the folder was given; the caller frees. err is filled
 * unless it was placed. */
enum target_result target_place(struct fetch *room, struct download *download,
                                const void *bytes, uint64_t length, char **path,
                                struct err *err);

#endif
