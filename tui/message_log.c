#include "message_log.h"

#include <time.h>

#include "base/mem.h"
#include "base/text.h"

struct message_log {
    const struct messages *messages;
    struct list list;
};

static struct rect place(void *self, int rows, int cols)
{
    (void)self;
    return (struct rect){rows / 8, 2, rows * 3 / 4, cols - 4};
}

static const char *title(void *self)
{
    (void)self;
    return _("Messages");
}

static const char *hint(void *self)
{
    (void)self;
    return _("j k move   Esc closes");
}

static void draw_message(const struct view *view, int row,
                         const struct message *message, bool selected)
{
    time_t wall = (time_t)(message->wall_ms / 1000);
    struct tm tm;
    char clock[16] = "";

    if (localtime_r(&wall, &tm))
        strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
    view_text(view, row, 0, 1, ROLE_TEXT, selected ? ">" : " ");
    view_text(view, row, 1, 9, ROLE_FAINT, clock);
    view_text(view, row, 10, view->rect.cols - 10,
              message->tone == MESSAGE_BAD ? ROLE_BAD : ROLE_TEXT,
              message->text);
}

static void draw(void *self, const struct view *view, int *row, int *col)
{
    struct message_log *log = self;
    const struct messages *messages = log->messages;
    size_t kept =
        messages->count < MESSAGES_KEPT ? messages->count : MESSAGES_KEPT;

    list_fit(&log->list, kept, (size_t)view->rect.rows);
    for (size_t i = 0; i < log->list.height; i++) {
        size_t at = log->list.first + i;
        const struct message *message =
            messages_get(messages, messages->count - kept + at);

        if (at < kept && message)
            draw_message(view, (int)i, message, at == log->list.selected);
    }
    if (kept == 0)
        view_text(view, 0, 1, view->rect.cols - 1, ROLE_FAINT,
                  _("Nothing has been said yet."));
    *row = (int)(log->list.selected - log->list.first);
    *col = 0;
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct message_log *log = self;

    (void)bench;
    if (stroke.code == STROKE_ESCAPE || stroke.code == 'q' ||
        stroke.code == 'M')
        return OVERLAY_CLOSE;
    list_key(&log->list, stroke);
    return OVERLAY_STAY;
}

static const struct overlay log_overlay = {
    .name = "messages",
    .frame = true,
    .place = place,
    .title = title,
    .hint = hint,
    .draw = draw,
    .key = key,
    .close = mem_free,
};

void message_log_open(struct bench *bench, const struct messages *messages)
{
    struct message_log *log = mem_new(sizeof(*log));

    log->messages = messages;
    log->list.selected = messages->count;
    bench_overlay(bench, &log_overlay, log);
}
