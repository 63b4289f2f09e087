/* A picture of a terminal screen as cells, and that picture as text, as text
 * with ANSI colours (ECMA-48 SGR) and as SVG 1.1. Any thread; a struct shot
 * belongs to one. Pure but for shot_save. */
#ifndef TUI_SHOT_H
#define TUI_SHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
    SHOT_CELL_BYTES = 24,     /* a base, four marks and a NUL */
    SHOT_SIDE_MAX = 1000,     /* rows or columns */
    SHOT_BYTES_MAX = 64 << 20 /* of a rendered picture */
};

struct shot_cell {
    char text[SHOT_CELL_BYTES]; /* UTF-8: a base and its marks; "": a blank */
    int columns;                /* 1 or 2; 0: the right half of a wide one */
    int fg, bg;                 /* 0 to 255; else the terminal's own */
    bool bold, dim, reverse, underline;
};

struct shot {
    int rows, columns;
    struct shot_cell *cells;       /* row after row */
    int cursor_row, cursor_column; /* -1: no cursor is seen */
    const char *title;             /* not owned; of the SVG */
};

enum shot_format { SHOT_TEXT, SHOT_ANSI, SHOT_SVG };

/* Blank cells in the terminal's own colours, no cursor. Sides beyond
 * SHOT_SIDE_MAX are cut to it, sides below 1 are 1. */
void shot_init(struct shot *shot, int rows, int columns);
void shot_fini(struct shot *shot);

/* The cell there; row and column are inside. */
struct shot_cell *shot_cell(const struct shot *shot, int row, int column);

/* One more code point of the cell's text; one too many is left out. */
void shot_add(struct shot_cell *cell, uint32_t code);

/* What the VT100 line drawing set shows for an ASCII character: 'q' is U+2500.
 * A character that is not in the set is itself. */
uint32_t shot_line_drawing(uint32_t character);

/* By the ending of the name, in any case: .svg, .ans; all else is text. */
enum shot_format shot_format(const char *path);

/* The picture as text of that format, appended to out (made with room for
 * SHOT_BYTES_MAX). No control character can be in it but the newline at the
 * end of each row and, in ANSI, the escape of an SGR sequence: what must not
 * reach a terminal (fmt_unsafe) is U+FFFD, or left out if it is a mark. Blanks
 * at the end of a row are left out where they cannot be seen. */
void shot_text(const struct shot *shot, struct str *out);
void shot_ansi(const struct shot *shot, struct str *out);

/* On a dark ground. Letters of one colour that follow each other are one text
 * element with a textLength, wide ones stand in the middle of their cells, and
 * lines and blocks are drawn as shapes: all is in its place whatever the fonts
 * of the viewer. */
void shot_svg(const struct shot *shot, struct str *out);

/* Writes the picture to the file path, "~/" is the home folder, in the format
 * of its ending. A regular file of that name is replaced in one step; anything
 * else there (a link, a device) is refused. On failure the folder is as it
 * was. */
bool shot_save(const struct shot *shot, const char *path, struct err *err)
    __attribute__((warn_unused_result));

/* For the files of this noun. The text of the cell with what must not be seen
 * replaced, ready for a terminal; a blank gives " ". */
const char *shot_shown(const struct shot_cell *cell,
                       char out[4 * SHOT_CELL_BYTES]);

/* Nothing is written in the cell. */
bool shot_blank(const struct shot_cell *cell);

#endif
