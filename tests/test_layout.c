#include "tui/layout.h"

#include "tap.h"

static const bool two[LAYOUT_PANES] = {true, true};
static const bool all[LAYOUT_PANES] = {true, true, true, true, true, true};
static const bool last[LAYOUT_PANES] = {[5] = true};

static void test_class(void)
{
    tap_int(layout_class_of(59, 60), LAYOUT_XS, "narrow is XS");
    tap_int(layout_class_of(200, 17), LAYOUT_XS, "flat is XS");
    tap_int(layout_class_of(60, 18), LAYOUT_S, "60x18 is S");
    tap_int(layout_class_of(200, 29), LAYOUT_S, "29 rows are S");
    tap_int(layout_class_of(110, 30), LAYOUT_M, "110x30 is M");
    tap_int(layout_class_of(200, 39), LAYOUT_M, "39 rows are M");
    tap_int(layout_class_of(160, 40), LAYOUT_L, "160x40 is L");
}

static bool shares(const struct rect *a, const struct rect *b)
{
    return a->rows > 0 && b->rows > 0 && a->row < b->row + b->rows &&
           b->row < a->row + a->rows && a->col < b->col + b->cols &&
           b->col < a->col + a->cols;
}

/* Nothing over anything, nothing outside, the one in focus is there. */
static bool sound(const struct layout *layout, int cols, int rows, size_t focus)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        const struct rect *rect = &layout->panes[i];

        if (rect->rows == 0)
            continue;
        if (rect->row < 1 || rect->col < 0 || rect->rows < 0 ||
            rect->cols < 1 || rect->row + rect->rows > layout->message.row ||
            rect->col + rect->cols > cols)
            return false;
        for (size_t k = 0; k < i; k++)
            if (shares(rect, &layout->panes[k]))
                return false;
    }
    return layout->footer.row == rows - 1 && layout->panes[focus].rows > 0;
}

static bool every_size(const bool shown[LAYOUT_PANES], size_t focus, bool zoom)
{
    struct layout layout;

    for (int cols = LAYOUT_MIN_COLS; cols < 260; cols += 3)
        for (int rows = LAYOUT_MIN_ROWS; rows < 80; rows++) {
            layout_fill(&layout, cols, rows, shown, focus, zoom);
            if (layout.too_small || !sound(&layout, cols, rows, focus)) {
                tap_note("%dx%d, focus %zu", cols, rows, focus);
                return false;
            }
        }
    return true;
}

static void test_sizes(void)
{
    bool ok = true;

    for (size_t focus = 0; focus < LAYOUT_PANES; focus++)
        ok =
            every_size(all, focus, false) && every_size(all, focus, true) && ok;
    tap_ok(ok, "six panes fit each size");
    tap_ok(every_size(two, 0, false) && every_size(two, 1, false),
           "two panes do");
    tap_ok(every_size(last, 5, false), "one without a place in a plan does");
}

static void test_too_small(void)
{
    struct layout layout;

    for (int cols = 0; cols < 30; cols++)
        for (int rows = 0; rows < 10; rows++) {
            layout_fill(&layout, cols, rows, two, 0, false);
            if (layout.too_small != (cols < 20 || rows < 5)) {
                tap_ok(false, "%dx%d", cols, rows);
                return;
            }
        }
    tap_ok(true, "20x5 is not too small, less is");
}

static void test_room(void)
{
    struct layout layout;
    int first;

    layout_fill(&layout, 80, 24, two, 0, false);
    tap_int(layout.panes[0].rows + layout.panes[1].rows, 22,
            "S: two panes have all rows but the header's and the footer's");
    first = layout.panes[0].rows;
    layout_fill(&layout, 80, 24, two, 1, false);
    tap_ok(layout.panes[0].rows < first, "the focus has more of them");
    tap_int(layout.message.row, 23, "S: a message is in the footer's row");
    layout_fill(&layout, 120, 40, two, 0, false);
    tap_int(layout.message.row, 38, "M: a message has its own");
    tap_int(layout.panes[0].cols + 1 + layout.panes[1].cols, 120,
            "M: two columns and a line between them");
    layout_fill(&layout, 40, 10, two, 1, false);
    tap_ok(layout.panes[0].rows == 0 && layout.panes[1].rows == 8,
           "XS: the pane in focus alone");
    layout_fill(&layout, 200, 60, two, 0, true);
    tap_ok(layout.panes[1].rows == 0 && layout.panes[0].cols == 200,
           "zoom: it alone");
}

static void test_ways(void)
{
    struct layout layout;

    layout_fill(&layout, 80, 24, two, 0, false);
    tap_int((long long)layout_neighbour(&layout, 0, LAYOUT_DOWN), 1, "below");
    tap_int((long long)layout_neighbour(&layout, 1, LAYOUT_UP), 0, "above");
    tap_int((long long)layout_neighbour(&layout, 1, LAYOUT_DOWN), 1,
            "nothing further below");
    layout_fill(&layout, 200, 60, all, 0, false);
    tap_int((long long)layout_neighbour(&layout, 0, LAYOUT_RIGHT), 1,
            "at the right");
    tap_int((long long)layout_neighbour(&layout, 4, LAYOUT_LEFT), 1,
            "at the left");
    tap_int((long long)layout_neighbour(&layout, 0, LAYOUT_LEFT), 0,
            "nothing further left");
}

int main(void)
{
    test_class();
    test_sizes();
    test_too_small();
    test_room();
    test_ways();
    return tap_done();
}
