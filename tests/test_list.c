#include "tui/list.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

static void is(const struct list *list, size_t selected, size_t first,
               const char *what)
{
    if (!tap_ok(list->selected == selected && list->first == first, "%s", what))
        tap_note("selected %zu, first %zu", list->selected, list->first);
}

static void test_movements(void)
{
    struct list list = {.count = 0};

    list_move(&list, 1);
    list_select(&list, 7);
    list_fit(&list, 0, 5);
    is(&list, 0, 0, "an empty list stays where it is");
    list_fit(&list, 100, 10);
    list_move(&list, 9);
    is(&list, 9, 0, "the last row that is seen");
    list_move(&list, 1);
    is(&list, 10, 1, "one more scrolls");
    list_move(&list, -100);
    is(&list, 0, 0, "not above the first");
    list_move(&list, LONG_MAX);
    is(&list, 99, 90, "not below the last");
    list_select(&list, SIZE_MAX);
    is(&list, 99, 90, "a row that is not there is the last");
    tap_ok(list.moved, "somebody moved it");
}

static void test_fit(void)
{
    struct list list = {.count = 0};

    list_fit(&list, 100, 10);
    list_select(&list, 99);
    list_fit(&list, 100, 4);
    is(&list, 99, 96, "fewer rows fit: the selected one is seen");
    list_fit(&list, 100, 20);
    is(&list, 99, 80, "more fit: no empty rows below");
    list_fit(&list, 5, 20);
    is(&list, 4, 0, "most are gone");
    list_fit(&list, 0, 20);
    is(&list, 0, 0, "all are gone");
    list_fit(&list, 10, 0);
    is(&list, 0, 0, "none fits");
    list_fit(&list, 10, 1);
    list_move(&list, 3);
    is(&list, 3, 3, "one fits");
}

static void test_scroll(void)
{
    struct list list = {.count = 0};

    list_scroll(&list, 3);
    list_fit(&list, 100, 10);
    list_select(&list, 5);
    list_scroll(&list, 3);
    is(&list, 5, 3, "the selection stays while it is seen");
    list_scroll(&list, 3);
    is(&list, 6, 6, "and then goes along");
    list_scroll(&list, 1000);
    is(&list, 90, 90, "down to the end");
    list_scroll(&list, -1000);
    is(&list, 9, 0, "and back");
}

static void test_keys(void)
{
    struct list list = {.count = 0};

    list_fit(&list, 100, 10);
    tap_ok(list_key(&list, stroke_of('j', 0)) &&
               list_key(&list, (struct stroke){.code = STROKE_PAGE_DOWN}),
           "keys that move");
    is(&list, 10, 1, "have moved");
    tap_ok(list_key(&list, stroke_of('G', 0)), "to the end");
    is(&list, 99, 90, "the end");
    tap_ok(!list_key(&list, stroke_of('x', 0)), "one that does not");
}

/* Whatever happens, the selected row is there and seen. */
static void test_random(void)
{
    struct list list = {.count = 0};
    bool ok = true;

    srand(1);
    for (int i = 0; i < 100000 && ok; i++) {
        int by = rand() % 300 - 150;

        switch (rand() % 4) {
        case 0:
            list_fit(&list, (size_t)(rand() % 200), (size_t)(rand() % 50));
            break;
        case 1:
            list_move(&list, by);
            break;
        case 2:
            list_scroll(&list, by);
            break;
        default:
            list_select(&list, (size_t)(rand() % 250));
        }
        ok = (list.selected < list.count || list.selected == 0) &&
             (list.height == 0 || list.count == 0 ||
              (list.first <= list.selected &&
               list.selected < list.first + list.height));
    }
    tap_ok(ok, "100,000 movements");
}

int main(void)
{
    test_movements();
    test_fit();
    test_scroll();
    test_keys();
    test_random();
    return tap_done();
}
