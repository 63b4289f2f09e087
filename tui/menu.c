#include "menu.h"

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"

enum { SIDES = 8, WIDTH = 24 };

struct menu {
    char *title;
    const char *const *items;
    size_t now;
    struct list list;
    void (*choose)(struct bench *bench, void *arg, size_t choice);
    void *arg;
};

static struct rect place(void *self, int rows, int cols)
{
    const struct menu *menu = self;
    int height = (int)menu->list.count + 2;

    return (struct rect){(rows - height) / 2, (cols - WIDTH - SIDES) / 2,
                         height, WIDTH + SIDES};
}

static const char *title(void *self)
{
    const struct menu *menu = self;

    return menu->title;
}

static void draw(void *self, const struct view *view, int *row, int *col)
{
    struct menu *menu = self;

    list_fit(&menu->list, menu->list.count, (size_t)view->rect.rows);
    for (size_t i = 0; i < menu->list.height; i++) {
        size_t at = menu->list.first + i;

        if (at >= menu->list.count)
            break;
        view_text(view, (int)i, 1, 1, ROLE_TEXT,
                  at == menu->list.selected ? ">" : " ");
        view_text(view, (int)i, 3, view->rect.cols - 5, ROLE_TEXT,
                  _(menu->items[at]));
        if (at == menu->now)
            view_right(view, (int)i, view->rect.cols - 1, 5, ROLE_FAINT,
                       _("now"));
        if (at == menu->list.selected)
            view_paint(view, (int)i, ROLE_SELECTED);
    }
    *row = (int)(menu->list.selected - menu->list.first);
    *col = 1;
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct menu *menu = self;

    stroke = stroke_fold(stroke);
    if (stroke.code == STROKE_ENTER) {
        menu->choose(bench, menu->arg, menu->list.selected);
        return OVERLAY_CLOSE;
    }
    if (list_key(&menu->list, stroke))
        return OVERLAY_STAY;
    return OVERLAY_CLOSE;
}

static void close_menu(void *self)
{
    struct menu *menu = self;

    mem_free(menu->title);
    mem_free(menu);
}

static const struct overlay menu_overlay = {
    .name = "menu",
    .frame = true,
    .place = place,
    .title = title,
    .draw = draw,
    .key = key,
    .close = close_menu,
};

void menu_open(struct bench *bench, const char *title_text,
               const char *const *items, size_t now,
               void (*choose)(struct bench *bench, void *arg, size_t choice),
               void *arg)
{
    struct menu *menu = mem_new(sizeof(*menu));

    *menu = (struct menu){.title = mem_strdup(title_text),
                          .items = items,
                          .now = now,
                          .choose = choose,
                          .arg = arg};
    while (items[menu->list.count])
        menu->list.count++;
    menu->list.selected = now;
    bench_overlay(bench, &menu_overlay, menu);
}
