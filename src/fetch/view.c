/* Lists that are filtered and sorted. A view keeps the ids of its rows. They
 * are gathered in slices, so that the room's lock is never held for long, and
 * sorted without it. What is gathered may therefore be a moment old, and a row
 * that goes meanwhile is left out when rows are copied. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "fetch/download.h"
#include "fetch/snapshot.h"

enum {
    SLICE = 512,     /* rows looked at under one lock */
    COST_SHARE = 20, /* at most one part in so many of the time */
    URL_MAX = 2048,  /* of which so much is looked at */
    TEXT_MAX = 1 << 30
};

struct fetch_view {
    struct fetch_query query;
    char *text; /* of the query, folded; NULL: none */
    bool asked; /* the query is new */
    uint64_t *ids;
    size_t count;
    uint64_t version;
    int64_t built_ns;
    int64_t cost_ns;
};

struct fetch_view *fetch_view_new(void)
{
    struct fetch_view *view = mem_new(sizeof(*view));

    *view = (struct fetch_view){.asked = true};
    return view;
}

void fetch_view_free(struct fetch_view *view)
{
    if (!view)
        return;
    mem_free(view->text);
    mem_free(view->ids);
    mem_free(view);
}

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

void fetch_view_ask(struct fetch_view *view, const struct fetch_query *query)
{
    mem_free(view->text);
    view->query = *query;
    view->query.text = NULL;
    view->text = query->text && query->text[0] ? mem_strdup(query->text) : NULL;
    for (char *at = view->text; at && *at; at++)
        *at = fold(*at);
    view->asked = true;
}

/* The whole list as it is: nothing need be kept. */
static bool plain(const struct fetch_view *view)
{
    return !view->query.states && !view->text && !view->query.reverse &&
           view->query.sort == FETCH_BY_QUEUE;
}

/* ---- gathering ---- */

struct line {
    uint64_t id;
    uint64_t key;
    const char *name; /* folded; by name only */
    size_t text;      /* its place in harvest.texts */
    size_t order;
};

struct harvest {
    struct line *lines;
    size_t count;
    size_t room;
    struct str texts;
    bool with_text;
};

/* Folded name, NUL, folded URL, NUL. */
static void add_text(struct str *texts, const char *text)
{
    size_t start = texts->len;

    str_add(texts, text, strnlen(text, URL_MAX));
    str_putc(texts, '\0');
    for (size_t i = start; i < texts->len; i++)
        texts->data[i] = fold(texts->data[i]);
}

static uint64_t share(const struct download *download) REQUIRES(fetch_class)
{
    uint64_t bytes = download_bytes(download);

    if (download->state == FETCH_DONE)
        return UINT64_MAX;
    if (download->seen.length <= 0)
        return 0;
    return (uint64_t)((double)bytes * 1e9 / (double)download->seen.length);
}

static uint64_t key_of(const struct fetch_view *view, struct download *download,
                       int64_t now_ms) REQUIRES(fetch_class)
{
    struct fetch_row row;

    switch (view->query.sort) {
    case FETCH_BY_QUEUE:
    case FETCH_BY_NAME:
        break;
    case FETCH_BY_STATE:
        return download->state;
    case FETCH_BY_SIZE:
        return (uint64_t)(download->seen.length + 1);
    case FETCH_BY_DONE:
        return share(download);
    case FETCH_BY_SPEED:
    case FETCH_BY_ETA:
        if (download->state != FETCH_RUN)
            return view->query.sort == FETCH_BY_SPEED ? 0 : UINT64_MAX;
        snapshot_row(&row, download, now_ms);
        /* -1, unknown, becomes the longest. */
        return view->query.sort == FETCH_BY_SPEED ? row.speed
                                                  : (uint64_t)row.eta_ms;
    }
    return 0;
}

static void gather(const struct fetch_view *view, struct harvest *harvest,
                   struct download *download, int64_t now_ms)
    REQUIRES(fetch_class)
{
    unsigned states = view->query.states;
    struct line *line;

    if (states && !(states >> download->state & 1))
        return;
    if (harvest->count == harvest->room) {
        harvest->room = harvest->room ? harvest->room * 2 : SLICE;
        harvest->lines =
            mem_resize(harvest->lines, harvest->room, sizeof(*harvest->lines));
    }
    line = &harvest->lines[harvest->count];
    *line = (struct line){.id = download->id,
                          .key = key_of(view, download, now_ms),
                          .text = harvest->texts.len,
                          .order = harvest->count++};
    if (!harvest->with_text)
        return;
    add_text(&harvest->texts, snapshot_name(download));
    add_text(&harvest->texts, view->text ? download->mirrors[0].url : "");
    if (harvest->texts.full)
        harvest->count--;
}

static void gather_all(struct fetch *room, const struct fetch_view *view,
                       struct harvest *harvest)
{
    int64_t now_ms = clock_ms();
    bool more = true;

