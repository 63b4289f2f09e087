#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attach.h"
#include "base/fmt.h"
#include "base/mem.h"

#define MS_NS 1000000

const char *attach_claim(enum threads_claim claim)
{
    static const char *const words[] = {
        [THREADS_NOT_KNOWN] = "unknown",
        [THREADS_SAMPLED] = "sampled",
        [THREADS_CONFIRMED] = "confirmed",
        [THREADS_EXACT] = "exact",
    };

    return words[claim];
}

const struct threads_row *attach_row(const struct attach_view *view, int tid)
{
    for (size_t i = 0; i < view->count; i++)
        if (view->rows[i].tid == tid && view->rows[i].state != THREADS_GONE)
            return &view->rows[i];
    return NULL;
}

const char *attach_stack(const struct attach_view *view,
                         const struct threads_row *row)
{
    return view->stacks ? view->stacks[row - view->rows] : NULL;
}

static bool is_member(const struct threads_row *row, bool ring, unsigned number)
{
    return (ring ? row->ring : row->cycle) == number;
}

void attach_members(const struct attach_view *view, bool ring, unsigned number,
                    void (*each)(void *arg, const struct threads_row *row,
                                 int place),
                    void *arg)
{
    const struct threads_row *first = view->rows;
    const struct threads_row *row;
    int place = 0;

    while (first < view->rows + view->count && !is_member(first, ring, number))
        first++;
    if (first == view->rows + view->count)
        return;
    row = first;
    do {
        each(arg, row, ++place);
        row = attach_row(view, row->holder);
    } while (row && row != first && is_member(row, ring, number) &&
             (size_t)place < view->count);
}

/* ---- one thread ---- */

static void say_holder(struct out *out, const struct attach_view *view,
                       const struct threads_row *row, const char *indent)
{
    const struct threads_row *holder = attach_row(view, row->holder);
    char state[40] = "";

    if (row->holder == 0)
        return;
    if (holder)
        snprintf(state, sizeof(state), ", which is in %s",
                 threads_state_word(holder->state));
    if (row->object == OBJECT_THREAD)
        out_line(out, OUT_RESULT, "%sthat is \"%s\"%s  [%s]", indent,
                 row->holder_name, state, attach_claim(row->claim));
    else
        out_line(out, OUT_RESULT, "%sheld by %d \"%s\"%s  [%s]", indent,
                 row->holder, row->holder_name, state,
                 attach_claim(row->claim));
}

static const char *call_of(const struct threads_row *row, char out[80])
{
    out[0] = '\0';
    if (row->call[0] && row->object == OBJECT_NONE)
        snprintf(out, 80, " in %s", row->call);
    return out;
}

static void say_wait(struct out *out, const struct attach_view *view,
                     const struct threads_row *row, const char *indent)
{
    char address[40] = "";
    const char *ends = row->timed ? ", with a time limit" : "";

    if (row->object != OBJECT_NONE && row->object != OBJECT_THREAD)
        snprintf(address, sizeof(address), " (0x%llx)",
                 (unsigned long long)row->address);
    if (row->object != OBJECT_NONE)
        out_line(out, OUT_RESULT, "%swaits for %s%s%s%s%s", indent, row->what,
                 address, row->note[0] ? ": " : "", row->note, ends);
    else if (row->what[0])
        out_line(out, OUT_RESULT, "%son %s", indent, row->what);
    say_holder(out, view, row, indent);
}

static void say_stack(struct out *out, const struct attach_view *view,
                      const struct threads_row *row, const char *indent)
{
    const char *line = attach_stack(view, row);

    while (line && *line) {
        int len = (int)strcspn(line, "\n");

        out_line(out, OUT_RESULT, "%s  at %.*s", indent, len, line);
        line += len;
        line += *line == '\n';
    }
}

