#include "list.h"

/* The window follows the selection. */
static void show_selected(struct list *list)
{
    if (list->selected >= list->count)
        list->selected = list->count > 0 ? list->count - 1 : 0;
    if (list->height == 0)
        return;
    if (list->first > list->selected)
        list->first = list->selected;
    if (list->selected - list->first >= list->height)
        list->first = list->selected - list->height + 1;
}

/* No empty rows below the last while there are some above the first. */
static void fill_window(struct list *list)
{
    size_t most = list->count > list->height ? list->count - list->height : 0;

    if (list->first > most)
        list->first = most;
}

void list_fit(struct list *list, size_t count, size_t height)
{
    list->count = count;
    list->height = height;
    fill_window(list);
    show_selected(list);
}

static size_t moved(size_t row, long rows, size_t last)
{
    if (rows < 0)
        return row > (size_t)-rows ? row - (size_t)-rows : 0;
    return last - row > (size_t)rows ? row + (size_t)rows : last;
}

void list_move(struct list *list, long rows)
{
    if (list->count == 0)
        return;
    list->selected = moved(list->selected, rows, list->count - 1);
    list->moved = true;
    show_selected(list);
}

void list_select(struct list *list, size_t row)
{
    list->selected = row;
    list->moved = true;
    show_selected(list);
}

void list_scroll(struct list *list, long rows)
{
    size_t most = list->count > list->height ? list->count - list->height : 0;

    if (list->count == 0 || list->height == 0)
        return;
    list->first = moved(list->first, rows, most);
    list->moved = true;
    if (list->selected < list->first)
        list->selected = list->first;
    if (list->selected - list->first >= list->height)
        list->selected = list->first + list->height - 1;
}

bool list_key(struct list *list, struct stroke stroke)
{
    long page = list->height > 1 ? (long)list->height - 1 : 1;

    switch (stroke.code) {
    case 'j':
    case STROKE_DOWN:
        list_move(list, 1);
        return true;
    case 'k':
    case STROKE_UP:
        list_move(list, -1);
        return true;
    case STROKE_PAGE_DOWN:
        list_move(list, page);
        return true;
    case STROKE_PAGE_UP:
        list_move(list, -page);
        return true;
    case 'g':
    case STROKE_HOME:
        list_select(list, 0);
        return true;
    case 'G':
    case STROKE_END:
        list_select(list, list->count);
        return true;
    default:
        return false;
    }
}
