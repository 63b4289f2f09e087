#include "queue_view.h"

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"

enum { STATE = 9, SIZE = 8 };

struct queue_view {
    struct bench *bench;
    struct session_memory memory;
    struct list list;
};

static struct rect place(void *self, int rows, int cols)
{
    (void)self;
    return (struct rect){2, 2, rows - 4, cols - 4};
}

static const char *title(void *self)
{
    (void)self;
    return _("The other workbench's queue");
}

static const char *hint(void *self)
{
    (void)self;
    return _("r reads it again   Esc closes");
}

static const char *word(enum session_state state)
{
    static const char *const words[SESSION_STATES] = {
        [SESSION_QUEUED] = N_("queued"),     [SESSION_PAUSED] = N_("paused"),
        [SESSION_DONE] = N_("done"),         [SESSION_FAILED] = N_("FAILED"),
        [SESSION_CANCELED] = N_("canceled"), [SESSION_SKIPPED] = N_("skipped"),
    };

    return _(words[state]);
}

static void draw_record(const struct view *view, int at,
                        const struct session_record *record)
{
    char size[FMT_MAX];
    int rest = view->rect.cols - 1 - STATE - SIZE;

    view_text(view, at, 1, STATE, ROLE_TEXT, word(record->state));
    view_right(view, at, 1 + STATE + SIZE - 1, SIZE, ROLE_TEXT,
               fmt_bytes(size, record->bytes));
    view_format(view, at, 1 + STATE + SIZE, rest, ROLE_TEXT, "%s  %s",
                record->name ? record->name : "", record->urls[0]);
}

static void draw(void *self, const struct view *view, int *row, int *col)
{
    struct queue_view *queue = self;
    struct session_memory memory;

    if (session_take(bench_engine(queue->bench)->session, &memory)) {
        session_memory_fini(&queue->memory);
        queue->memory = memory;
    }
    list_fit(&queue->list, queue->memory.record_count, (size_t)view->rect.rows);
    for (size_t i = 0; i < queue->list.height; i++) {
        size_t at = queue->list.first + i;

        if (at >= queue->list.count)
            break;
        draw_record(view, (int)i, queue->memory.records[at]);
        if (at == queue->list.selected)
            view_paint(view, (int)i, ROLE_SELECTED);
    }
    if (queue->list.count == 0)
        view_text(view, 0, 1, view->rect.cols - 1, ROLE_FAINT,
                  _("There is nothing in it."));
    *row = (int)(queue->list.selected - queue->list.first);
    *col = 0;
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct queue_view *queue = self;

    stroke = stroke_fold(stroke);
    if (stroke.code == 'r')
        session_reload(bench_engine(bench)->session);
    else if (!list_key(&queue->list, stroke))
        return OVERLAY_CLOSE;
    return OVERLAY_STAY;
}

static void close_view(void *self)
{
    struct queue_view *queue = self;

    session_memory_fini(&queue->memory);
    mem_free(queue);
}

static const struct overlay view_overlay = {
    .name = "queue",
    .frame = true,
    .place = place,
    .title = title,
    .hint = hint,
    .draw = draw,
    .key = key,
    .close = close_view,
};

void queue_view_open(struct bench *bench)
{
    const struct session_options options = {.path = NULL};
    struct engine *engine = bench_engine(bench);
    struct queue_view *queue;
    struct err err;

    if (!engine->session && !engine_view(engine, &options, &err)) {
        bench_fail(bench, &err);
        return;
    }
    queue = mem_new(sizeof(*queue));
    queue->bench = bench;
    bench_overlay(bench, &view_overlay, queue);
}
