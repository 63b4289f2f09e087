#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "shot.h"

/* All lengths are eighths of a pixel, so that eighth blocks need no fractions
 * and no number depends on the locale's decimal point. A cell of 9 by 18 with
 * letters of 15 is what most monospace fonts have: 0.6 em. */
enum {
    WIDTH = 9 * 8,
    HEIGHT = 18 * 8,
    BASELINE = 14 * 8,
    LINE = 8,
    MARGIN = 9 * 8,
    GROUND = 0x16181d,
    INK = 0xd5d8de
};

/* --- colours --- */

/* The first 16, chosen to be readable on the ground. */
static const int ansi[16] = {
    0x2b2e35, 0xe5636c, 0x7cc36e, 0xd9b44a, 0x6ea3f0, 0xc583dd,
    0x55b9c4, 0xc9ccd3, 0x7d838f, 0xff8a8f, 0xa3dd93, 0xf2d27c,
    0x9cc3ff, 0xe0aef2, 0x86dbe4, 0xffffff,
};

/* The rest as xterm has it: a cube of six steps, then 24 greys. */
static int rgb(int colour, int own)
{
    static const int steps[6] = {0, 95, 135, 175, 215, 255};
    int at = colour - 16;

    if (colour < 0 || colour > 255)
        return own;
    if (colour < 16)
        return ansi[colour];
    if (colour >= 232)
        return (8 + 10 * (colour - 232)) * 0x010101;
    return steps[at / 36] << 16 | steps[at / 6 % 6] << 8 | steps[at % 6];
}

static int ground_of(const struct shot_cell *cell)
{
    return cell->reverse ? rgb(cell->fg, INK) : rgb(cell->bg, GROUND);
}

/* Two parts of ink and one of ground where the cell is dim. */
static int ink_of(const struct shot_cell *cell)
{
    int ink = cell->reverse ? rgb(cell->bg, GROUND) : rgb(cell->fg, INK);
    int ground = ground_of(cell);
    int mixed = 0;

    if (!cell->dim)
        return ink;
    for (int shift = 0; shift <= 16; shift += 8)
        mixed |= (2 * (ink >> shift & 255) + (ground >> shift & 255)) / 3
                 << shift;
    return mixed;
}

/* --- elements --- */

static void add_length(struct str *out, const char *name, int eighths)
{
    static const char *const parts[8] = {"",   ".125", ".25", ".375",
                                         ".5", ".625", ".75", ".875"};

    str_printf(out, " %s=\"%d%s\"", name, eighths / 8, parts[eighths % 8]);
}

struct box {
    int x, y, width, height;
};

static void add_box(struct str *out, struct box box, int colour, int percent)
{
    str_puts(out, "<rect");
    add_length(out, "x", box.x);
    add_length(out, "y", box.y);
    add_length(out, "width", box.width);
    add_length(out, "height", box.height);
    str_printf(out, " fill=\"#%06x\"", (unsigned)colour);
    if (percent < 100)
        str_printf(out, " fill-opacity=\".%02d\"", percent);
    str_puts(out, "/>\n");
}

static void add_escaped(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            str_puts(out, "&amp;");
        else if (*text == '<')
            str_puts(out, "&lt;");
        else if (*text == '>')
            str_puts(out, "&gt;");
        else
            str_putc(out, *text);
    }
}

static void add_cell(struct str *out, const struct shot_cell *cell)
{
    char shown[4 * SHOT_CELL_BYTES];

    if (cell->columns > 0)
        add_escaped(out, shot_shown(cell, shown));
}

/* --- shapes: lines and blocks --- */

/* Which ways the light lines of U+2500.. go. */
enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };

static int arms(uint32_t code)
{
    static const struct {
        uint32_t code;
        int arms;
    } lines[] = {
        {0x2500, LEFT | RIGHT},
        {0x2502, UP | DOWN},
        {0x250c, RIGHT | DOWN},
        {0x2510, LEFT | DOWN},
        {0x2514, RIGHT | UP},
        {0x2518, LEFT | UP},
        {0x251c, RIGHT | UP | DOWN},
        {0x2524, LEFT | UP | DOWN},
        {0x252c, LEFT | RIGHT | DOWN},
        {0x2534, LEFT | RIGHT | UP},
        {0x253c, LEFT | RIGHT | UP | DOWN},
    };

    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        if (lines[i].code == code)
            return lines[i].arms;
    return 0;
}

static bool is_block(uint32_t code)
{
    return code >= 0x2580 && code <= 0x2595;
}

/* The block elements that are one rectangle, in eighths of a cell. */
static struct box block(uint32_t code)
{
    int n = (int)code - 0x2580;

