/* Rows and details of the downloads pane. */
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/str.h"
#include "base/text.h"
#include "downloads.h"

enum {
    STATE = 6,
    LEFT = 1 + STATE + 1,
    PERCENT = 5,
    SIZES = 12,
    SPEED = 9,
    ETA = 6,
    WIDE = 60, /* columns from which a row has all of it */
    WITH_SPEED = 32,
    LABEL = 16,
    DONE_COLUMNS = 18,
    NAME_MAX_COLUMNS = 60
};

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

static const char *checked(enum fetch_check check)
{
    switch (check) {
    case FETCH_CHECK_OK:
        return _("checksum ok");
    case FETCH_CHECK_BAD:
        return _("checksum WRONG");
    case FETCH_CHECK_RUN:
        return _("being read");
    case FETCH_CHECK_GONE:
        return _("cannot be read");
    case FETCH_CHECK_READ:
        return _("no checksum");
    case FETCH_CHECK_NONE:
        break;
    }
    return "";
}

void downloads_words(const struct fetch_row *row, char *out, size_t size)
{
    char time[FMT_MAX];

    out[0] = '\0';
    switch (row->state) {
    case FETCH_FAILED:
        snprintf(out, size, _("%s; r tries again"), row->err.text);
        break;
    case FETCH_WAIT:
        snprintf(out, size, _("again in %s: %s"), fmt_ms(time, row->wait_ms),
                 row->err.text);
        break;
    case FETCH_SKIPPED:
        snprintf(out, size, "%s", row->err.text);
        break;
    case FETCH_QUEUED:
        if (row->wait_ms > 0)
            snprintf(out, size, _("its host asks to wait %s"),
                     fmt_ms(time, row->wait_ms));
        else if (row->priority != 0)
            snprintf(out, size, _("priority %d, waits for its turn"),
                     row->priority);
        else
            snprintf(out, size, "%s", _("waits for its turn"));
        break;
    case FETCH_PAUSED:
        snprintf(out, size, "%s", _("Space goes on"));
        break;
    case FETCH_CANCELED:
        snprintf(out, size, "%s", _("r begins it again"));
        break;
    case FETCH_DONE:
        snprintf(out, size, "%s", checked(row->check));
        break;
    case FETCH_RUN:
    case FETCH_CHECK:
    case FETCH_STATES:
        break;
    }
}

/* "412M/664M", "1.2M". */
static const char *sizes(const struct fetch_row *row, char *out, size_t size)
{
    char bytes[FMT_MAX];
    char total[FMT_MAX];

    fmt_bytes(bytes, row->bytes);
    if (row->state == FETCH_DONE || row->total < 0)
        snprintf(out, size, "%s", bytes);
    else
        snprintf(out, size, "%s/%s", bytes,
                 fmt_bytes(total, (uint64_t)row->total));
    return out;
}

static void draw_percent(const struct view *view, int at, int end,
                         const struct fetch_row *row)
{
    char text[8];

    if (row->total <= 0)
        return;
    snprintf(text, sizeof(text), "%u%%",
             (unsigned)(100.0 * (double)row->bytes / (double)row->total));
    view_right(view, at, end, PERCENT, ROLE_TEXT, text);
}

static bool moves(const struct fetch_row *row)
{
    return row->state == FETCH_RUN || row->state == FETCH_CHECK;
}

static void draw_bar(const struct view *view, int at, int col, int columns,
                     const struct fetch_row *row)
{
    view_bar(view, at, col, columns - PERCENT, row->bytes,
             row->total > 0 ? (uint64_t)row->total : 0);
}

/* How a finished one went, "in 4.2 s, 7.1M/s"; one that took no time to speak
 * of tells nothing. */
static void draw_done(const struct view *view, int at, int col, int columns,
                      const struct fetch_row *row)
{
    char rate[FMT_MAX];
    char time[FMT_MAX];

    if (row->took_ms < 100)
        return;
    if (row->took_ms < 10000)
        snprintf(time, sizeof(time), _("%.1f s"), (double)row->took_ms / 1000);
    else
        fmt_ms(time, row->took_ms);
    fmt_rate(rate, row->bytes * 1000 / (uint64_t)row->took_ms);
    if (columns < DONE_COLUMNS)
        view_format(view, at, col, columns, ROLE_FAINT, _("in %s"), time);
    else
        view_format(view, at, col, columns, ROLE_FAINT, _("in %s, %s"), time,
                    rate);
}

