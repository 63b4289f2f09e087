#include "pane_downloads.h"

#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench.h"
#include "fetch/fetch.h"

enum { WINDOW_ROWS = 256, STATE_COLUMNS = 5 };

struct downloads {
    struct fetch *fetch;
    struct list list;
    struct fetch_row rows[WINDOW_ROWS]; /* from list.first on */
    size_t row_count;
    struct fetch_totals totals;
};

static void *open_pane(struct bench *bench)
{
    struct downloads *downloads;

    if (!bench_engine(bench)->fetch)
        return NULL;
    downloads = mem_new(sizeof(*downloads));
    downloads->fetch = bench_engine(bench)->fetch;
    return downloads;
}

static int64_t refresh(void *self, int64_t now_ms)
{
    struct downloads *downloads = self;
    size_t height = downloads->list.height;

    (void)now_ms;
    fetch_totals(downloads->fetch, &downloads->totals);
    list_fit(&downloads->list, downloads->totals.added, height);
    downloads->row_count =
        fetch_rows(downloads->fetch, FETCH_ROWS_ALL, downloads->list.first,
                   downloads->rows, WINDOW_ROWS);
    return -1;
}

static void headline(void *self, struct str *out)
{
    const struct downloads *downloads = self;
    char rate[FMT_MAX];
    uint64_t running = downloads->totals.count[FETCH_RUN];

    if (running > 0)
        str_printf(out, _("%llu down %s"), (unsigned long long)running,
                   fmt_rate(rate, downloads->totals.speed));
}

static void tail(void *self, struct str *out)
{
    const struct downloads *downloads = self;
    const uint64_t *count = downloads->totals.count;

    str_printf(out, _("%llu running, %llu queued, %llu failed"),
               (unsigned long long)(count[FETCH_RUN] + count[FETCH_WAIT] +
                                    count[FETCH_CHECK]),
               (unsigned long long)count[FETCH_QUEUED],
               (unsigned long long)count[FETCH_FAILED]);
}

static void right(void *self, struct str *out)
{
    (void)self;
    (void)out;
}

static enum role role_of(enum fetch_state state)
{
    switch (state) {
    case FETCH_RUN:
    case FETCH_CHECK:
        return ROLE_RUN;
    case FETCH_DONE:
        return ROLE_GOOD;
    case FETCH_FAILED:
        return ROLE_BAD;
    case FETCH_QUEUED:
    case FETCH_WAIT:
    case FETCH_PAUSED:
        return ROLE_WAIT;
    case FETCH_SKIPPED:
    case FETCH_CANCELED:
    case FETCH_STATES:
        break;
    }
    return ROLE_FAINT;
}

static void draw_row(const struct view *view, int at,
                     const struct fetch_row *row, bool selected)
{
    int cols = view->rect.cols;
    int col = 1;
    char text[FMT_MAX];

    view_text(view, at, 0, 1, ROLE_TEXT, selected ? ">" : " ");
    view_text(view, at, col, STATE_COLUMNS, role_of(row->state),
              fetch_state_word(row->state));
    col += STATE_COLUMNS + 1;
    view_text(view, at, col, 24, ROLE_TEXT, row->name);
    col += 25;
    if (cols < 70)
        return;
    view_bar(view, at, col, 18, row->bytes,
             row->total > 0 ? (uint64_t)row->total : 0);
    view_right(view, at, cols - 8, 10, ROLE_TEXT, fmt_rate(text, row->speed));
    view_right(view, at, cols, 6, ROLE_TEXT, fmt_ms(text, row->eta_ms));
}

static void draw(void *self, const struct view *view, bool focus,
                 int *caret_row)
{
    struct downloads *downloads = self;
    struct list *list = &downloads->list;

    list_fit(list, downloads->totals.added, (size_t)view->rect.rows);
    for (size_t i = 0; i < downloads->row_count && i < list->height; i++) {
        bool selected = list->first + i == list->selected;

        draw_row(view, (int)i, &downloads->rows[i], selected);
        if (selected)
            view_paint(view, (int)i, focus ? ROLE_SELECTED : ROLE_MARKED);
    }
    if (downloads->totals.added == 0)
        view_text(view, 0, 1, view->rect.cols - 1, ROLE_FAINT,
                  _("No downloads. Press a, paste a URL, or :demo"));
    *caret_row = (int)(list->selected - list->first);
}

static struct list *list_of(void *self)
{
    struct downloads *downloads = self;

    return &downloads->list;
}

static size_t row_at(void *self, int row)
{
    const struct downloads *downloads = self;

    if (row < 0 || (size_t)row >= downloads->list.height ||
        downloads->list.first + (size_t)row >= downloads->list.count)
        return SIZE_MAX;
    return downloads->list.first + (size_t)row;
}

static void filter(void *self, const char *text)
{
    (void)self;
    (void)text;
}

static bool add_url(struct downloads *downloads, const char *url,
                    struct err *err)
{
    const struct fetch_spec spec = {.urls = &url, .count = 1};
    uint64_t id;

    return fetch_add(downloads->fetch, &spec, &id, err);
}

static bool get(void *self, struct bench *bench, int argc, char **argv,
                struct err *err)
{
    (void)bench;
    for (int i = 1; i < argc; i++)
        if (!add_url(self, argv[i], err))
            return false;
    return true;
}

static const struct action actions[] = {
    {"get",
     {"a"},
     "URL...",
     N_("Add downloads"),
     "threadlab get",
     N_("add"),
     get},
};

const struct pane pane_downloads = {
    .name = "downloads",
    .title = N_("Downloads"),
    .tab = N_("Down"),
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .open = open_pane,
    .close = mem_free,
    .refresh = refresh,
    .headline = headline,
    .tail = tail,
    .right = right,
    .draw = draw,
    .list = list_of,
    .row_at = row_at,
    .filter = filter,
};