    if (n == 0) /* upper half */
        return (struct box){0, 0, 8, 4};
    if (n <= 8) /* lower eighths */
        return (struct box){0, 8 - n, 8, n};
    if (n < 16) /* left eighths */
        return (struct box){0, 0, 16 - n, 8};
    if (n == 16) /* right half */
        return (struct box){4, 0, 4, 8};
    if (n < 20) /* shades */
        return (struct box){0, 0, 8, 8};
    if (n == 20) /* upper eighth */
        return (struct box){0, 0, 8, 1};
    return (struct box){7, 0, 1, 8}; /* right eighth */
}

/* The code point of a cell that is drawn as a shape, else 0. */
static uint32_t shape(const struct shot_cell *cell)
{
    size_t len = strnlen(cell->text, sizeof(cell->text));
    uint32_t code;

    if (cell->columns != 1 || fmt_utf8(cell->text, len, &code) != len)
        return 0;
    return len > 0 && (is_block(code) || arms(code) != 0) ? code : 0;
}

static void add_block(struct str *out, uint32_t code, struct box place,
                      int colour)
{
    struct box part = block(code);
    int percent =
        code >= 0x2591 && code <= 0x2593 ? 25 * (int)(code - 0x2590) : 100;

    add_box(out,
            (struct box){place.x + part.x * WIDTH / 8,
                         place.y + part.y * HEIGHT / 8,
                         place.width - (8 - part.width) * WIDTH / 8,
                         part.height * HEIGHT / 8},
            colour, percent);
}

static void add_lines(struct str *out, uint32_t code, struct box place,
                      int colour)
{
    int which = arms(code);
    int left = which & LEFT ? 0 : (WIDTH - LINE) / 2;
    int right = which & RIGHT ? place.width : (WIDTH + LINE) / 2;
    int top = which & UP ? 0 : (HEIGHT - LINE) / 2;
    int bottom = which & DOWN ? HEIGHT : (HEIGHT + LINE) / 2;

    if (which & (LEFT | RIGHT))
        add_box(out,
                (struct box){place.x + left, place.y + (HEIGHT - LINE) / 2,
                             right - left, LINE},
                colour, 100);
    if (which & (UP | DOWN))
        add_box(out,
                (struct box){place.x + (WIDTH - LINE) / 2, place.y + top, LINE,
                             bottom - top},
                colour, 100);
}

/* Shapes that fill their cell from side to side join their like. */
static bool joins(uint32_t code)
{
    return is_block(code) ? block(code).width == 8
                          : arms(code) == (LEFT | RIGHT);
}

/* --- rows --- */

enum kind { BLANK, ASCII, OTHER, WIDE, SHAPE };

static enum kind kind_of(const struct shot_cell *cell)
{
    if (shot_blank(cell) || cell->columns == 0)
        return BLANK;
    if (cell->columns == 2)
        return WIDE;
    if (shape(cell) != 0)
        return SHAPE;
    return (unsigned char)cell->text[0] < 0x80 && cell->text[1] == '\0' ? ASCII
                                                                        : OTHER;
}

static bool looks(const struct shot_cell *a, const struct shot_cell *b)
{
    return a->bold == b->bold && ink_of(a) == ink_of(b);
}

/* The end of what goes into one element with the cell at column. Letters run
 * on over a single blank, since two would be one to an XML reader. */
static int run_end(const struct shot *shot, int row, int column)
{
    const struct shot_cell *first = shot_cell(shot, row, column);
    enum kind kind = kind_of(first);
    int end = column + (kind == WIDE && column + 1 < shot->columns ? 2 : 1);

    if (kind == WIDE || (kind == SHAPE && !joins(shape(first))))
        return end;
    for (; end < shot->columns; end++) {
        const struct shot_cell *cell = shot_cell(shot, row, end);
        enum kind now = kind_of(cell);

        if (kind == ASCII && now == BLANK && cell->columns == 1 &&
            end + 1 < shot->columns) {
            cell = shot_cell(shot, row, end + 1);
            now = kind_of(cell);
        }
        if (now != kind || !looks(first, cell) ||
            (kind == SHAPE && shape(cell) != shape(first)))
            break;
    }
    return end;
}

static void add_run(const struct shot *shot, int row, int column, int end,
                    struct str *out)
{
    const struct shot_cell *first = shot_cell(shot, row, column);
    int width = (end - column) * WIDTH;
    bool wide = first->columns == 2;

