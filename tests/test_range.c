/* The Range field of a request, form by form. */
#include "origin/range.h"

#include <inttypes.h>

#include "tap.h"

static const struct {
    const char *field;
    uint64_t size;
    enum range_answer want;
    uint64_t first;
    uint64_t last;
} cases[] = {
    {NULL, 10, RANGE_WHOLE, 0, 0},
    {"", 10, RANGE_WHOLE, 0, 0},
    {"bytes=0-0", 10, RANGE_PART, 0, 0},
    {"bytes=0-9", 10, RANGE_PART, 0, 9},
    {"bytes=3-", 10, RANGE_PART, 3, 9},
    {"bytes=3-99", 10, RANGE_PART, 3, 9},
    {"bytes=9-9", 10, RANGE_PART, 9, 9},
    {"bytes=-4", 10, RANGE_PART, 6, 9},
    {"bytes=-10", 10, RANGE_PART, 0, 9},
    {"bytes=-11", 10, RANGE_PART, 0, 9},
    {"BYTES= 2-4 ", 10, RANGE_PART, 2, 4},
    {"bytes=10-", 10, RANGE_NONE, 0, 0},
    {"bytes=10-20", 10, RANGE_NONE, 0, 0},
    {"bytes=-0", 10, RANGE_NONE, 0, 0},
    {"bytes=0-", 0, RANGE_NONE, 0, 0},
    {"bytes=-1", 0, RANGE_NONE, 0, 0},
    {"bytes=18446744073709551615-", 10, RANGE_NONE, 0, 0},
    {"bytes=99999999999999999999999-", 10, RANGE_NONE, 0, 0},
    {"bytes=1-99999999999999999999999", 10, RANGE_PART, 1, 9},
    {"bytes=0-0", UINT64_MAX, RANGE_PART, 0, 0},
    {"bytes=-1", UINT64_MAX, RANGE_PART, UINT64_MAX - 1, UINT64_MAX - 1},
    {"bytes=5-4", 10, RANGE_WHOLE, 0, 0},
    {"bytes=-", 10, RANGE_WHOLE, 0, 0},
    {"bytes=", 10, RANGE_WHOLE, 0, 0},
    {"bytes=1", 10, RANGE_WHOLE, 0, 0},
    {"bytes=1-2,4-5", 10, RANGE_WHOLE, 0, 0},
    {"bytes=1-2x", 10, RANGE_WHOLE, 0, 0},
    {"bytes=+1-2", 10, RANGE_WHOLE, 0, 0},
    {"bytes=1--2", 10, RANGE_WHOLE, 0, 0},
    {"bytes 1-2", 10, RANGE_WHOLE, 0, 0},
    {"lines=1-2", 10, RANGE_WHOLE, 0, 0},
};

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t first = 0;
        uint64_t last = 0;
        enum range_answer answer =
            range_read(cases[i].field, cases[i].size, &first, &last);

        if (!tap_ok(answer == cases[i].want && first == cases[i].first &&
                        last == cases[i].last,
                    "\"%s\" of %" PRIu64 " bytes",
                    cases[i].field ? cases[i].field : "(none)", cases[i].size))
            tap_note("answer %d, %" PRIu64 " to %" PRIu64, (int)answer, first,
                     last);
    }
    return tap_done();
}
