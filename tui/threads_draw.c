/* Rows, locks and details of the threads pane. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/text.h"
#include "threads_pane.h"

enum {
    TID = 8,
    NAME = 15,
    STATE = 7,
    CPU = 6,
    SHARES = 18, /* run, ready, blocked */
    SINCE = 7,
    WITH_TID = 50,
    MEDIUM = 84, /* columns from which shares are shown */
    WIDE = 110,  /* and the strip */
    STRIP = 60,
    LABEL = 8
};

static enum role role_of(const struct threads_row *row)
{
    if (row->cycle > 0)
        return ROLE_BAD;
    switch (row->state) {
    case THREADS_RUN:
        return ROLE_RUN;
    case THREADS_READY:
    case THREADS_IO:
        return ROLE_WAIT;
    case THREADS_LOCK:
    case THREADS_RWLOCK:
    case THREADS_GIL:
        return ROLE_BLOCK;
    case THREADS_GONE:
    case THREADS_ZOMBIE:
    case THREADS_UNKNOWN:
        return ROLE_FAINT;
    case THREADS_COND:
    case THREADS_JOIN:
    case THREADS_SLEEP:
    case THREADS_POLL:
    case THREADS_SYSCALL:
    case THREADS_STOPPED:
    case THREADS_SEM:
    case THREADS_BARRIER:
    case THREADS_FUTEX:
    case THREADS_STATES:
        break;
    }
    return ROLE_TEXT;
}

void threads_waits_for(const struct threads_row *row, char *out, size_t size)
{
    if (row->state == THREADS_LOCK && row->holder > 0)
        snprintf(out, size, "%s < %d %s", row->what, row->holder,
                 row->holder_name);
    else if (row->state == THREADS_JOIN && row->holder > 0)
        snprintf(out, size, _("the end of %d %s"), row->holder,
                 row->holder_name);
    else if (*row->call && *row->what)
        snprintf(out, size, "%s %s", row->call, row->what);
    else
        snprintf(out, size, "%s", *row->what ? row->what : row->call);
}

/* "12.4", "-": thousandths as percent. */
static const char *percent(int thousandths, char out[FMT_MAX])
{
    if (thousandths < 0)
        snprintf(out, FMT_MAX, "-");
    else
        snprintf(out, FMT_MAX, "%d.%d", thousandths / 10, thousandths % 10);
    return out;
}

/* Where the columns are, by what fits. */
struct columns {
    int tid;   /* its width; 0: not shown */
    int waits; /* its width */
    int job;   /* its width; 0: not shown */
    bool shares;
    int strip; /* cells; 0: not shown */
};

static struct columns columns_of(int cols)
{
    struct columns columns = {
        .tid = cols >= WITH_TID ? TID : 0,
        .shares = cols >= MEDIUM,
    };
    int rest = cols - 1 - columns.tid - NAME - STATE - CPU;

    if (columns.shares)
        rest -= SHARES + SINCE;
    if (cols >= WIDE)
        columns.strip = rest - 30 < STRIP ? rest - 30 : STRIP;
    rest -= columns.strip > 0 ? columns.strip + 1 : 0;
    if (rest > 30)
        columns.job = rest / 2;
    columns.waits = rest - columns.job - 1;
    return columns;
}

static void draw_heads(const struct view *view, const struct columns *columns)
{
    int col = 1;

    view_text(view, 0, col, columns->tid, ROLE_FAINT, _("TID"));
    view_text(view, 0, col += columns->tid, NAME, ROLE_FAINT, _("NAME"));
    view_text(view, 0, col += NAME, STATE, ROLE_FAINT, _("STATE"));
    view_text(view, 0, col += STATE, columns->waits, ROLE_FAINT,
              _("WAITS FOR"));
    col += columns->waits + 1;
    if (columns->job > 0)
        view_text(view, 0, col, columns->job, ROLE_FAINT, _("WORKS ON"));
    col += columns->job;
    view_right(view, 0, col += CPU - 1, CPU, ROLE_FAINT, _("CPU%"));
    if (columns->shares) {
        view_right(view, 0, col + SHARES, SHARES, ROLE_FAINT,
                   _("run ready block"));
        view_right(view, 0, col + SHARES + SINCE, SINCE, ROLE_FAINT,
                   _("SINCE"));
        col += SHARES + SINCE;
    }
    if (columns->strip > 0)
        view_text(view, 0, col + 1, columns->strip, ROLE_FAINT, _("LAST 60 s"));
}

static enum role strip_role(enum strip_class class)
{
    switch (class) {
    case STRIP_RUN:
        return ROLE_RUN;
    case STRIP_READY:
        return ROLE_WAIT;
    case STRIP_LOCK:
        return ROLE_BLOCK;
    case STRIP_IO:
        return ROLE_BAR;
    case STRIP_NONE:
    case STRIP_WAIT:
    case STRIP_UNKNOWN:
    case STRIP_GONE:
    case STRIP_CLASSES:
        break;
    }
    return ROLE_FAINT;
}