/* What went wrong needs more room than a bar has, and then there is no more to
 * tell of its speed. */
static bool has_long_words(const struct fetch_row *row)
{
    return row->state == FETCH_FAILED ||
           (row->bytes == 0 &&
            (row->state == FETCH_WAIT || row->state == FETCH_SKIPPED));
}

/* The middle: a bar while it moves, else words. */
static void draw_middle(const struct view *view, int at, int col, int columns,
                        const struct fetch_row *row)
{
    char words[sizeof(row->err.text) + 64];

    downloads_words(row, words, sizeof(words));
    if (!moves(row) && *words) {
        view_text(view, at, col, columns,
                  row->state == FETCH_FAILED || row->check == FETCH_CHECK_BAD
                      ? ROLE_BAD
                      : ROLE_FAINT,
                  words);
        return;
    }
    if (row->state == FETCH_DONE) {
        draw_done(view, at, col, columns, row);
        return;
    }
    draw_bar(view, at, col, columns, row);
    draw_percent(view, at, col + columns, row);
}

/* Where the middle of a row is. */
struct middle {
    int name; /* columns of what stands before it */
    int col;
    int columns;
};

static struct middle middle_of(int cols)
{
    bool wide = cols >= WIDE;
    int rest = cols - LEFT - SIZES - SPEED - ETA - 1;
    struct middle middle = {.name = wide ? rest * 3 / 5 : cols * 2 / 5};

    if (wide && middle.name < LABEL)
        middle.name = LABEL;
    if (middle.name > NAME_MAX_COLUMNS)
        middle.name = NAME_MAX_COLUMNS;
    middle.col = middle.name + (wide ? LEFT + 1 : 2);
    middle.columns =
        wide ? rest - middle.name
             : cols - middle.name - 3 - (cols >= WITH_SPEED ? SPEED - 1 : 0);
    return middle;
}

/* In five columns: "0:48", "12:34", "1h02", "13h05", "41d". */
static const char *eta(char out[FMT_MAX], int64_t ms)
{
    enum { MINUTE_MS = 60 * 1000, HOUR = 60, DAY = 24 * HOUR };
    long long minutes = ms / MINUTE_MS;

    if (minutes < HOUR)
        return fmt_ms(out, ms);
    if (minutes < 4 * DAY)
        snprintf(out, FMT_MAX, "%lldh%02lld", minutes / HOUR, minutes % HOUR);
    else if (minutes < 1000 * DAY)
        snprintf(out, FMT_MAX, "%lldd", minutes / DAY);
    else
        snprintf(out, FMT_MAX, "-");
    return out;
}

static void draw_wide(const struct view *view, int at,
                      const struct fetch_row *row)
{
    int cols = view->rect.cols;
    struct middle middle = middle_of(cols);
    char text[2 * FMT_MAX];

    view_text(view, at, LEFT, middle.name, ROLE_TEXT, row->name);
    /* What went wrong says more than how much of it is here. */
    if (has_long_words(row)) {
        draw_middle(view, at, middle.col, cols - middle.col, row);
        return;
    }
    draw_middle(view, at, middle.col, middle.columns, row);
    view_right(view, at, cols - SPEED - ETA, SIZES - 1, ROLE_TEXT,
               sizes(row, text, sizeof(text)));
    view_right(view, at, cols - ETA, SPEED, ROLE_TEXT,
               row->speed > 0 ? fmt_rate(text, row->speed) : "-");
    view_right(view, at, cols, ETA, ROLE_TEXT,
               eta(text, moves(row) ? row->eta_ms : -1));
}

/* Name, bar, percent, speed: for 20 to 59 columns. */
static void draw_narrow(const struct view *view, int at,
                        const struct fetch_row *row)
{
    int cols = view->rect.cols;
    struct middle middle = middle_of(cols);
    char text[FMT_MAX];

    view_text(view, at, 1, middle.name, ROLE_TEXT, row->name);
    if (!moves(row)) {
        int col = middle.col;

        col += view_text(view, at, col, STATE, role_of(row->state),
                         fetch_state_word(row->state));
        if (row->state == FETCH_FAILED)
            view_text(view, at, col + 1, cols - col - 1, ROLE_BAD,
                      row->err.text);
        return;
    }
    if (cols >= WITH_SPEED)
        view_right(view, at, cols, SPEED, ROLE_TEXT,
                   fmt_rate(text, row->speed));
    draw_middle(view, at, middle.col, middle.columns, row);
}

