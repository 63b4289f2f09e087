/* What goes off the list. What is over is only marked until it is too late to
 * take that back, and canceling has an undo of its own. */
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"
#include "bench.h"
#include "downloads.h"

void downloads_add_id(uint64_t **ids, size_t *count, uint64_t id)
{
    *ids = mem_resize(*ids, *count + 1, sizeof(**ids));
    (*ids)[(*count)++] = id;
}

void downloads_drop_id(uint64_t *ids, size_t *count, uint64_t id)
{
    size_t kept = 0;

    for (size_t i = 0; i < *count; i++)
        if (ids[i] != id)
            ids[kept++] = ids[i];
    *count = kept;
}

/* There is one at a time, and what it is going to forget is what the rows mark
 * as going. */
struct removal {
    struct downloads *downloads;
    uint64_t *forget;
    size_t forget_count;
    size_t canceled;
};

static void removal_back(struct bench *bench, void *arg)
{
    struct removal *removal = arg;
    struct downloads *downloads = removal->downloads;

    (void)bench;
    for (size_t i = 0; i < removal->canceled; i++)
        fetch_undo_cancel(downloads->fetch);
    downloads->going_count = 0;
}

static void removal_past(struct bench *bench, void *arg)
{
    struct removal *removal = arg;
    struct downloads *downloads = removal->downloads;

    for (size_t i = 0; i < removal->forget_count; i++) {
        fetch_forget(downloads->fetch, removal->forget[i]);
        bench_forget(bench, removal->forget[i]);
    }
    downloads->going_count = 0;
    bench_touch(bench);
}

static void removal_free(void *arg)
{
    struct removal *removal = arg;

    mem_free(removal->forget);
    mem_free(removal);
}

static bool is_over(enum fetch_state state)
{
    return state == FETCH_DONE || state == FETCH_FAILED ||
           state == FETCH_SKIPPED || state == FETCH_CANCELED;
}

static void remove_one(struct removal *removal, uint64_t id)
{
    struct downloads *downloads = removal->downloads;
    struct fetch_detail detail;

    if (!fetch_detail(downloads->fetch, id, &detail))
        return;
    if (is_over(detail.row.state)) {
        downloads_add_id(&removal->forget, &removal->forget_count, id);
        downloads_add_id(&downloads->going, &downloads->going_count, id);
    } else {
        fetch_cancel(downloads->fetch, id);
        removal->canceled++;
    }
    fetch_detail_fini(&detail);
}

static void offer_undo(struct bench *bench, struct removal *removal)
{
    size_t count = removal->forget_count + removal->canceled;
    char what[96];

    if (removal->canceled > 0)
        snprintf(
            what, sizeof(what),
            ngettext("%zu download canceled", "%zu downloads canceled", count),
            count);
    else
        snprintf(what, sizeof(what),
                 ngettext("%zu row taken off the list",
                          "%zu rows taken off the list", count),
                 count);
    bench_undoable(bench, what, removal_back, removal_past, removal,
                   removal_free);
}

bool downloads_cancel(struct downloads *downloads, struct bench *bench,
                      struct err *err)
{
    struct removal *removal;

    if (downloads->tag_count == 0 && downloads->selected == 0)
        return err_set(err, ERR_MISSING, _("no download is selected"));
    bench_undo_past(bench);
    removal = mem_new(sizeof(*removal));
    removal->downloads = downloads;
    if (downloads->tag_count == 0)
        remove_one(removal, downloads->selected);
    for (size_t i = 0; i < downloads->tag_count; i++)
        remove_one(removal, downloads->tags[i]);
    downloads->tag_count = 0;
    offer_undo(bench, removal);
    return true;
}

void downloads_clear(struct downloads *downloads, struct bench *bench)
{
    struct fetch_view *view = fetch_view_new();
    const struct fetch_query query = {.states = 1U << FETCH_DONE |
                                                1U << FETCH_SKIPPED |
                                                1U << FETCH_CANCELED};
    struct removal *removal = mem_new(sizeof(*removal));
    size_t count = 0;
    size_t got;

    bench_undo_past(bench);
    removal->downloads = downloads;
    fetch_view_ask(view, &query);
    for (size_t first = 0;; first += got) {
        struct fetch_row *rows = mem_new(DOWNLOADS_ROWS * sizeof(*rows));

        got = fetch_view_rows(downloads->fetch, view, first, rows,
                              DOWNLOADS_ROWS, &count);
        for (size_t i = 0; i < got; i++) {
            downloads_add_id(&removal->forget, &removal->forget_count,
                             rows[i].id);
            downloads_add_id(&downloads->going, &downloads->going_count,
                             rows[i].id);
        }
        mem_free(rows);
        if (got == 0)
            break;
    }
    fetch_view_free(view);
    offer_undo(bench, removal);
}

static void delete_one(struct downloads *downloads, uint64_t id)
{
    fetch_delete(downloads->fetch, id);
    bench_forget(downloads->bench, id);
}

static void delete_now(struct bench *bench, void *arg)
{
    struct downloads *downloads = arg;

    (void)bench;
    if (downloads->tag_count == 0)
        delete_one(downloads, downloads->selected);
    for (size_t i = 0; i < downloads->tag_count; i++)
        delete_one(downloads, downloads->tags[i]);
    downloads->tag_count = 0;
}

bool downloads_delete(struct downloads *downloads, struct bench *bench,
                      struct err *err)
{
    const struct fetch_row *row = downloads_row(downloads);
    char question[FETCH_NAME + 64];

    if (downloads->tag_count == 0 && !row)
        return err_set(err, ERR_MISSING, _("no download is selected"));
    if (downloads->tag_count > 0)
        snprintf(question, sizeof(question),
                 _("Delete the files of %zu downloads from the disk?"),
                 downloads->tag_count);
    else
        snprintf(question, sizeof(question), _("Delete %s from the disk?"),
                 row->name);
    bench_confirm(bench, question, delete_now, downloads, NULL);
    return true;
}
