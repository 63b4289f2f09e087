#include "news.h"

#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/text.h"

enum { ROUND_MS = 1000 };

static const char *last_part(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash && slash[1] ? slash + 1 : path;
}

/* What a person knows a download by. */
static const char *name_of(const struct fetch_event *event)
{
    if (event->path && *event->path)
        return last_part(event->path);
    return event->url ? event->url : "-";
}

static void say_done(const struct fetch_event *event, const char *check,
                     struct str *out)
{
    char bytes[FMT_MAX];

    str_printf(out, _("saved %s (%s)"), name_of(event),
               fmt_bytes(bytes, event->bytes));
    if (*check)
        str_printf(out, _(", %s ok"), check);
}

static void say_started(const struct fetch_event *event, struct str *out)
{
    char bytes[FMT_MAX];

    if (event->total >= 0)
        str_printf(out, _("started %s (%s)"), name_of(event),
                   fmt_bytes(bytes, (uint64_t)event->total));
    else
        str_printf(out, _("started %s"), name_of(event));
}

bool news_sentence(const struct fetch_event *event, const char *check,
                   enum news_tone *tone, struct str *out)
{
    char time[FMT_MAX];

    *tone = NEWS_NOTE;
    switch (event->kind) {
    case FETCH_EVENT_STARTED:
        say_started(event, out);
        return true;
    case FETCH_EVENT_RETRY:
        str_printf(out, _("%s: %s; trying again in %s"), name_of(event),
                   event->err.text, fmt_ms(time, event->wait_ms));
        return true;
    case FETCH_EVENT_DONE:
        *tone = NEWS_GOOD;
        say_done(event, check, out);
        return true;
    case FETCH_EVENT_FAILED:
        *tone = NEWS_BAD;
        str_printf(out, _("failed %s: %s"), name_of(event), event->err.text);
        return true;
    case FETCH_EVENT_SKIPPED:
        str_printf(out, _("skipped %s: %s"), name_of(event), event->err.text);
        return true;
    case FETCH_EVENT_CANCELED:
        str_printf(out, _("canceled %s"), name_of(event));
        return true;
    case FETCH_EVENT_BAD:
        *tone = NEWS_BAD;
        str_puts(out, event->err.text);
        return true;
    case FETCH_EVENT_NOTE:
        str_printf(out, "%s: %s", name_of(event), event->err.text);
        return true;
    case FETCH_EVENT_PAGE:
        str_printf(out, _("%s: %llu links, %llu of them twice, %llu of no use"),
                   name_of(event), (unsigned long long)event->found,
                   (unsigned long long)event->duplicates,
                   (unsigned long long)event->bad);
        return true;
    case FETCH_EVENT_ADDED:
    case FETCH_EVENT_FOUND:
        break;
    }
    return false;
}

/* NEWS_KINDS: what a row shows is no news. */
static enum news_kind kind_of(enum fetch_event_kind kind)
{
    switch (kind) {
    case FETCH_EVENT_DONE:
        return NEWS_SAVED;
    case FETCH_EVENT_FAILED:
    case FETCH_EVENT_BAD:
        return NEWS_FAILED;
    case FETCH_EVENT_SKIPPED:
    case FETCH_EVENT_NOTE:
    case FETCH_EVENT_PAGE:
        return NEWS_OTHER;
    case FETCH_EVENT_ADDED:
    case FETCH_EVENT_STARTED:
    case FETCH_EVENT_RETRY:
    case FETCH_EVENT_CANCELED:
    case FETCH_EVENT_FOUND:
        break;
    }
    return NEWS_KINDS;
}

void news_add(struct news *news, const struct fetch_event *event,
              const char *check)
{
    enum news_kind kind = kind_of(event->kind);
    struct news_group *group;
    struct str text;

    if (kind == NEWS_KINDS)
        return;
    group = &news->groups[kind];
    group->count++;
    group->bytes += event->bytes;
    /* Of many that are saved only the number is told. */
    if (kind == NEWS_SAVED && group->count > 1)
        return;
    str_init(&text, 4096);
    news_sentence(event, check, &group->tone, &text);
    snprintf(group->text, sizeof(group->text), "%s", text.data);
    str_fini(&text);
}

static void say_group(enum news_kind kind, const struct news_group *group,
                      struct str *out)
{
    char bytes[FMT_MAX];
    unsigned long long count = group->count;

    if (count == 1)
        str_puts(out, group->text);
    else if (kind == NEWS_SAVED)
        str_printf(out,
                   ngettext("saved %llu file (%s)", "saved %llu files (%s)",
                            (unsigned long)count),
                   count, fmt_bytes(bytes, group->bytes));
    else if (kind == NEWS_FAILED)
        str_printf(out,
                   ngettext("%llu failed; the last: %s",
                            "%llu failed; the last: %s", (unsigned long)count),
                   count, group->text);
    else
        str_printf(out,
                   ngettext("%s; and %llu more note", "%s; and %llu more notes",
                            (unsigned long)count - 1),
                   group->text, count - 1);
}

/* Bad news comes last: it is what stays on the screen. */
bool news_next(struct news *news, int64_t now_ms, enum news_tone *tone,
               struct str *out)
{
    static const enum news_kind order[NEWS_KINDS] = {NEWS_OTHER, NEWS_SAVED,
                                                     NEWS_FAILED};

    if (now_ms < news->next_ms)
        return false;
    for (size_t i = 0; i < NEWS_KINDS; i++) {
        struct news_group *group = &news->groups[order[i]];

        if (group->count == 0)
            continue;
        str_clear(out);
        *tone = group->tone;
        say_group(order[i], group, out);
        *group = (struct news_group){.count = 0};
        news->said = true;
        return true;
    }
    if (news->said)
        news->next_ms = now_ms + ROUND_MS;
    news->said = false;
    return false;
}

int64_t news_deadline(const struct news *news)
{
    for (size_t i = 0; i < NEWS_KINDS; i++)
        if (news->groups[i].count > 0)
            return news->next_ms;
    return -1;
}
