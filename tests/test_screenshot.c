#include "tui/screenshot.h"

#include <curses.h>
#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"
#include "tap.h"

#define CHINESE "\xe4\xb8\xad"
#define ACUTE "\xcc\x81"

static void file_is(const char *path, const char *want, const char *what)
{
    char text[4096] = "";
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    text[len] = '\0';
    if (file)
        fclose(file);
    tap_is(text, want, what);
}

static void draw(void)
{
    static const wchar_t rule[] = {0x2500, 0};
    cchar_t cell;

    start_color();
    use_default_colors();
    init_pair(1, COLOR_RED, -1);
    init_pair(2, 200, COLOR_BLUE);
    mvaddstr(0, 0, "plain ");
    attr_on(A_BOLD, NULL);
    color_set(1, NULL);
    addstr("red");
    attr_set(A_REVERSE | A_UNDERLINE, 2, NULL);
    addstr("x" CHINESE "y");
    attrset(A_DIM);
    addstr("e" ACUTE);
    attrset(A_NORMAL);
    mvaddch(1, 0, ACS_HLINE);
    setcchar(&cell, rule, A_NORMAL, 0, NULL);
    add_wch(&cell);
    attrset(A_INVIS);
    addstr("secret");
    attrset(A_NORMAL);
    mvaddstr(2, 18, CHINESE);
    move(1, 5);
    refresh();
}

static void test_files(void)
{
    struct err err;
    int row;
    int column;

    tap_ok(screenshot_write(scratch("a.txt"), &err), "text");
    file_is(scratch("a.txt"),
            "plain redx" CHINESE "ye" ACUTE "\n\xe2\x94\x80\xe2\x94\x80\n"
            "                  " CHINESE "\n\n",
            "is what stands there");
    tap_ok(screenshot_write(scratch("a.ans"), &err), "ANSI");
    file_is(scratch("a.ans"),
            "plain \033[0;1;31mred\033[0;4;7;38;5;200;44mx" CHINESE "y"
            "\033[0;2me" ACUTE "\033[0m\n\xe2\x94\x80\xe2\x94\x80\n"
            "                  " CHINESE "\n\n",
            "is in its colours");
    tap_ok(screenshot_write(scratch("a.svg"), &err) &&
               access(scratch("a.svg"), F_OK) == 0,
           "SVG");
    getyx(newscr, row, column);
    tap_ok(row == 1 && column == 5, "the cursor stays");
    tap_ok(!screenshot_write("-", &err) && err.code == ERR_USAGE,
           "not to the standard output");
}

/* Nothing is sent to the terminal by a screenshot. */
static int pending(int fd)
{
    char bytes[65536];
    ssize_t got;
    int total = 0;

    while ((got = read(fd, bytes, sizeof(bytes))) > 0)
        total += (int)got;
    return total;
}

int main(void)
{
    struct winsize size = {.ws_row = 4, .ws_col = 20};
    int keeper;
    int terminal;
    FILE *file;
    SCREEN *screen;

    if (!setlocale(LC_ALL, "C.UTF-8") ||
        openpty(&keeper, &terminal, NULL, NULL, &size) != 0) {
        printf("1..0 # SKIP there is no C.UTF-8 or no pseudo-terminal\n");
        return 0;
    }
    scratch_open();
    fcntl(keeper, F_SETFL, O_NONBLOCK);
    unsetenv("LINES");
    unsetenv("COLUMNS");
    file = fdopen(terminal, "r+");
    screen = newterm("xterm-256color", file, file);
    if (!screen) {
        printf("1..0 # SKIP there is no description of xterm-256color\n");
        scratch_close();
        return 0;
    }
    draw();
    tap_ok(pending(keeper) > 0, "the screen is drawn");
    test_files();
    tap_int(pending(keeper), 0, "a screenshot sends nothing");
    refresh();
    tap_int(pending(keeper), 0, "nor does the next frame");
    endwin();
    delscreen(screen);
    fclose(file);
    close(keeper);
    scratch_close();
    return tap_done();
}