static void say_thread(struct out *out, const struct attach_view *view,
                       const struct threads_row *row)
{
    char since[FMT_MAX];
    char call[80];
    char cpu[24] = "";
    char start[THREADS_START + 16] = "";

    if (row->cpu >= 0)
        snprintf(cpu, sizeof(cpu), ", %d.%d%% CPU", row->cpu / 10,
                 row->cpu % 10);
    if (row->start[0])
        snprintf(start, sizeof(start), ", began in %s", row->start);
    out_line(out, OUT_RESULT,
             "%d \"%s\" %s%s for at least %s%s, ran %.3f s, ready %.3f s%s",
             row->tid, row->name, threads_state_word(row->state),
             call_of(row, call), fmt_ms(since, row->pass_ms - row->since_ms),
             cpu, (double)row->run_ns / 1e9, (double)row->ready_ns / 1e9,
             start);
    if (row->inner != row->tid && row->inner > 0)
        out_line(out, OUT_RESULT, "    in its own namespace thread %d",
                 row->inner);
    if (row->state == THREADS_GONE)
        return;
    say_wait(out, view, row, "    ");
    say_stack(out, view, row, "    ");
}

/* ---- rings ---- */

struct saying {
    struct out *out;
    const struct attach_view *view;
};

static void say_member(void *arg, const struct threads_row *row, int place)
{
    const struct saying *saying = arg;

    out_line(saying->out, OUT_RESULT, "  %d. %d \"%s\"%s%s", place, row->tid,
             row->name, row->start[0] ? ", began in " : "", row->start);
    say_wait(saying->out, saying->view, row, "       ");
    say_stack(saying->out, saying->view, row, "       ");
}

static size_t ring_size(const struct attach_view *view, bool ring,
                        unsigned number)
{
    size_t size = 0;

    for (size_t i = 0; i < view->count; i++)
        size += is_member(&view->rows[i], ring, number);
    return size;
}

static void say_rings(struct out *out, const struct attach_view *view,
                      bool ring, unsigned count)
{
    struct saying saying = {out, view};

    for (unsigned n = 1; n <= count; n++) {
        size_t size = ring_size(view, ring, n);

        if (ring)
            out_line(out, OUT_RESULT,
                     "RING of %zu threads that opens when a wait runs out of "
                     "time:",
                     size);
        else if (size == 1)
            out_line(out, OUT_RESULT, "DEADLOCK: a thread waits for itself:");
        else
            out_line(out, OUT_RESULT,
                     "DEADLOCK of %zu threads, each waits for the next and the "
                     "last for the first:",
                     size);
        attach_members(view, ring, n, say_member, &saying);
        out_line(out, OUT_RESULT, " ");
    }
}

/* ---- all ---- */

static void say_head(struct out *out, const struct attach_view *view)
{
    const struct threads_target *target = &view->target;
    size_t alive = view->totals.rows - view->totals.gone;
    time_t now = time(NULL);
    struct tm local;
    char when[40] = "";

    if (localtime_r(&now, &local))
        strftime(when, sizeof(when), "%F %T", &local);
    out_line(out, OUT_RESULT, "%d %s, %zu thread%s, %s", (int)target->pid,
             target->command[0] ? target->command : target->name, alive,
             alive == 1 ? "" : "s", when);
    if (target->limit[0])
        out_line(out, OUT_RESULT, "note: %s", target->limit);
    if (target->ended)
        out_line(out, OUT_RESULT, "note: the process has ended");
    out_line(out, OUT_RESULT, " ");
}

void attach_report(struct out *out, const struct attach_view *view)
{
    say_head(out, view);
    say_rings(out, view, false, view->totals.cycles);
    say_rings(out, view, true, view->totals.rings);
    for (size_t i = 0; i < view->count; i++)
        say_thread(out, view, &view->rows[i]);
    out_line(out, OUT_RESULT, " ");
    if (view->totals.cycles == 0)
        out_line(out, OUT_RESULT, "no deadlock found");
    else
        out_line(out, OUT_RESULT, "%u deadlock%s found", view->totals.cycles,
                 view->totals.cycles == 1 ? "" : "s");
}
