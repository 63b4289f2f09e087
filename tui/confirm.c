#include "confirm.h"

#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"

enum { SIDES = 6 };

struct confirm {
    char *question;
    void (*yes)(struct bench *bench, void *arg);
    void (*release)(void *arg);
    void *arg;
};

static struct rect place(void *self, int rows, int cols)
{
    const struct confirm *confirm = self;
    int width = (int)fmt_columns(confirm->question) + SIDES;

    return (struct rect){rows / 3, (cols - width) / 2, 5, width};
}

static const char *title(void *self)
{
    (void)self;
    return _("Sure?");
}

static void draw(void *self, const struct view *view, int *row, int *col)
{
    const struct confirm *confirm = self;
    int answer = view->rect.rows > 2 ? 2 : 1;

    view_text(view, 0, 1, view->rect.cols - 2, ROLE_TEXT, confirm->question);
    *row = answer;
    *col = 1 + view_text(view, answer, 1, view->rect.cols - 2, ROLE_TEXT,
                         _("[y/N] "));
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct confirm *confirm = self;

    stroke = stroke_fold(stroke);
    if (stroke.mods == 0 && (stroke.code == 'y' || stroke.code == 'Y'))
        confirm->yes(bench, confirm->arg);
    return OVERLAY_CLOSE;
}

static void close(void *self)
{
    struct confirm *confirm = self;

    if (confirm->release)
        confirm->release(confirm->arg);
    mem_free(confirm->question);
    mem_free(confirm);
}

static const struct overlay confirm_overlay = {
    .name = "confirm",
    .frame = true,
    .place = place,
    .title = title,
    .draw = draw,
    .key = key,
    .close = close,
};

void confirm_open(struct bench *bench, const char *question,
                  void (*yes)(struct bench *bench, void *arg), void *arg,
                  void (*release)(void *arg))
{
    struct confirm *confirm = mem_new(sizeof(*confirm));

    *confirm = (struct confirm){mem_strdup(question), yes, release, arg};
    bench_overlay(bench, &confirm_overlay, confirm);
}
