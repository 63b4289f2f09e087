/* One step back, for as long as nothing final has happened. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench_state.h"

enum { UNDO_MS = 10000 };

static void forget(struct bench *bench)
{
    if (bench->undo.release)
        bench->undo.release(bench->undo.arg);
    mem_free(bench->undo.what);
    bench->undo = (struct bench_undo){.what = NULL};
}

void bench_undo_past(struct bench *bench)
{
    if (bench->undo.what && bench->undo.past)
        bench->undo.past(bench, bench->undo.arg);
    forget(bench);
}

void bench_undoable(struct bench *bench, const char *what,
                    void (*back)(struct bench *bench, void *arg),
                    void (*past)(struct bench *bench, void *arg), void *arg,
                    void (*release)(void *arg))
{
    bench_undo_past(bench);
    bench->undo = (struct bench_undo){
        .what = mem_strdup(what),
        .until_ms = clock_ms() + UNDO_MS,
        .back = back,
        .past = past,
        .arg = arg,
        .release = release,
    };
    bench_say(bench, BENCH_GOOD, _("%s; u takes it back"), what);
}

void bench_undo_back(struct bench *bench)
{
    if (!bench->undo.what) {
        bench_say(bench, BENCH_NOTE, _("there is nothing to take back"));
        return;
    }
    bench->undo.back(bench, bench->undo.arg);
    bench_say(bench, BENCH_GOOD, _("taken back: %s"), bench->undo.what);
    forget(bench);
}