static void draw_row(const struct downloads *downloads, const struct view *view,
                     int at, const struct fetch_row *row, bool selected)
{
    bool going =
        downloads_has(downloads->going, downloads->going_count, row->id);
    bool tagged = downloads_has(downloads->tags, downloads->tag_count, row->id);

    view_text(view, at, 0, 1, ROLE_TEXT, selected ? ">" : tagged ? "*" : " ");
    if (view->rect.cols < WIDE) {
        draw_narrow(view, at, row);
        return;
    }
    view_text(view, at, 1, STATE, going ? ROLE_FAINT : role_of(row->state),
              going ? _("gone") : fetch_state_word(row->state));
    draw_wide(view, at, row);
    if (tagged && !selected)
        view_paint(view, at, ROLE_MARKED);
}

static void draw_empty(const struct downloads *downloads,
                       const struct view *view)
{
    view_text(view, 0, 1, view->rect.cols - 1, ROLE_FAINT,
              *downloads->filter || downloads->query.states
                  ? _("No download is like that. Esc shows all.")
                  : _("No downloads. Press a, paste a URL, or :demo"));
}

/* Reversed, a bar would look full where it is empty: it stays as it is. */
static void paint_selected(const struct view *view, int at,
                           const struct fetch_row *row, bool focus)
{
    struct middle middle = middle_of(view->rect.cols);

    view_paint(view, at, focus ? ROLE_SELECTED : ROLE_MARKED);
    if (moves(row))
        draw_bar(view, at, middle.col, middle.columns, row);
}

void downloads_draw_list(const struct downloads *downloads,
                         const struct view *view, bool focus)
{
    const struct list *list = &downloads->list;

    for (size_t i = 0; i < downloads->row_count; i++) {
        size_t number = downloads->rows_first + i;
        int at = (int)(number - list->first);
        bool selected = number == list->selected;

        if (number < list->first || at >= view->rect.rows)
            continue;
        draw_row(downloads, view, at, &downloads->rows[i], selected);
        if (selected)
            paint_selected(view, at, &downloads->rows[i], focus);
    }
    if (list->count == 0)
        draw_empty(downloads, view);
}

/* Details. */

static void draw_segment(const struct view *view, int at,
                         const struct fetch_segment *segment, size_t number)
{
    int cols = view->rect.cols;
    int bar = cols > 70 ? cols - 50 : cols - 26;
    bool known = segment->end != UINT64_MAX && segment->end > segment->start;
    char rate[FMT_MAX];
    int col = 1;

    col += view_format(view, at, col, 8, ROLE_FAINT, _("seg %zu"), number + 1);
    view_text(view, at, 8, 8, ROLE_TEXT, segment->thread);
    view_bar(view, at, 16, bar, segment->pos - segment->start,
             known ? segment->end - segment->start : 0);
    view_right(view, at, 16 + bar + SPEED, SPEED - 1, ROLE_TEXT,
               fmt_rate(rate, segment->speed));
    if (cols <= 70 || !*segment->peer)
        return;
    /* One port of ours is one connection. */
    view_format(view, at, 16 + bar + SPEED + 1, cols - 17 - bar - SPEED,
                ROLE_FAINT, "%u > %s", segment->port, segment->peer);
}

static size_t threads_of(const struct fetch_detail *detail)
{
    size_t count = 0;

    for (size_t i = 0; i < detail->segment_count; i++) {
        size_t k = 0;

        while (k < i && strcmp(detail->segments[k].thread,
                               detail->segments[i].thread) != 0)
            k++;
        count += k == i;
    }
    return count;
}

/* The rule above the details: "- film.mkv - 4 segments, 2 threads, h1 -". */
static void draw_summary(const struct view *view, int at,
                         const struct fetch_detail *detail)
{
    size_t threads = threads_of(detail);
    struct str tail;

    str_init(&tail, 256);
    if (detail->segment_count > 0) {
        str_printf(
            &tail,
            ngettext("%zu segment", "%zu segments", detail->segment_count),
            detail->segment_count);
        str_printf(&tail,
                   ngettext(" on %zu thread, ", " on %zu threads, ", threads),
                   threads);
    }
    if (*detail->row.protocol)
        str_printf(&tail, "%s, ", detail->row.protocol);
    str_puts(&tail, detail->ranges ? _("resumable") : _("not resumable"));
    view_rule(
        view, at,
        &(struct view_rule){.title = detail->row.name, .tail = tail.data});
    str_fini(&tail);
}

