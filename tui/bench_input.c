/* What an event does: to the topmost overlay, else by the table of keys. */
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench_state.h"
#include "palette.h"

enum { WHEEL_ROWS = 3 };

static void done(struct bench *bench, enum overlay_outcome outcome,
                 size_t layer)
{
    if (outcome == OVERLAY_CLOSE && bench->layer_count > layer)
        bench_layer_close(bench, layer);
}

/* Alt and a digit goes to a pane from anywhere. */
static bool to_pane(struct bench *bench, struct stroke stroke)
{
    if (stroke.mods != STROKE_ALT || stroke.code < '1' ||
        stroke.code > '0' + LAYOUT_PANES)
        return false;
    while (bench->layer_count > 0)
        bench_layer_close(bench, bench->layer_count - 1);
    bench_set_focus(bench, stroke.code - '1');
    return true;
}

static void run(struct bench *bench, const struct action *action, size_t owner)
{
    char *argv[] = {(char *)(uintptr_t)action->name, NULL};
    struct err err;

    if (action_needs_argument(action)) {
        char line[128];

        snprintf(line, sizeof(line), "%s ", action->name);
        bench_palette(bench, line);
    } else if (!bench_run(bench, action, owner, 1, argv, &err)) {
        bench_fail(bench, &err);
    }
}

static void unknown(struct bench *bench)
{
    char name[STROKE_NAME];

    bench_say(bench, BENCH_NOTE, _("%s is no key here: ? shows those that are"),
              stroke_name(name, bench->pending[bench->pending_count - 1]));
}

static void command_key(struct bench *bench, struct stroke stroke)
{
    const struct binding *binding;
    bool more;

    bench->pending[bench->pending_count++] = stroke_fold(stroke);
    binding = bindings_find(&bench->bindings, bench->pending,
                            bench->pending_count, bench->focus, &more);
    if (more && !binding && bench->pending_count < ACTION_STROKES)
        return;
    if (binding)
        run(bench, binding->action, binding->owner);
    else if (bench->pending_count > 1 || stroke.code != STROKE_ESCAPE)
        unknown(bench);
    bench->pending_count = 0;
}

static void take_stroke(struct bench *bench, struct stroke stroke)
{
    size_t top = bench->layer_count;

    messages_seen(&bench->messages);
    if (to_pane(bench, stroke))
        return;
    if (top > 0) {
        const struct bench_layer *layer = &bench->layers[top - 1];
        enum overlay_outcome outcome =
            layer->overlay->key(layer->self, bench, stroke);

        done(bench, outcome, top - 1);
        if (outcome != OVERLAY_PASS)
            return;
    }
    command_key(bench, stroke);
}

static void take_paste(struct bench *bench, const char *text)
{
    size_t top = bench->layer_count;

    if (top > 0) {
        const struct bench_layer *layer = &bench->layers[top - 1];

        if (layer->overlay->paste)
            done(bench, layer->overlay->paste(layer->self, bench, text),
                 top - 1);
        return;
    }
    for (size_t turn = 0; turn < LAYOUT_PANES; turn++) {
        size_t number = (bench->focus + turn) % LAYOUT_PANES;

        if (bench->shown[number] && panes[number]->paste &&
            panes[number]->paste(bench->selves[number], text)) {
            bench_set_focus(bench, number);
            return;
        }
    }
    bench_say(bench, BENCH_NOTE, _("nothing here takes that paste"));
}

static bool inside(const struct rect *rect, int row, int col)
{
    return row >= rect->row && row < rect->row + rect->rows &&
           col >= rect->col && col < rect->col + rect->cols;
}

static void click(struct bench *bench, size_t number,
                  const struct input_event *event)
{
    int top = bench->layout.panes[number].row +
              (bench->layout.size_class == LAYOUT_XS ? 0 : 1);
    void *self = bench->selves[number];
    struct list *list = panes[number]->list(self);
    size_t row = panes[number]->row_at(self, event->row - top);

    if (event->kind == INPUT_WHEEL_UP || event->kind == INPUT_WHEEL_DOWN) {
        list_scroll(list,
                    event->kind == INPUT_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS);
        return;
    }
    bench_set_focus(bench, number);
    if (row == SIZE_MAX)
        return;
    list_select(list, row);
    if (event->kind == INPUT_DOUBLE_CLICK)
        take_stroke(bench, (struct stroke){.code = STROKE_ENTER});
}

static void take_mouse(struct bench *bench, const struct input_event *event)
{
    size_t top = bench->layer_count;

    if (event->kind == INPUT_DRAG) {
        bench_say(bench, BENCH_NOTE, _("Shift and drag selects; m: mouse off"));
        return;
    }
    if (top > 0) {
        const struct bench_layer *layer = &bench->layers[top - 1];
        struct input_event here = *event;

        here.row -= layer->row + layer->inside.row;
        here.col -= layer->col + layer->inside.col;
        if (layer->overlay->mouse)
            done(bench, layer->overlay->mouse(layer->self, bench, &here),
                 top - 1);
        return;
    }
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (bench->shown[i] &&
            inside(&bench->layout.panes[i], event->row, event->col)) {
            click(bench, i, event);
            return;
        }
}

/* A line that fails is there again, to be put right. */
static void run_later(struct bench *bench)
{
    char *line = bench->later_line;
    struct err err;

    bench->later_line = NULL;
    if (!bench_command(bench, line, &err)) {
        bench_fail(bench, &err);
        palette_open(bench, line, err.text);
    }
    mem_free(line);
}

void bench_take(struct bench *bench, const struct input_event *event)
{
    bench_touch(bench);
    switch (event->kind) {
    case INPUT_STROKE:
        take_stroke(bench, event->stroke);
        break;
    case INPUT_PASTE:
        take_paste(bench, event->text);
        break;
    case INPUT_CLICK:
    case INPUT_DOUBLE_CLICK:
    case INPUT_DRAG:
    case INPUT_WHEEL_UP:
    case INPUT_WHEEL_DOWN:
        take_mouse(bench, event);
        break;
    case INPUT_FOCUS:
    case INPUT_BLUR:
    case INPUT_SCREEN:
        break;
    case INPUT_END:
        bench->over = true;
        break;
    }
    if (bench->later) {
        const struct action *action = bench->later;

        bench->later = NULL;
        run(bench, action, bench->later_owner);
    }
    if (bench->later_line)
        run_later(bench);
}
