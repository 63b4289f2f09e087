/* What the process exits with. */
#include "cmd/tally.h"
#include "tap.h"

static struct tally tally;
static struct tally_end end;

/* Forgets all, then counts kinds up to a negative one. */
static void count(const int *kinds)
{
    tally = (struct tally){0};
    end = (struct tally_end){0};
    for (; *kinds >= 0; kinds++) {
        struct fetch_event event = {
            .kind = (enum fetch_event_kind) * kinds,
            .bytes = 10,
            .found = 3,
        };

        tally_event(&tally, &event);
    }
}

#define COUNT(...) count((const int[]){__VA_ARGS__, -1})

static void test_files(void)
{
    COUNT(FETCH_EVENT_ADDED, FETCH_EVENT_STARTED, FETCH_EVENT_RETRY,
          FETCH_EVENT_NOTE, FETCH_EVENT_DONE, FETCH_EVENT_SKIPPED);
    tap_int(tally_status(&tally, &end), 0, "done and skipped");
    tap_int((long long)tally.bytes, 10, "bytes of finished files");
    COUNT(-1);
    tap_int(tally_status(&tally, &end), 0, "nothing to do");
    COUNT(FETCH_EVENT_FAILED);
    tap_int(tally_status(&tally, &end), 1, "nothing done");
    COUNT(FETCH_EVENT_FAILED, FETCH_EVENT_DONE);
    tap_int(tally_status(&tally, &end), 3, "some failed");
    COUNT(FETCH_EVENT_CANCELED, FETCH_EVENT_SKIPPED);
    tap_int(tally_status(&tally, &end), 3, "some canceled");
    COUNT(FETCH_EVENT_DONE, FETCH_EVENT_BAD);
    tap_int(tally_status(&tally, &end), 3, "a line of a list is bad");
}

static void test_harvest(void)
{
    COUNT(FETCH_EVENT_PAGE, FETCH_EVENT_DONE, FETCH_EVENT_BAD);
    end.harvest = true;
    tap_int(tally_status(&tally, &end), 0, "a bad link is no failure");
    COUNT(FETCH_EVENT_BAD);
    end.harvest = true;
    tap_int(tally_status(&tally, &end), 1, "nothing found is one");
    COUNT(FETCH_EVENT_PAGE, FETCH_EVENT_FAILED);
    end.harvest = true;
    tap_int(tally_status(&tally, &end), 1, "found, and not fetched");
}

static void test_ends(void)
{
    COUNT(FETCH_EVENT_DONE);
    end.hooks_failed = 1;
    tap_int(tally_status(&tally, &end), 3, "a hook failed");
    COUNT(FETCH_EVENT_DONE);
    end.output_failed = true;
    tap_int(tally_status(&tally, &end), 1, "the output failed");
    COUNT(FETCH_EVENT_DONE, FETCH_EVENT_FAILED);
    end.output_failed = true;
    tap_int(tally_status(&tally, &end), 3, "and a file too");
    end.interrupted = true;
    tap_int(tally_status(&tally, &end), 130, "interrupted");
}

int main(void)
{
    test_files();
    test_harvest();
    test_ends();
    return tap_done();
}
