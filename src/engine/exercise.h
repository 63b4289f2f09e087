/* The exercise this program began with, against an origin of its own on the
 * loopback: a feed is searched for pictures, and they and two films are
 * downloaded side by side. For the demo, in a report or on the workbench. Main
 * thread only. */
#ifndef ENGINE_EXERCISE_H
#define ENGINE_EXERCISE_H

#include <stdint.h>

#include "base/err.h"
#include "fetch/fetch.h"
#include "origin/origin.h"

enum {
    EXERCISE_FILMS = 2,
    /* 56 MiB over so many connections at this rate: some seconds to see. */
    EXERCISE_RATE = 1024 * 1024, /* bytes a second and connection */
    EXERCISE_CONNECTIONS = 20
};

struct exercise {
    struct origin *origin;
    char *top; /* the folder, and two in it */
    char *images;
    char *films;
};

/* The names of the two, NULL at the end. */
extern const char *const exercise_folders[];

/* Starts the origin; files are to go below top, which exists. The signals are
 * blocked. */
bool exercise_init(struct exercise *exercise, const char *top, struct err *err)
    __attribute__((warn_unused_result));
void exercise_fini(struct exercise *exercise);

/* Adds its downloads. */
bool exercise_add(struct exercise *exercise, struct fetch *fetch,
                  struct err *err) __attribute__((warn_unused_result));

#endif