    for (size_t first = 0; more; first += SLICE) {
        struct roll_entry *entry = NULL;
        struct roll_walk walk;
        size_t n = 0;

        room_take(room);
        walk = roll_seek(&room->all, first, false);
        while (n++ < SLICE && (entry = roll_next(&walk)) != NULL)
            gather(view, harvest, DOWNLOAD_OF(entry), now_ms);
        room_drop(room);
        more = entry != NULL;
    }
}

/* ---- choosing and sorting ---- */

static bool has_text(const char *name, const char *text)
{
    return strstr(name, text) || strstr(name + strlen(name) + 1, text);
}

/* The first bytes of a name as a number: most comparisons end there. */
static uint64_t name_key(const char *name)
{
    uint64_t key = 0;

    for (size_t i = 0; i < sizeof(key); i++) {
        key = key << 8 | (unsigned char)*name;
        name += *name != '\0';
    }
    return key;
}

static void choose(const struct fetch_view *view, struct harvest *harvest)
{
    size_t kept = 0;

    for (size_t i = 0; i < harvest->count; i++) {
        struct line line = harvest->lines[i];

        line.name = harvest->with_text ? harvest->texts.data + line.text : "";
        if (view->text && !has_text(line.name, view->text))
            continue;
        if (view->query.sort == FETCH_BY_NAME)
            line.key = name_key(line.name);
        harvest->lines[kept++] = line;
    }
    harvest->count = kept;
}

static int by_key(const void *a, const void *b)
{
    const struct line *left = a;
    const struct line *right = b;
    int names;

    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    names = strcmp(left->name, right->name);
    if (names != 0)
        return names;
    return left->order < right->order ? -1 : left->order > right->order;
}

static void take_ids(struct fetch_view *view, const struct harvest *harvest)
{
    bool reverse = view->query.reverse;

    mem_free(view->ids);
    view->ids = mem_new((harvest->count + 1) * sizeof(*view->ids));
    view->count = harvest->count;
    for (size_t i = 0; i < harvest->count; i++)
        view->ids[reverse ? harvest->count - 1 - i : i] = harvest->lines[i].id;
}

static void build(struct fetch *room, struct fetch_view *view)
{
    int64_t start_ns = clock_ns();
    struct harvest harvest = {.with_text = view->text ||
                                           view->query.sort == FETCH_BY_NAME};

    str_init(&harvest.texts, TEXT_MAX);
    gather_all(room, view, &harvest);
    choose(view, &harvest);
    if (view->query.sort != FETCH_BY_QUEUE)
        qsort(harvest.lines, harvest.count, sizeof(*harvest.lines), by_key);
    take_ids(view, &harvest);
    mem_free(harvest.lines);
    str_fini(&harvest.texts);
    view->asked = false;
    view->built_ns = clock_ns();
    view->cost_ns = view->built_ns - start_ns;
}

static bool changes_always(const struct fetch_view *view)
{
    enum fetch_sort sort = view->query.sort;

    return sort != FETCH_BY_QUEUE && sort != FETCH_BY_STATE;
}

static void renew(struct fetch *room, struct fetch_view *view)
{
    uint64_t version;

    room_take(room);
    version = room->version;
    room_drop(room);
    if (!view->asked) {
        if (version == view->version && !changes_always(view))
            return;
        if (clock_ns() - view->built_ns < view->cost_ns * COST_SHARE)
            return;
    }
    view->version = version;
    build(room, view);
}

size_t fetch_view_rows(struct fetch *room, struct fetch_view *view,
                       size_t first, struct fetch_row *rows, size_t max,
                       size_t *count)
{
    int64_t now_ms = clock_ms();
    size_t copied = 0;

    if (!plain(view))
        renew(room, view);
    room_take(room);
    *count = plain(view) ? room->all.count : view->count;
    if (plain(view)) {
        struct roll_walk walk = roll_seek(&room->all, first, false);
        struct roll_entry *entry;

        while (copied < max && (entry = roll_next(&walk)) != NULL)
            snapshot_row(&rows[copied++], DOWNLOAD_OF(entry), now_ms);
    } else {
        for (size_t i = first; i < view->count && copied < max; i++) {
            struct roll_entry *entry = roll_find(&room->all, view->ids[i]);

            if (entry)
                snapshot_row(&rows[copied++], DOWNLOAD_OF(entry), now_ms);
        }
    }
    room_drop(room);
    return copied;
}

bool fetch_view_find(struct fetch *room, struct fetch_view *view, uint64_t id,
                     size_t *at)
{
    const struct roll_entry *entry;

    if (plain(view)) {
        room_take(room);
        entry = roll_find(&room->all, id);
        if (entry)
            *at = roll_position(entry);
        room_drop(room);
        return entry != NULL;
    }
    for (size_t i = 0; i < view->count; i++)
        if (view->ids[i] == id) {
            *at = i;
            return true;
        }
    return false;
}
