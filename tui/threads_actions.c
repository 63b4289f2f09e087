/* What can be done with threads. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "bench.h"
#include "candidates.h"
#include "fetch/fetch.h"
#include "menu.h"
#include "threads_pane.h"

enum { CARRIED_MAX = 128 };

#define ACTION(function)                                            \
    static bool function(void *self, struct bench *bench, int argc, \
                         char **argv, struct err *err)
#define UNUSED (void)bench, (void)argc, (void)argv, (void)err

static bool carries(struct fetch *fetch, uint64_t id, const char *thread)
{
    struct fetch_detail detail;
    bool found = false;

    if (!fetch_detail(fetch, id, &detail))
        return false;
    for (size_t i = 0; i < detail.segment_count && !found; i++)
        found = strcmp(detail.segments[i].thread, thread) == 0;
    fetch_detail_fini(&detail);
    return found;
}

/* To the first download that a thread carries. */
static bool to_download(struct bench *bench, const struct threads_row *thread)
{
    struct fetch *fetch = bench_engine(bench)->fetch;
    struct fetch_row *rows;
    char id[24] = "";
    size_t count;

    if (!fetch)
        return false;
    rows = mem_new(CARRIED_MAX * sizeof(*rows));
    count = fetch_rows(fetch, FETCH_ROWS_ACTIVE, 0, rows, CARRIED_MAX);
    for (size_t i = 0; i < count && !*id; i++)
        if (carries(fetch, rows[i].id, thread->name))
            snprintf(id, sizeof(id), "%" PRIu64, rows[i].id);
    mem_free(rows);
    return *id && bench_reveal(bench, "downloads", id);
}

ACTION(details)
{
    struct threads_pane *pane = self;
    const struct threads_row *row = threads_selected(pane);

    UNUSED;
    if (row && to_download(bench, row))
        return true;
    pane->detailed = !pane->detailed;
    return true;
}

ACTION(back)
{
    struct threads_pane *pane = self;

    UNUSED;
    if (pane->show_locks)
        pane->show_locks = false;
    else if (pane->detailed)
        pane->detailed = false;
    else {
        pane->filter[0] = '\0';
        pane->hide_idle = false;
    }
    threads_arrange(pane);
    return true;
}

ACTION(locks)
{
    struct threads_pane *pane = self;

    UNUSED;
    pane->show_locks = !pane->show_locks;
    list_select(&pane->list, 0);
    threads_arrange(pane);
    return true;
}

ACTION(idle)
{
    struct threads_pane *pane = self;

    UNUSED;
    pane->hide_idle = !pane->hide_idle;
    threads_arrange(pane);
    return true;
}

/* Selects who has what the selected thread waits for. */
ACTION(holder)
{
    const struct threads_row *row = threads_selected(self);
    char tid[16];

    UNUSED;
    if (!row || row->holder <= 0)
        return err_set(err, ERR_MISSING,
                       _("it waits for no thread that is known"));
    snprintf(tid, sizeof(tid), "%d", row->holder);
    bench_reveal(bench, "threads", tid);
    return true;
}

ACTION(look)
{
    struct threads_pane *pane = self;

    UNUSED;
    threads_sample(pane->threads);
    return true;
}

static const char *const orders[] = {
    [THREADS_BY_ROOM] = N_("room"),
    [THREADS_BY_CPU] = N_("cpu"),
    [THREADS_BY_STATE] = N_("state"),
    NULL,
};

static void choose_order(struct bench *bench, void *arg, size_t choice)
{
    struct threads_pane *pane = arg;

    (void)bench;
    pane->order = (enum threads_order)choice;
    threads_arrange(pane);
}

ACTION(order)
{
    struct threads_pane *pane = self;

    (void)err;
    if (argc < 2) {
        menu_open(bench, _("Sort by"), orders, pane->order, choose_order, pane);
        return true;
    }
    for (size_t i = 0; orders[i]; i++)
        if (strcmp(argv[1], orders[i]) == 0) {
            choose_order(bench, pane, i);
            return true;
        }
    return err_set(err, ERR_USAGE,
                   _("threads are sorted by room, cpu or state, not \"%s\""),
                   argv[1]);
}

static void complete_order(void *self, struct bench *bench, int argc,
                           char **argv, struct candidates *candidates)
{
    (void)self;
    (void)bench;
    (void)argv;
    for (size_t i = 0; argc == 2 && orders[i]; i++)
        candidates_add(candidates, orders[i]);
}

const struct action threads_actions[] = {
    {
        .name = "threads details",
        .keys = {"Enter"},
        .summary = N_("To the download it carries; else details"),
        .hint = N_("details"),
        .run = details,
    },
    {
        .name = "threads back",
        .keys = {"Esc"},
        .summary = N_("Close the details, show all"),
        .run = back,
    },
    {
        .name = "threads holder",
        .keys = {"W"},
        .summary = N_("To the thread that it waits for"),
        .hint = N_("holder"),
        .run = holder,
    },
    {
        .name = "threads locks",
        .keys = {"L"},
        .summary = N_("Locks: taken, waited for, held by whom"),
        .hint = N_("locks"),
        .run = locks,
    },
    {
        .name = "threads idle",
        .keys = {"I"},
        .summary = N_("Hide threads that do nothing, or show them"),
        .hint = N_("hide idle"),
        .run = idle,
    },
    {
        .name = "threads sort",
        .keys = {"s"},
        .arguments = "[BY]",
        .summary = N_("Sort by room, cpu or state"),
        .run = order,
        .complete = complete_order,
    },
    {
        .name = "threads look",
        .keys = {"r"},
        .summary = N_("Look at them now"),
        .run = look,
    },
    {.name = NULL},
};
