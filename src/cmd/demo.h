/* What a demo did, in words. Main thread only. */
#ifndef CMD_DEMO_H
#define CMD_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "demo_check.h"
#include "engine/exercise.h"
#include "out.h"

struct demo_files {
    uint64_t count;
    uint64_t bytes;
    int64_t ms; /* each file's own time, added up */
};

struct demo_film {
    char *name; /* NULL: it did not arrive */
    uint64_t bytes;
    int64_t ms;
};

struct demo_result {
    const char *url; /* of the origin */
    const char *dir;
    bool kept; /* dir stays */
    uint64_t rate_bytes_per_s;
    uint64_t links;
    uint64_t duplicates;
    struct demo_files images;
    struct demo_film films[EXERCISE_FILMS];
    int64_t ms; /* all of it, from the first request to the last rename */
    struct origin_stats served;
    struct demo_check check;
    bool checked; /* the check itself could be made */
};

/* All is there and right. */
bool demo_result_good(const struct demo_result *result);

/* Writes the report as results. Looks at the threads that are alive. */
void demo_report(struct out *out, const struct demo_result *result);

#endif
