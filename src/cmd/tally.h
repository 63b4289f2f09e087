/* What became of a run, and what the process exits with for it. Pure. */
#ifndef CMD_TALLY_H
#define CMD_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/fetch.h"

struct tally {
    uint64_t done;
    uint64_t skipped;
    uint64_t failed; /* files and pages */
    uint64_t canceled;
    uint64_t bad;   /* lines of lists, links and arguments of no use */
    uint64_t found; /* links out of pages that are of use */
    uint64_t bytes; /* of finished files */
};

void tally_event(struct tally *tally, const struct fetch_event *event);

struct tally_end {
    bool harvest; /* links come from pages: useless ones are no failure, but
                     none at all is */
    bool interrupted;
    bool output_failed;
    uint64_t hooks_failed;
};

/* 0 all done, 1 failed (nothing done), 3 some failed, 130 interrupted. */
int tally_status(const struct tally *tally, const struct tally_end *end);

#endif
