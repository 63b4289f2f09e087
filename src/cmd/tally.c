#include "tally.h"

enum { ALL_DONE = 0, FAILED = 1, SOME_FAILED = 3, INTERRUPTED = 130 };

void tally_event(struct tally *tally, const struct fetch_event *event)
{
    switch (event->kind) {
    case FETCH_EVENT_DONE:
        tally->done++;
        tally->bytes += event->bytes;
        break;
    case FETCH_EVENT_SKIPPED:
        tally->skipped++;
        break;
    case FETCH_EVENT_FAILED:
        tally->failed++;
        break;
    case FETCH_EVENT_CANCELED:
        tally->canceled++;
        break;
    case FETCH_EVENT_BAD:
        tally->bad++;
        break;
    case FETCH_EVENT_PAGE:
        tally->found += event->found - event->bad;
        break;
    case FETCH_EVENT_ADDED:
    case FETCH_EVENT_STARTED:
    case FETCH_EVENT_RETRY:
    case FETCH_EVENT_FOUND:
    case FETCH_EVENT_NOTE:
        break;
    }
}

int tally_status(const struct tally *tally, const struct tally_end *end)
{
    uint64_t wrong = tally->failed + tally->canceled + end->hooks_failed +
                     (end->harvest ? 0 : tally->bad);

    if (end->interrupted)
        return INTERRUPTED;
    if (wrong > 0)
        return tally->done + tally->skipped > 0 ? SOME_FAILED : FAILED;
    if (end->output_failed || (end->harvest && tally->found == 0))
        return FAILED;
    return ALL_DONE;
}