/* How full each part of the file is, as a line. */
static void draw_map(const struct view *view, int at,
                     const struct fetch_detail *detail)
{
    uint64_t parts[FETCH_MAP];
    uint64_t most = 0;

    for (size_t i = 0; i < FETCH_MAP; i++) {
        parts[i] = detail->map[i];
        most = parts[i] > most ? parts[i] : most;
    }
    view_text(view, at, 1, 6, ROLE_FAINT, _("map"));
    if (most > 0)
        view_sparkline(view, at, 8, view->rect.cols - 9, parts,
                       (size_t)view->rect.cols > 9 + FETCH_MAP
                           ? FETCH_MAP
                           : (size_t)view->rect.cols - 9);
}

static int draw_fact(const struct view *view, int at, const char *label,
                     enum role role, const char *text)
{
    if (!text || !*text || at >= view->rect.rows)
        return at;
    view_text(view, at, 1, 6, ROLE_FAINT, label);
    view_text(view, at, 8, view->rect.cols - 8, role, text);
    return at + 1;
}

static int draw_facts(const struct view *view, int at,
                      const struct fetch_detail *detail)
{
    char text[sizeof(detail->row.err.text) + 64];
    char rate[FMT_MAX];

    if (detail->row.err.code != ERR_NONE) {
        bool failed = detail->row.state == FETCH_FAILED;

        downloads_words(&detail->row, text, sizeof(text));
        at = draw_fact(view, at, _("why"), failed ? ROLE_BAD : ROLE_WAIT,
                       *text ? text : detail->row.err.text);
    }
    at = draw_fact(view, at, _("from"), ROLE_TEXT, detail->url);
    if (detail->final_url && detail->url &&
        strcmp(detail->final_url, detail->url) != 0)
        at = draw_fact(view, at, _("via"), ROLE_TEXT, detail->final_url);
    at = draw_fact(view, at, _("to"), ROLE_TEXT, detail->path);
    snprintf(text, sizeof(text),
             _("retries %u   priority %d   mirrors %zu%s%s"),
             detail->row.retries, detail->row.priority, detail->mirrors,
             detail->rate_bytes_per_s ? _("   limit ") : "",
             detail->rate_bytes_per_s ? fmt_rate(rate, detail->rate_bytes_per_s)
                                      : "");
    at = draw_fact(view, at, "", ROLE_FAINT, text);
    at = draw_fact(view, at, _("etag"), ROLE_FAINT, detail->etag);
    at = draw_fact(view, at, _("dated"), ROLE_FAINT, detail->last_modified);
    return draw_fact(view, at, detail->declared ? _("check") : _("sum"),
                     ROLE_FAINT, detail->digest);
}

static void draw_speeds(const struct downloads *downloads,
                        const struct view *view, int at)
{
    char rate[FMT_MAX];
    int columns = view->rect.cols - 8 - 2 * SPEED;

    view_text(view, at, 1, 6, ROLE_FAINT, _("all"));
    view_sparkline(view, at, 8, columns, downloads->speeds, DOWNLOADS_SPEEDS);
    if (downloads->totals.listed[FETCH_RUN] > 0)
        view_right(view, at, view->rect.cols - 1, 2 * SPEED, ROLE_TEXT,
                   fmt_rate(rate, downloads->totals.speed));
}

/* What changes comes first: a small view cuts the rest. */
void downloads_draw_detail(const struct downloads *downloads,
                           const struct view *view)
{
    const struct fetch_detail *detail = &downloads->detail;
    int rows = view->rect.rows;
    int at = 0;
    int segments;

    if (!downloads->has_detail) {
        view_text(view, 0, 1, view->rect.cols - 1, ROLE_FAINT,
                  _("Nothing is selected."));
        return;
    }
    draw_summary(view, at++, detail);
    segments = (int)detail->segment_count;
    if (segments > rows / 2)
        segments = rows / 2;
    for (int i = 0; i < segments; i++)
        draw_segment(view, at++, &detail->segments[i], (size_t)i);
    if (detail->row.state != FETCH_DONE && detail->row.total > 0)
        draw_map(view, at++, detail);
    draw_speeds(downloads, view, at++);
    draw_facts(view, at, detail);
}
