#include "screenshot.h"

#include <curses.h>
#include <wchar.h>

#include "shot.h"

/* Pair 0 is the terminal's own colours; others may have them, too (-1). */
static void take_colours(struct shot_cell *cell, int pair)
{
    int fg;
    int bg;

    if (pair <= 0 || !has_colors() ||
        extended_pair_content(pair, &fg, &bg) == ERR)
        return;
    cell->fg = fg > 255 ? -1 : fg;
    cell->bg = bg > 255 ? -1 : bg;
}

static void take_text(struct shot_cell *cell, const wchar_t *text, attr_t attrs)
{
    if (attrs & A_INVIS)
        return;
    if (attrs & A_ALTCHARSET) {
        shot_add(cell, shot_line_drawing((uint32_t)text[0]));
        return;
    }
    for (; *text; text++)
        shot_add(cell, (uint32_t)*text);
}

/* Returns the columns of the cell there. */
static int take_cell(struct shot *shot, int row, int column)
{
    struct shot_cell *cell = shot_cell(shot, row, column);
    wchar_t text[CCHARW_MAX + 1] = {0};
    cchar_t from;
    attr_t attrs;
    short low_pair;
    int pair = 0;

    if (mvwin_wch(newscr, row, column, &from) == ERR ||
        getcchar(&from, text, &attrs, &low_pair, &pair) == ERR)
        return 1;
    take_text(cell, text, attrs);
    take_colours(cell, pair);
    cell->bold = attrs & A_BOLD;
    cell->dim = attrs & A_DIM;
    cell->reverse = attrs & (A_REVERSE | A_STANDOUT);
    cell->underline = attrs & A_UNDERLINE;
    return wcwidth(text[0]) == 2 && column + 1 < shot->columns ? 2 : 1;
}

/* The right half of a wide character has its colours and no text. */
static void take_row(struct shot *shot, int row)
{
    for (int column = 0; column < shot->columns; column++) {
        struct shot_cell *cell = shot_cell(shot, row, column);

        cell->columns = take_cell(shot, row, column);
        if (cell->columns < 2)
            continue;
        cell[1] = *cell;
        cell[1].text[0] = '\0';
        cell[1].columns = 0;
        column++;
    }
}

bool screenshot_write(const char *path, struct err *err)
{
    struct shot shot;
    bool ok;
    int rows;
    int columns;

    getmaxyx(newscr, rows, columns);
    shot_init(&shot, rows, columns);
    shot.title = "threadlab";
    getyx(newscr, shot.cursor_row, shot.cursor_column);
    for (int row = 0; row < shot.rows; row++)
        take_row(&shot, row);
    (void)wmove(newscr, shot.cursor_row, shot.cursor_column);
    ok = shot_save(&shot, path, err);
    shot_fini(&shot);
    return ok;
}
