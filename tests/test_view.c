#include <curses.h>
#include <locale.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"
#include "tui/screen.h"
#include "tui/view.h"

enum { WIDTH = 30, HEIGHT = 6 };

static struct screen screen; /* its theme is all zero: no colours */
static struct view view;

/* Row number row of the screen as UTF-8, without the blanks at its end. */
static const char *row_text(int row)
{
    static char out[8 * WIDTH];
    wchar_t wide[WIDTH + 1];
    size_t len;

    mvwinnwstr(view.window, row, 0, wide, WIDTH);
    len = wcstombs(out, wide, sizeof(out) - 1);
    len = len == (size_t)-1 ? 0 : len;
    while (len > 0 && out[len - 1] == ' ')
        len--;
    out[len] = '\0';
    return out;
}

static void clear_all(void)
{
    werase(view.window);
}

static void test_text(void)
{
    clear_all();
    tap_int(view_text(&view, 0, 0, 10, ROLE_TEXT, "short"), 5, "its columns");
    tap_int(view_text(&view, 1, 0, 10, ROLE_TEXT, "longer than ten"), 10,
            "no more than there are");
    tap_is(row_text(1), "longer th…", "a cut text says so");
    view_text(&view, 2, 0, 6, ROLE_TEXT, "线程实验");
    tap_is(row_text(2), "线程…", "no half of a wide character");
    view_text(&view, 3, 0, 5, ROLE_TEXT, "线程实验");
    tap_is(row_text(3), "线程…", "all of the columns");
    view_text(&view, 4, 0, 20, ROLE_TEXT,
              "e\xcc\x81"
              "x\x1b[31m\xe2\x80\xae\xff.");
    tap_is(row_text(4),
           "e\xcc\x81"
           "x\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd.",
           "what a terminal must not see is replaced");
    tap_int(view_text(&view, 5, 27, 10, ROLE_TEXT, "abcdef"), 3,
            "nothing beyond the edge");
    tap_is(row_text(5), "                           abc",
           "nor in the next row");
}

static void test_outside(void)
{
    clear_all();
    view_text(&view, -1, 0, 5, ROLE_TEXT, "x");
    view_text(&view, HEIGHT, 0, 5, ROLE_TEXT, "x");
    view_text(&view, 0, WIDTH, 5, ROLE_TEXT, "x");
    view_text(&view, 0, -1, 5, ROLE_TEXT, "x");
    view_text(&view, 0, 0, 0, ROLE_TEXT, "x");
    view_text(&view, 0, 0, -5, ROLE_TEXT, "x");
    view_right(&view, 0, 2, 20, ROLE_TEXT, "longer");
    view_bar(&view, 0, 0, -1, 1, 2);
    view_paint(&view, 9, ROLE_TEXT);
    for (int row = 0; row < HEIGHT; row++)
        if (*row_text(row)) {
            tap_is(row_text(row), "", "nothing is drawn outside");
            return;
        }
    tap_ok(true, "nothing is drawn outside");
}

static void test_right(void)
{
    clear_all();
    tap_int(view_right(&view, 0, 30, 10, ROLE_TEXT, "12K"), 27, "its column");
    tap_is(row_text(0) + 27, "12K", "at the end");
}

static void test_bar(void)
{
    clear_all();
    view_bar(&view, 0, 0, 4, 5, 8);
    tap_is(row_text(0), "██▌░", "a bar in eighths");
    view_bar(&view, 0, 0, 4, 9, 8);
    tap_is(row_text(0), "████", "not more than full");
    view_bar(&view, 0, 0, 4, 9, 0);
    tap_is(row_text(0), "░░░░", "of nothing it is empty");
    view_sparkline(&view, 1, 0, 3, (const uint64_t[]){9, 0, 4, 8}, 4);
    tap_is(row_text(1), "▁▄█", "the newest values, by the highest");
    screen.ascii = true;
    view_bar(&view, 2, 0, 4, 5, 8);
    tap_is(row_text(2), "##..", "in ASCII");
    view_text(&view, 3, 0, 8, ROLE_TEXT, "longer than");
    tap_is(row_text(3), "longe...", "a cut in ASCII");
    screen.ascii = false;
}

static void test_rule(void)
{
    clear_all();
    view_rule(&view, 0,
              &(struct view_rule){.number = 1,
                                  .title = "Down",
                                  .tail = "2 run",
                                  .right = "sort",
                                  .focus = true});
    tap_is(row_text(0), "─[1 Down]─ 2 run ────── sort ─", "a title in focus");
    view_rule(&view, 1,
              &(struct view_rule){.title = "A title that is too long for it",
                                  .right = "sort"});
    tap_ok(strstr(row_text(1), "…") != NULL && !strstr(row_text(1), "sort"),
           "a long one is cut, and what has no room is left out: %s",
           row_text(1));
}

static void test_part(void)
{
    struct view part = view_part(&view, (struct rect){1, 5, 2, 10});
    struct view more = view_part(&part, (struct rect){1, 8, 9, 9});

    clear_all();
    tap_int(view_text(&part, 0, 0, 99, ROLE_TEXT, "longer than ten"), 10,
            "a part has its own edge");
    tap_is(row_text(1), "     longer th…", "and its own place");
    tap_ok(more.rect.rows == 1 && more.rect.cols == 2, "no part is larger");
}

int main(void)
{
    struct winsize size = {.ws_row = HEIGHT, .ws_col = WIDTH};
    int keeper;
    int terminal;
    FILE *file;
    SCREEN *term;

    if (!setlocale(LC_ALL, "C.UTF-8") ||
        openpty(&keeper, &terminal, NULL, NULL, &size) != 0) {
        printf("1..0 # SKIP there is no C.UTF-8 or no pseudo-terminal\n");
        return 0;
    }
    unsetenv("LINES");
    unsetenv("COLUMNS");
    file = fdopen(terminal, "r+");
    term = newterm("xterm-256color", file, file);
    if (!term) {
        printf("1..0 # SKIP there is no description of xterm-256color\n");
        return 0;
    }
    view = (struct view){&screen, stdscr, {0, 0, HEIGHT, WIDTH}};
    test_text();
    test_outside();
    test_right();
    test_bar();
    test_rule();
    test_part();
    endwin();
    delscreen(term);
    fclose(file);
    close(keeper);
    return tap_done();
}
