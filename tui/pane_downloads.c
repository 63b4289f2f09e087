#include "pane_downloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench.h"
#include "downloads.h"
#include "words.h"

enum { SECOND_MS = 1000, MARGIN = 24 };

static void *open_pane(struct bench *bench)
{
    struct downloads *downloads;

    if (!bench_engine(bench)->fetch)
        return NULL;
    downloads = mem_new(sizeof(*downloads));
    downloads->bench = bench;
    downloads->fetch = bench_engine(bench)->fetch;
    downloads->rows_view = fetch_view_new();
    fetch_view_ask(downloads->rows_view, &downloads->query);
    return downloads;
}

static void drop_detail(struct downloads *downloads)
{
    if (downloads->has_detail)
        fetch_detail_fini(&downloads->detail);
    downloads->has_detail = false;
}

static void close_pane(void *self)
{
    struct downloads *downloads = self;

    drop_detail(downloads);
    fetch_view_free(downloads->rows_view);
    mem_free(downloads->tags);
    mem_free(downloads->going);
    mem_free(downloads);
}

bool downloads_has(const uint64_t *ids, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

const struct fetch_row *downloads_row(const struct downloads *downloads)
{
    size_t at = downloads->list.selected - downloads->rows_first;

    return downloads->list.selected >= downloads->rows_first &&
                   at < downloads->row_count
               ? &downloads->rows[at]
               : NULL;
}

/* The selection stays with its download when the order changes under it. */
static void follow(struct downloads *downloads)
{
    const struct fetch_row *row = downloads_row(downloads);
    size_t at;

    if (downloads->list.moved || !row) {
        downloads->list.moved = false;
        downloads->selected = row ? row->id : 0;
        return;
    }
    if (row->id == downloads->selected || downloads->selected == 0) {
        downloads->selected = row->id;
        return;
    }
    if (fetch_view_find(downloads->fetch, downloads->rows_view,
                        downloads->selected, &at))
        list_select(&downloads->list, at);
    else
        downloads->selected = row->id;
    downloads->list.moved = false;
}

/* The window and some rows around it, so that a step of the selection shows
 * what is there without another copy. */
static void copy_rows(struct downloads *downloads)
{
    struct list *list = &downloads->list;
    size_t first = list->first > MARGIN ? list->first - MARGIN : 0;
    size_t count = list->count;

    downloads->rows_first = first;
    downloads->row_count =
        fetch_view_rows(downloads->fetch, downloads->rows_view, first,
                        downloads->rows, DOWNLOADS_ROWS, &count);
    list_fit(list, count, list->height);
}

static void sample_speed(struct downloads *downloads, int64_t now_ms)
{
    int64_t now_s = now_ms / SECOND_MS;
    int64_t gap = now_s - downloads->speeds_s;
    uint64_t *speeds = downloads->speeds;

    if (gap > DOWNLOADS_SPEEDS)
        gap = DOWNLOADS_SPEEDS;
    if (gap > 0) {
        size_t kept = (size_t)(DOWNLOADS_SPEEDS - gap);

        memmove(speeds, speeds + gap, kept * sizeof(*speeds));
        memset(speeds + kept, 0, (size_t)gap * sizeof(*speeds));
    }
    speeds[DOWNLOADS_SPEEDS - 1] = downloads->totals.speed;
    downloads->speeds_s = now_s;
}

/* A row that waits says for how long: it wants to be drawn each second. */
static bool counts_down(const struct downloads *downloads)
{
    for (size_t i = 0; i < downloads->row_count; i++)
        if (downloads->rows[i].wait_ms > 0)
            return true;
    return false;
}

static int64_t refresh_pane(void *self, int64_t now_ms)
{
    struct downloads *downloads = self;

    fetch_totals(downloads->fetch, &downloads->totals);
    copy_rows(downloads);
    follow(downloads);
    if (!downloads_row(downloads) && downloads->list.count > 0)
        copy_rows(downloads);
    drop_detail(downloads);
    if (downloads->selected != 0)
        downloads->has_detail = fetch_detail(
            downloads->fetch, downloads->selected, &downloads->detail);
    sample_speed(downloads, now_ms);
    return downloads->totals.listed[FETCH_RUN] > 0 || counts_down(downloads)
               ? now_ms + SECOND_MS
               : -1;
}

static void headline(void *self, struct str *out)
{
    const struct downloads *downloads = self;
    const struct fetch_totals *totals = &downloads->totals;
    char rate[FMT_MAX];

    if (totals->listed[FETCH_RUN] > 0)
        str_printf(out, _("%llu down %s"),
                   (unsigned long long)totals->listed[FETCH_RUN],
                   fmt_rate(rate, totals->speed));
    else if (totals->held)
        str_puts(out, _("all paused"));
}

static void count_part(struct str *out, uint64_t count, const char *format)
{
    char text[64];

    if (count == 0)
        return;
    snprintf(text, sizeof(text), "%llu", (unsigned long long)count);
    if (out->len > 0)
        str_puts(out, ", ");
    str_puts(out, text);
    str_putc(out, ' ');
    str_puts(out, format);
}

/* What is not finished, together: ", 22M left at 26M/s". */
static void say_rest(const struct fetch_totals *totals, struct str *out)
{
    char bytes[FMT_MAX];
    char rate[FMT_MAX];

    if (totals->listed[FETCH_RUN] == 0 || totals->bytes_left == 0)
        return;
    str_printf(out, _(", %s left at %s"), fmt_bytes(bytes, totals->bytes_left),
               fmt_rate(rate, totals->speed));
}

static void tail(void *self, struct str *out)
{
    const struct downloads *downloads = self;
    const uint64_t *count = downloads->totals.listed;

    count_part(out, count[FETCH_RUN] + count[FETCH_CHECK], _("running"));
    count_part(out, count[FETCH_WAIT], _("waiting"));
    count_part(out, count[FETCH_QUEUED], _("queued"));
    count_part(out, count[FETCH_PAUSED], _("paused"));
    count_part(out, count[FETCH_FAILED], _("failed"));
    count_part(out, count[FETCH_DONE], _("done"));
    say_rest(&downloads->totals, out);
}

const char *const downloads_sorts[] = {
    [FETCH_BY_QUEUE] = N_("queue"), [FETCH_BY_NAME] = N_("name"),
    [FETCH_BY_STATE] = N_("state"), [FETCH_BY_SIZE] = N_("size"),
    [FETCH_BY_DONE] = N_("done"),   [FETCH_BY_SPEED] = N_("speed"),
    [FETCH_BY_ETA] = N_("time"),    NULL,
};

static void right(void *self, struct str *out)
{
    const struct downloads *downloads = self;

    const struct fetch_totals *totals = &downloads->totals;
    char rate[FMT_MAX];

    if (totals->max_jobs > 0)
        str_printf(out, _("%u at once  "), totals->max_jobs);
    if (totals->rate_bytes_per_s > 0)
        str_printf(out, _("limit %s  "),
                   fmt_rate(rate, totals->rate_bytes_per_s));
    if (downloads->tag_count > 0)
        str_printf(out, _("%zu tagged  "), downloads->tag_count);
    if (*downloads->filter)
        str_printf(out, "/%s  ", downloads->filter);
    str_printf(out, _("sort: %s%s"), _(downloads_sorts[downloads->query.sort]),
               downloads->query.reverse ? " ^" : "");
}

size_t downloads_list_rows(const struct downloads *downloads, int rows)
{
    bool roomy = rows >= 2 * DOWNLOADS_DETAIL;

    if (downloads->detailed && !roomy)
        return rows >= 10 ? (size_t)(rows / 3) : 1;
    if (roomy && (downloads->detailed || downloads->list.count > 0))
        return (size_t)(rows - DOWNLOADS_DETAIL);
    return (size_t)rows;
}

static void draw(void *self, const struct view *view, bool focus,
                 int *caret_row)
{
    struct downloads *downloads = self;
    struct list *list = &downloads->list;
    int rows = (int)downloads_list_rows(downloads, view->rect.rows);
    struct view part =
        view_part(view, (struct rect){0, 0, rows, view->rect.cols});

    if ((size_t)rows != list->height) {
        list_fit(list, list->count, (size_t)rows);
        copy_rows(downloads);
    }
    downloads_draw_list(downloads, &part, focus);
    if (rows < view->rect.rows) {
        part = view_part(view, (struct rect){rows, 0, view->rect.rows - rows,
                                             view->rect.cols});
        downloads_draw_detail(downloads, &part);
    }
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
    const struct list *list = &downloads->list;

    if (row < 0 || (size_t)row >= list->height ||
        list->first + (size_t)row >= list->count)
        return SIZE_MAX;
    return list->first + (size_t)row;
}

void downloads_show(struct downloads *downloads, const char *text,
                    unsigned states)
{
    snprintf(downloads->filter, sizeof(downloads->filter), "%s", text);
    downloads->query.text = *downloads->filter ? downloads->filter : NULL;
    downloads->query.states = states;
    fetch_view_ask(downloads->rows_view, &downloads->query);
}

static void filter_rows(void *self, const char *text)
{
    struct downloads *downloads = self;

    downloads_show(downloads, text, downloads->query.states);
}

static bool print(void *self, size_t row, struct str *out)
{
    return downloads_print(self, row, out);
}

static const char *filtered(void *self)
{
    const struct downloads *downloads = self;

    return downloads->filter;
}

/* The row of the download whose id this is. */
static bool reveal(void *self, const char *what)
{
    struct downloads *downloads = self;
    uint64_t id = strtoull(what, NULL, 10);
    size_t at;

    downloads_show(downloads, "", 0);
    refresh_pane(self, clock_ms());
    if (!fetch_view_find(downloads->fetch, downloads->rows_view, id, &at))
        return false;
    list_select(&downloads->list, at);
    return true;
}

static bool value(void *self, struct str *out)
{
    const struct downloads *downloads = self;

    return downloads->has_detail && downloads->detail.url &&
           str_puts(out, downloads->detail.url);
}

/* "threadlab get --dir DIR URL". */
static bool command(void *self, struct str *out)
{
    const struct downloads *downloads = self;
    const struct fetch_detail *detail = &downloads->detail;
    const char *slash;
    char *dir;
    bool ok;

    if (!downloads->has_detail || !detail->url)
        return false;
    str_puts(out, "threadlab get ");
    slash = detail->path ? strrchr(detail->path, '/') : NULL;
    if (slash && slash > detail->path) {
        dir = mem_strndup(detail->path, (size_t)(slash - detail->path));
        str_puts(out, "--dir ");
        words_quote(out, dir);
        str_putc(out, ' ');
        mem_free(dir);
    }
    ok = words_quote(out, detail->url);
    return ok;
}

struct paste {
    struct downloads *downloads;
    char *text;
};

static void add_paste(struct bench *bench, void *arg)
{
    struct paste *paste = arg;
    size_t count = downloads_add_text(paste->downloads, paste->text, false);

    bench_say(bench, BENCH_GOOD,
              ngettext("%zu download added", "%zu downloads added", count),
              count);
}

static void free_paste(void *arg)
{
    struct paste *paste = arg;

    mem_free(paste->text);
    mem_free(paste);
}

static bool take_paste(void *self, const char *text)
{
    struct downloads *downloads = self;
    size_t count = downloads_add_text(downloads, text, true);
    char question[64];
    struct paste *paste;

    if (count == 0)
        return false;
    paste = mem_new(sizeof(*paste));
    *paste = (struct paste){downloads, mem_strdup(text)};
    snprintf(question, sizeof(question),
             ngettext("Download %zu pasted URL?", "Download %zu pasted URLs?",
                      count),
             count);
    bench_confirm(downloads->bench, question, add_paste, paste, free_paste);
    return true;
}

const struct pane pane_downloads = {
    .name = "downloads",
    .title = N_("Downloads"),
    .tab = N_("Down"),
    .actions = downloads_actions,
    .open = open_pane,
    .close = close_pane,
    .refresh = refresh_pane,
    .headline = headline,
    .tail = tail,
    .right = right,
    .draw = draw,
    .list = list_of,
    .row_at = row_at,
    .value = value,
    .command = command,
    .filter = filter_rows,
    .filtered = filtered,
    .print = print,
    .paste = take_paste,
    .reveal = reveal,
};
