#include "pane_threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "bench.h"
#include "threads_pane.h"

/* A pass takes a tenth of a millisecond; so often is smooth enough. */
enum { PASS_MS = 250 };

static void *open_pane(struct bench *bench)
{
    struct threads_pane *pane;

    if (!bench_engine(bench)->threads)
        return NULL;
    pane = mem_new(sizeof(*pane));
    pane->bench = bench;
    pane->threads = bench_engine(bench)->threads;
    return pane;
}

const struct threads_row *threads_selected(const struct threads_pane *pane)
{
    if (pane->show_locks || pane->list.selected >= pane->list.count)
        return NULL;
    return pane->lines[pane->list.selected].heading
               ? NULL
               : pane->lines[pane->list.selected].row;
}

/* Which rows are shown. */

static bool is_idle(const struct threads_row *row)
{
    return row->cpu <= 0 && row->state != THREADS_RUN &&
           row->state != THREADS_READY && row->state != THREADS_LOCK;
}

static bool is_shown(const struct threads_pane *pane,
                     const struct threads_row *row)
{
    if (pane->hide_idle && is_idle(row))
        return false;
    return !*pane->filter || strcasestr(row->name, pane->filter) ||
           strcasestr(row->role, pane->filter) ||
           strcasestr(row->job, pane->filter) ||
           strcasestr(row->what, pane->filter);
}

static int compare_cpu(const void *a, const void *b)
{
    const struct threads_line *left = a;
    const struct threads_line *right = b;

    if (left->row->cpu != right->row->cpu)
        return left->row->cpu < right->row->cpu ? 1 : -1;
    return left->row->tid - right->row->tid;
}

static int compare_state(const void *a, const void *b)
{
    const struct threads_line *left = a;
    const struct threads_line *right = b;

    if (left->row->state != right->row->state)
        return (int)left->row->state - (int)right->row->state;
    return left->row->tid - right->row->tid;
}

/* How many rows that are shown the room of row i has from there on. */
static size_t shown_from(const struct threads_pane *pane, size_t i)
{
    const char *room = pane->rows[i].room;
    size_t count = 0;

    for (; i < pane->row_count && strcmp(pane->rows[i].room, room) == 0; i++)
        count += is_shown(pane, &pane->rows[i]);
    return count;
}

/* A line for each row; in the order of rooms, a heading before the first of a
 * room that has several. */
static size_t make_lines(struct threads_pane *pane)
{
    size_t count = 0;
    const char *room = "";

    for (size_t i = 0; i < pane->row_count; i++) {
        const struct threads_row *row = &pane->rows[i];
        size_t together = shown_from(pane, i);

        if (!is_shown(pane, row))
            continue;
        if (pane->order == THREADS_BY_ROOM && strcmp(room, row->room) != 0 &&
            together > 1)
            pane->lines[count++] = (struct threads_line){
                .row = row, .heading = true, .count = together};
        pane->lines[count++] = (struct threads_line){
            .row = row,
            .inside = together > 1 || strcmp(room, row->room) == 0,
        };
        room = row->room;
    }
    return count;
}

void threads_arrange(struct threads_pane *pane)
{
    size_t count = make_lines(pane);

    if (pane->show_locks)
        count = pane->lock_count;
    else if (pane->order != THREADS_BY_ROOM)
        qsort(pane->lines, count, sizeof(*pane->lines),
              pane->order == THREADS_BY_CPU ? compare_cpu : compare_state);
    list_fit(&pane->list, count, pane->list.height);
}

/* The selection stays with its thread. */
static void follow(struct threads_pane *pane)
{
    const struct threads_row *row = threads_selected(pane);

    if (pane->show_locks)
        return;
    if (pane->list.moved || pane->selected == 0) {
        pane->selected = row ? row->tid : 0;
        pane->list.moved = false;
        return;
    }
    for (size_t i = 0; i < pane->list.count; i++)
        if (!pane->lines[i].heading &&
            pane->lines[i].row->tid == pane->selected) {
            list_select(&pane->list, i);
            pane->list.moved = false;
            return;
        }
    pane->selected = row ? row->tid : 0;
}

/* While something moves, a pass four times a second; else only when a frame is
 * drawn for another reason. */
static int64_t refresh_pane(void *self, int64_t now_ms)
{
    struct threads_pane *pane = self;

    threads_totals(pane->threads, &pane->totals);
    if (pane->totals.passes != pane->passes) {
        pane->passes = pane->totals.passes;
        pane->row_count =
            threads_rows(pane->threads, 0, pane->rows, THREADS_ROWS_MAX);
        pane->lock_count =
            threads_locks(pane->threads, 0, pane->locks, THREADS_LOCKS_MAX);
        threads_arrange(pane);
    }
    follow(pane);
    if (now_ms - pane->sampled_ms >= PASS_MS) {
        threads_sample(pane->threads);
        pane->sampled_ms = now_ms;
    }
    return pane->totals.moving ? pane->sampled_ms + PASS_MS : -1;
}

static void headline(void *self, struct str *out)
{
    const struct threads_pane *pane = self;
    size_t blocked = pane->totals.state[THREADS_LOCK];

    if (pane->totals.passes == 0)
        return;
    str_printf(out,
               ngettext("%zu thread", "%zu threads",
                        pane->totals.rows - pane->totals.gone),
               pane->totals.rows - pane->totals.gone);
    if (pane->totals.cycles > 0)
        str_puts(out, _(", DEADLOCK"));
    else if (blocked > 0)
        str_printf(out, _(", %zu blocked"), blocked);
}