/* One sign a second, which says the same without colour: # runs, + is ready, L
 * waits for a lock, o for a file, . for work; runs less than half: =. */
static void draw_strip(const struct view *view, int at, int col, int columns,
                       const struct strip_cell cells[STRIP_CELLS])
{
    static const char signs[] = {
        [STRIP_NONE] = ' ', [STRIP_RUN] = '#',     [STRIP_READY] = '+',
        [STRIP_LOCK] = 'L', [STRIP_WAIT] = '.',    [STRIP_IO] = 'o',
        [STRIP_GONE] = ' ', [STRIP_UNKNOWN] = '?',
    };

    for (int i = 0; i < columns; i++) {
        const struct strip_cell *cell = &cells[STRIP_CELLS - columns + i];
        enum strip_class class = (enum strip_class)cell->class;
        char sign[2] = {signs[class], '\0'};

        if (class == STRIP_WAIT && cell->run_percent >= 5) {
            sign[0] = '=';
            class = STRIP_RUN;
        }
        view_text(view, at, col + i, 1, strip_role(class), sign);
    }
}

static void draw_shares(const struct view *view, int at, int col,
                        const struct threads_row *row)
{
    char text[FMT_MAX];
    int64_t since_ms = clock_ms() - row->since_ms;

    if (row->run >= 0)
        view_format(view, at, col + SHARES - 15, 15, ROLE_TEXT, "%3d %5d %5d",
                    row->run / 10, row->ready / 10, row->blocked / 10);
    view_right(view, at, col + SHARES + SINCE, SINCE, ROLE_TEXT,
               fmt_ms(text, row->state == THREADS_RUN ? -1 : since_ms));
}

static void draw_thread(const struct view *view, int at,
                        const struct threads_row *row, bool indent,
                        const struct columns *columns)
{
    char text[THREADS_WHAT + 64];
    int col = 1;

    view_format(view, at, col, columns->tid - 1, ROLE_TEXT, "%d", row->tid);
    col += columns->tid;
    view_format(view, at, col, NAME - 1,
                row->state == THREADS_GONE ? ROLE_FAINT : ROLE_TEXT, "%s%s",
                indent ? " " : "", row->name);
    view_text(view, at, col += NAME, STATE - 1, role_of(row),
              threads_state_word(row->state));
    threads_waits_for(row, text, sizeof(text));
    view_text(view, at, col += STATE, columns->waits,
              row->state == THREADS_LOCK ? ROLE_BLOCK : ROLE_TEXT,
              *text ? text : "-");
    col += columns->waits + 1;
    if (columns->job > 0)
        view_text(view, at, col, columns->job - 1, ROLE_TEXT,
                  *row->job ? row->job : row->role);
    col += columns->job;
    view_right(view, at, col += CPU - 1, CPU, ROLE_TEXT,
               percent(row->cpu, text));
    if (columns->shares) {
        draw_shares(view, at, col, row);
        col += SHARES + SINCE;
    }
    if (columns->strip > 0)
        draw_strip(view, at, col + 1, columns->strip, row->strip);
}

static void draw_heading(const struct view *view, int at,
                         const struct threads_line *line)
{
    view_format(view, at, 1, view->rect.cols - 1, ROLE_TITLE,
                ngettext("%s  %zu thread", "%s  %zu threads", line->count),
                line->row->room, line->count);
}

void threads_draw_list(const struct threads_pane *pane, const struct view *view,
                       bool focus)
{
    const struct list *list = &pane->list;
    struct columns columns = columns_of(view->rect.cols);

    draw_heads(view, &columns);
    for (size_t i = 0; i < list->height && list->first + i < list->count; i++) {
        const struct threads_line *line = &pane->lines[list->first + i];
        bool selected = list->first + i == list->selected;
        int at = (int)i + 1;

        if (line->heading)
            draw_heading(view, at, line);
        else
            draw_thread(view, at, line->row,
                        line->inside && pane->order == THREADS_BY_ROOM,
                        &columns);
        if (!selected)
            continue;
        view_text(view, at, 0, 1, ROLE_TEXT, ">");
        view_paint(view, at, focus ? ROLE_SELECTED : ROLE_MARKED);
    }
    if (list->count == 0)
        view_text(view, 1, 1, view->rect.cols - 1, ROLE_FAINT,
                  pane->totals.passes == 0
                      ? _("Being looked at ...")
                      : _("No thread is like that. Esc shows all."));
}

/* Locks. */

