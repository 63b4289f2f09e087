/* The one place that takes the download room's events. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "bench_state.h"
#include "plain.h"

enum { EVENTS = 64, SENTENCE = 4096 };

/* "sha256" if the file has the digest that was declared; else "". */
static void find_check(struct fetch *fetch, const struct fetch_event *event,
                       char out[NEWS_CHECK])
{
    struct fetch_detail detail;

    out[0] = '\0';
    if (event->kind != FETCH_EVENT_DONE ||
        !fetch_detail(fetch, event->id, &detail))
        return;
    if (detail.row.check == FETCH_CHECK_OK && detail.digest) {
        size_t len = strcspn(detail.digest, "=");

        if (len < NEWS_CHECK) {
            memcpy(out, detail.digest, len);
            out[len] = '\0';
        }
    }
    fetch_detail_fini(&detail);
}

static void say_each(struct bench *bench, const struct fetch_event *event,
                     const char *check)
{
    enum news_tone tone;
    struct str text;

    str_init(&text, SENTENCE);
    if (news_sentence(event, check, &tone, &text))
        bench_say(bench, (enum bench_tone)tone, "%s", text.data);
    str_fini(&text);
}

static void say_groups(struct bench *bench, int64_t now_ms)
{
    enum news_tone tone;
    struct str text;

    str_init(&text, SENTENCE);
    while (news_next(&bench->news, now_ms, &tone, &text))
        bench_say(bench, (enum bench_tone)tone, "%s", text.data);
    str_fini(&text);
}

/* Where the disk is full, what is queued would fail file by file. Somebody who
 * watches can make room and go on. */
static bool heed_space(struct bench *bench, const struct fetch_event *event)
{
    struct fetch_totals totals;

    if (bench->plain || event->kind != FETCH_EVENT_FAILED ||
        event->err.code != ERR_SPACE)
        return false;
    fetch_totals(bench->engine->fetch, &totals);
    if (totals.held || totals.count[FETCH_QUEUED] == 0)
        return false;
    fetch_pause(bench->engine->fetch, 0);
    bench_say(bench, BENCH_BAD,
              _("the disk is full and all are paused; make room, then P goes "
                "on and R tries what failed"));
    return true;
}

/* Even while the display stands still: the room starts nothing new while many
 * events wait. */
void bench_news_take(struct bench *bench, int64_t now_ms)
{
    struct fetch *fetch = bench->engine->fetch;
    struct fetch_event events[EVENTS];
    size_t count = EVENTS;

    while (fetch && count == EVENTS) {
        count = fetch_events(fetch, events, EVENTS);
        for (size_t i = 0; i < count; i++) {
            char check[NEWS_CHECK] = "";

            bench_memory_event(bench, &events[i]);
            if (bench->plain || bench->news.groups[NEWS_SAVED].count == 0)
                find_check(fetch, &events[i], check);
            if (bench->plain)
                say_each(bench, &events[i], check);
            else if (!heed_space(bench, &events[i]))
                news_add(&bench->news, &events[i], check);
            fetch_event_fini(&events[i]);
        }
    }
    say_groups(bench, now_ms);
}