static void tail(void *self, struct str *out)
{
    const struct threads_pane *pane = self;
    const size_t *state = pane->totals.state;

    str_printf(out, "%zu", pane->totals.rows - pane->totals.gone);
    if (state[THREADS_RUN] > 0)
        str_printf(out, _(", %zu running"), state[THREADS_RUN]);
    if (state[THREADS_LOCK] > 0)
        str_printf(out, _(", %zu blocked"), state[THREADS_LOCK]);
    if (pane->totals.cycles > 0)
        str_puts(out, _(", DEADLOCK"));
}

static void right(void *self, struct str *out)
{
    const struct threads_pane *pane = self;

    if (*pane->filter)
        str_printf(out, "/%s  ", pane->filter);
    if (pane->hide_idle)
        str_puts(out, _("idle hidden  "));
    if (pane->show_locks)
        str_puts(out, _("locks"));
    else if (pane->totals.cpu >= 0)
        str_printf(out, "CPU %d%%", pane->totals.cpu / 10);
}

/* Of the rows of the pane, the list's. */
static int list_rows(const struct threads_pane *pane, int rows)
{
    if (pane->show_locks)
        return rows;
    if (rows >= 2 * THREADS_DETAIL)
        return rows - THREADS_DETAIL;
    return pane->detailed ? (rows >= 10 ? rows / 3 : 1) : rows;
}

static void draw(void *self, const struct view *view, bool focus,
                 int *caret_row)
{
    struct threads_pane *pane = self;
    int rows = list_rows(pane, view->rect.rows);
    struct view part =
        view_part(view, (struct rect){0, 0, rows, view->rect.cols});

    /* the heads of the columns */
    list_fit(&pane->list, pane->list.count, rows > 1 ? (size_t)rows - 1 : 0);
    if (pane->show_locks)
        threads_draw_locks(pane, &part, focus);
    else
        threads_draw_list(pane, &part, focus);
    if (rows < view->rect.rows) {
        part = view_part(view, (struct rect){rows, 0, view->rect.rows - rows,
                                             view->rect.cols});
        threads_draw_detail(pane, &part);
    }
    *caret_row = 1 + (int)(pane->list.selected - pane->list.first);
}

static struct list *list_of(void *self)
{
    struct threads_pane *pane = self;

    return &pane->list;
}

static size_t row_at(void *self, int row)
{
    const struct threads_pane *pane = self;
    const struct list *list = &pane->list;

    if (row < 1 || (size_t)row > list->height ||
        list->first + (size_t)row - 1 >= list->count)
        return SIZE_MAX;
    return list->first + (size_t)row - 1;
}

static void filter_rows(void *self, const char *text)
{
    struct threads_pane *pane = self;

    snprintf(pane->filter, sizeof(pane->filter), "%s", text);
    threads_arrange(pane);
}

static const char *filtered(void *self)
{
    const struct threads_pane *pane = self;

    return pane->filter;
}

/* "> 3 4121 fetch-1 poll socket, big.iso, CPU 1.2%". */
static bool print(void *self, size_t row, struct str *out)
{
    const struct threads_pane *pane = self;
    const struct threads_row *thread;
    char waits[THREADS_WHAT + 64];

    if (row >= pane->list.count)
        return false;
    str_printf(out, "%s %zu ", row == pane->list.selected ? ">" : " ", row + 1);
    thread = pane->lines[row].row;
    if (pane->lines[row].heading)
        return str_puts(out, thread->room);
    threads_waits_for(thread, waits, sizeof(waits));
    str_printf(out, "%d %s %s%s%s", thread->tid, thread->name,
               threads_state_word(thread->state), *waits ? " " : "", waits);
    if (*thread->job)
        str_printf(out, ", %s", thread->job);
    if (thread->cpu >= 0)
        str_printf(out, ", CPU %d.%d%%", thread->cpu / 10, thread->cpu % 10);
    return true;
}

/* A thread by its name or TID. */
static bool reveal(void *self, const char *what)
{
    struct threads_pane *pane = self;

    pane->show_locks = false;
    pane->hide_idle = false;
    filter_rows(pane, "");
    for (size_t i = 0; i < pane->list.count; i++) {
        const struct threads_row *row = pane->lines[i].row;
        char tid[16];

        snprintf(tid, sizeof(tid), "%d", row->tid);
        if (!pane->lines[i].heading &&
            (strcmp(row->name, what) == 0 || strcmp(tid, what) == 0)) {
            list_select(&pane->list, i);
            return true;
        }
    }
    return false;
}

static bool value(void *self, struct str *out)
{
    const struct threads_row *row = threads_selected(self);
    char waits[THREADS_WHAT + 64];

    if (!row)
        return false;
    threads_waits_for(row, waits, sizeof(waits));
    return str_printf(out, "%d %s %s %s", row->tid, row->name,
                      threads_state_word(row->state), waits);
}

const struct pane pane_threads = {
    .name = "threads",
    .title = N_("Threads"),
    .tab = N_("Thr"),
    .actions = threads_actions,
    .open = open_pane,
    .close = mem_free,
    .refresh = refresh_pane,
    .headline = headline,
    .tail = tail,
    .right = right,
    .draw = draw,
    .list = list_of,
    .row_at = row_at,
    .value = value,
    .filter = filter_rows,
    .filtered = filtered,
    .print = print,
    .reveal = reveal,
};