    str_puts(out, "<text");
    add_length(out, "x", column * WIDTH + (wide ? WIDTH : 0));
    add_length(out, "y", row * HEIGHT + BASELINE);
    if (wide) {
        str_puts(out, " text-anchor=\"middle\"");
    } else {
        add_length(out, "textLength", width);
        str_puts(out, " lengthAdjust=\"spacingAndGlyphs\"");
    }
    if (first->bold)
        str_puts(out, " font-weight=\"bold\"");
    if (ink_of(first) != INK)
        str_printf(out, " fill=\"#%06x\"", (unsigned)ink_of(first));
    str_putc(out, '>');
    for (; column < end; column++)
        add_cell(out, shot_cell(shot, row, column));
    str_puts(out, "</text>\n");
}

static void add_inks(const struct shot *shot, int row, struct str *out)
{
    for (int column = 0, end; column < shot->columns; column = end) {
        const struct shot_cell *cell = shot_cell(shot, row, column);
        uint32_t code = shape(cell);
        struct box place = {column * WIDTH, row * HEIGHT, WIDTH, HEIGHT};

        end = column + 1;
        if (kind_of(cell) == BLANK)
            continue;
        end = run_end(shot, row, column);
        place.width = (end - column) * WIDTH;
        if (code == 0)
            add_run(shot, row, column, end, out);
        else if (is_block(code))
            add_block(out, code, place, ink_of(cell));
        else
            add_lines(out, code, place, ink_of(cell));
    }
}

/* The colours of what is filled from cell to cell: the ground, and a line under
 * the text; -1 where there is nothing. */
static int fill_ground(const struct shot_cell *cell)
{
    return ground_of(cell) == GROUND ? -1 : ground_of(cell);
}

static int fill_underline(const struct shot_cell *cell)
{
    return cell->underline ? ink_of(cell) : -1;
}

static void add_fills(const struct shot *shot, int row,
                      int (*fill)(const struct shot_cell *cell), int y,
                      int height, struct str *out)
{
    for (int column = 0, end; column < shot->columns; column = end) {
        int colour = fill(shot_cell(shot, row, column));

        end = column + 1;
        while (end < shot->columns && fill(shot_cell(shot, row, end)) == colour)
            end++;
        if (colour >= 0)
            add_box(out,
                    (struct box){column * WIDTH, row * HEIGHT + y,
                                 (end - column) * WIDTH, height},
                    colour, 100);
    }
}

/* --- the picture --- */

static void add_title(const char *title, struct str *out)
{
    size_t size = strlen(title) + 1;
    char *clean;

    /* A replaced byte is three. */
    clean = mem_new(3 * size);
    fmt_clean(clean, 3 * size, title, size - 1, SIZE_MAX);
    str_puts(out, "<title>");
    add_escaped(out, clean);
    str_puts(out, "</title>\n");
    mem_free(clean);
}

static void add_cursor(const struct shot *shot, struct str *out)
{
    int row = shot->cursor_row;
    int column = shot->cursor_column;
    int columns;

    if (row < 0 || row >= shot->rows || column < 0 || column >= shot->columns)
        return;
    columns = shot_cell(shot, row, column)->columns == 2 ? 2 : 1;
    add_box(out,
            (struct box){column * WIDTH, row * HEIGHT, columns * WIDTH, HEIGHT},
            INK, 40);
}

void shot_svg(const struct shot *shot, struct str *out)
{
    int width = (shot->columns * WIDTH + 2 * MARGIN) / 8;
    int height = (shot->rows * HEIGHT + 2 * MARGIN) / 8;

    str_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
               "height=\"%d\" viewBox=\"0 0 %d %d\">\n",
               width, height, width, height);
    add_title(shot->title, out);
    add_box(out, (struct box){0, 0, width * 8, height * 8}, GROUND, 100);
    str_printf(out,
               "<g transform=\"translate(%d %d)\" fill=\"#%06x\" "
               "font-family=\"'DejaVu Sans Mono', Menlo, Consolas, "
               "'Liberation Mono', 'Noto Sans Mono CJK SC', "
               "'Noto Sans CJK SC', monospace\" font-size=\"15\" "
               "shape-rendering=\"crispEdges\">\n",
               MARGIN / 8, MARGIN / 8, (unsigned)INK);
    for (int row = 0; row < shot->rows; row++)
        add_fills(shot, row, fill_ground, 0, HEIGHT, out);
    for (int row = 0; row < shot->rows; row++) {
        add_inks(shot, row, out);
        add_fills(shot, row, fill_underline, BASELINE + LINE, LINE, out);
    }
    add_cursor(shot, out);
    str_puts(out, "</g>\n</svg>\n");
}