static void draw_lock(const struct view *view, int at,
                      const struct threads_lock *lock, bool wide)
{
    char text[64];
    int col = 1;

    view_text(view, at, col, NAME - 1, ROLE_TEXT, lock->class);
    col += NAME;
    snprintf(text, sizeof(text), "%" PRIu64, lock->takes);
    view_right(view, at, col += 10, 10, ROLE_TEXT, text);
    snprintf(text, sizeof(text), "%" PRIu64, lock->contended);
    view_right(view, at, col += 9, 9,
               lock->waiters > 0 ? ROLE_BLOCK : ROLE_TEXT, text);
    snprintf(text, sizeof(text), "%.2f", (double)lock->wait_max_ns / 1e6);
    view_right(view, at, col += 10, 10, ROLE_TEXT, text);
    snprintf(text, sizeof(text), "%.2f", (double)lock->hold_max_ns / 1e6);
    view_right(view, at, col += 10, 10, ROLE_TEXT, text);
    if (wide && lock->contended_per_s >= 0) {
        snprintf(text, sizeof(text), "%.1f", lock->contended_per_s);
        view_right(view, at, col + 8, 8, ROLE_TEXT, text);
    }
    col += wide ? 8 : 0;
    if (lock->holder > 0)
        view_format(view, at, col + 2, view->rect.cols - col - 2, ROLE_TEXT,
                    "%d %s", lock->holder, lock->holder_name);
}

void threads_draw_locks(const struct threads_pane *pane,
                        const struct view *view, bool focus)
{
    const struct list *list = &pane->list;
    bool wide = view->rect.cols >= 76;
    int col = 1 + NAME;

    view_text(view, 0, 1, NAME, ROLE_FAINT, _("LOCK"));
    view_right(view, 0, col += 10, 10, ROLE_FAINT, _("taken"));
    view_right(view, 0, col += 9, 9, ROLE_FAINT, _("waited"));
    view_right(view, 0, col += 10, 10, ROLE_FAINT, _("wait ms"));
    view_right(view, 0, col += 10, 10, ROLE_FAINT, _("hold ms"));
    if (wide)
        view_right(view, 0, col += 8, 8, ROLE_FAINT, _("waits/s"));
    view_text(view, 0, col + 2, view->rect.cols - col - 2, ROLE_FAINT,
              _("held by"));
    for (size_t i = 0; i < list->height && list->first + i < list->count; i++) {
        int at = (int)i + 1;

        draw_lock(view, at, &pane->locks[list->first + i], wide);
        if (list->first + i != list->selected)
            continue;
        view_text(view, at, 0, 1, ROLE_TEXT, ">");
        view_paint(view, at, focus ? ROLE_SELECTED : ROLE_MARKED);
    }
}

/* Details. */

static int fact(const struct view *view, int at, const char *label,
                const char *text)
{
    if (!*text || at >= view->rect.rows)
        return at;
    view_text(view, at, 1, LABEL - 1, ROLE_FAINT, label);
    view_text(view, at, 1 + LABEL, view->rect.cols - 1 - LABEL, ROLE_TEXT,
              text);
    return at + 1;
}

/* The last states it came into, newest first. */
static void draw_changes(const struct threads_pane *pane,
                         const struct view *view, int at, int tid)
{
    struct threads_change changes[THREADS_CHANGES];
    size_t count =
        threads_changes(pane->threads, tid, 0, changes, THREADS_CHANGES);
    int64_t now_ms = clock_ms();

    for (size_t i = count; i > 0 && at < view->rect.rows; i--, at++) {
        const struct threads_change *change = &changes[i - 1];

        view_format(view, at, 1, view->rect.cols - 1, ROLE_FAINT,
                    _("%7.1f s ago  %-6s %s"),
                    (double)(now_ms - change->ms) / 1000,
                    threads_state_word(change->state), change->what);
    }
}

void threads_draw_detail(const struct threads_pane *pane,
                         const struct view *view)
{
    const struct threads_row *row = threads_selected(pane);
    char text[THREADS_WHAT + 128];
    char age[FMT_MAX];
    int at = 0;

    if (!row) {
        view_text(view, 0, 1, view->rect.cols - 1, ROLE_FAINT,
                  _("Nothing is selected."));
        return;
    }
    view_format(view, at++, 1, view->rect.cols - 1, ROLE_TITLE, "%d %s  %s",
                row->tid, row->name, threads_state_word(row->state));
    threads_waits_for(row, text, sizeof(text));
    at = fact(view, at, row->cycle > 0 ? _("DEADLOCK") : _("waits"), text);
    at = fact(view, at, _("role"), row->role);
    at = fact(view, at, _("works on"), row->job);
    snprintf(text, sizeof(text), _("ran %.3f s, waited %.3f s for a processor"),
             (double)row->run_ns / 1e9, (double)row->ready_ns / 1e9);
    at = fact(view, at, _("time"), text);
    if (row->start_ms >= 0)
        at = fact(view, at, _("age"), fmt_ms(age, clock_ms() - row->start_ms));
    if (at < view->rect.rows) {
        int columns = view->rect.cols - 2 - LABEL;

        view_text(view, at, 1, LABEL, ROLE_FAINT, _("60 s"));
        draw_strip(view, at++, 1 + LABEL, columns < STRIP ? columns : STRIP,
                   row->strip);
    }
    draw_changes(pane, view, at, row->tid);
}
