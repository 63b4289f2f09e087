#include "event.h"

#include "base/mem.h"
#include "fetch/download.h"

static char *shown_url(const struct download *download)
{
    struct str text;

    str_init(&text, JOURNAL_URL);
    (void)journal_strip(&text, download->mirrors[0].url);
    return str_take(&text);
}

static struct fetch_event *new_event(struct fetch *room) REQUIRES(fetch_class)
{
    struct fetch_event *event;

    if (room->event_count == room->event_room) {
        size_t room_new = room->event_room ? room->event_room * 2 : 256;
        struct fetch_event *events = mem_new(room_new * sizeof(*events));

        for (size_t i = 0; i < room->event_count; i++)
            events[i] =
                room->events[(room->event_first + i) % room->event_room];
        mem_free(room->events);
        room->events = events;
        room->event_room = room_new;
        room->event_first = 0;
    }
    event = &room->events[(room->event_first + room->event_count++) %
                          room->event_room];
    *event = (struct fetch_event){.seq = ++room->event_seq, .total = -1};
    return event;
}

static bool wanted(const struct fetch_options *options,
                   enum fetch_event_kind kind)
{
    bool start = kind == FETCH_EVENT_ADDED || kind == FETCH_EVENT_STARTED;

    return options->events && (options->starts || !start);
}

void event_add(struct fetch *room, struct download *download,
               enum fetch_event_kind kind, const struct err *err,
               const char *path, int64_t wait_ms, int64_t now_ms)
{
    struct fetch_event *event;

    if (!wanted(&room->options, kind) || (download && download->preview))
        return;
    event = new_event(room);
    event->kind = kind;
    room->ping |= room->event_count >= EVENTS_MAX / 2;
    if (err)
        event->err = *err;
    if (!download)
        return;
    event->id = download->id;
    event->url = shown_url(download);
    event->path = mem_strdup(path ? path : download->name);
    event->bytes = download_bytes(download);
    event->total = download->seen.length;
    event->wait_ms = wait_ms;
    event->ms = download->start_ms ? now_ms - download->start_ms : 0;
}

void event_found(struct fetch *room, const char *url)
{
    struct fetch_event *event;

    if (!room->options.events)
        return;
    event = new_event(room);
    event->kind = FETCH_EVENT_FOUND;
    event->url = mem_strdup(url);
    room->ping = true;
}

void event_page(struct fetch *room, const char *url, uint64_t found,
                uint64_t duplicates, uint64_t bad)
{
    struct fetch_event *event;

    if (!room->options.events)
        return;
    event = new_event(room);
    event->kind = FETCH_EVENT_PAGE;
    event->url = mem_strdup(url);
    event->found = found;
    event->duplicates = duplicates;
    event->bad = bad;
    room->ping = true;
}

void event_page_failed(struct fetch *room, struct download *page)
{
    room->count[FETCH_FAILED]++;
    event_add(room, page, FETCH_EVENT_FAILED, &page->err, NULL, 0, 0);
}

size_t fetch_events(struct fetch *room, struct fetch_event *events, size_t max)
{
    size_t count = 0;
    bool held;

    room_take(room);
    held = room->event_count >= EVENTS_MAX;
    while (count < max && room->event_count > 0) {
        events[count++] = room->events[room->event_first];
        room->event_first = (room->event_first + 1) % room->event_room;
        room->event_count--;
    }
    /* Whoever held back for a full ring may go on. */
    if (held && count > 0) {
        room_wake(room);
        lock_cond_signal(&room->reader_cond);
    }
    room_drop(room);
    return count;
}

void fetch_event_fini(struct fetch_event *event)
{
    mem_free(event->url);
    mem_free(event->path);
}
