#include "shot.h"

#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/fmt.h"
#include "base/mem.h"

static const struct shot_cell blank = {.columns = 1, .fg = -1, .bg = -1};

static int side(int wanted)
{
    if (wanted < 1)
        return 1;
    return wanted > SHOT_SIDE_MAX ? SHOT_SIDE_MAX : wanted;
}

void shot_init(struct shot *shot, int rows, int columns)
{
    size_t count;

    *shot = (struct shot){.rows = side(rows),
                          .columns = side(columns),
                          .cursor_row = -1,
                          .cursor_column = -1,
                          .title = ""};
    count = (size_t)shot->rows * (size_t)shot->columns;
    shot->cells = mem_resize(NULL, count, sizeof(*shot->cells));
    for (size_t i = 0; i < count; i++)
        shot->cells[i] = blank;
}

void shot_fini(struct shot *shot)
{
    MEM_CLEAR(shot->cells);
}

struct shot_cell *shot_cell(const struct shot *shot, int row, int column)
{
    return &shot->cells[row * shot->columns + column];
}

void shot_add(struct shot_cell *cell, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    size_t used = strlen(cell->text);
    size_t len = (size_t)utf8proc_encode_char((utf8proc_int32_t)code, bytes);

    if (used + len >= sizeof(cell->text))
        return;
    memcpy(cell->text + used, bytes, len);
    cell->text[used + len] = '\0';
}

uint32_t shot_line_drawing(uint32_t character)
{
    static const struct {
        char from;
        uint16_t to;
    } set[] = {
        {'`', 0x25c6}, {'a', 0x2592}, {'f', 0xb0},   {'g', 0xb1},
        {'j', 0x2518}, {'k', 0x2510}, {'l', 0x250c}, {'m', 0x2514},
        {'n', 0x253c}, {'o', 0x23ba}, {'p', 0x23bb}, {'q', 0x2500},
        {'r', 0x23bc}, {'s', 0x23bd}, {'t', 0x251c}, {'u', 0x2524},
        {'v', 0x2534}, {'w', 0x252c}, {'x', 0x2502}, {'y', 0x2264},
        {'z', 0x2265}, {'{', 0x3c0},  {'|', 0x2260}, {'}', 0xa3},
        {'~', 0xb7},   {'+', 0x2192}, {',', 0x2190}, {'-', 0x2191},
        {'.', 0x2193}, {'0', 0x2588}, {'h', 0x2592}, {'i', 0x2603},
    };

    for (size_t i = 0; i < ARRAY_LEN(set); i++)
        if (character == (uint32_t)set[i].from)
            return set[i].to;
    return character;
}

enum shot_format shot_format(const char *path)
{
    size_t len = strlen(path);

    if (len >= 4 && strcasecmp(path + len - 4, ".svg") == 0)
        return SHOT_SVG;
    if (len >= 4 && strcasecmp(path + len - 4, ".ans") == 0)
        return SHOT_ANSI;
    return SHOT_TEXT;
}

bool shot_blank(const struct shot_cell *cell)
{
    return cell->text[0] == '\0' || strcmp(cell->text, " ") == 0;
}

const char *shot_shown(const struct shot_cell *cell,
                       char out[4 * SHOT_CELL_BYTES])
{
    size_t len = strnlen(cell->text, sizeof(cell->text));
    size_t used = 0;

    for (size_t at = 0, step; at < len; at += step) {
        uint32_t code;
        bool good;

        step = fmt_utf8(cell->text + at, len - at, &code);
        good = step > 0 && !fmt_unsafe(code) && (code & 0xfffe) != 0xfffe;
        step = step > 0 ? step : 1;
        if (good) {
            memcpy(out + used, cell->text + at, step);
            used += step;
        } else if (at == 0) {
            memcpy(out, "\xef\xbf\xbd", 3);
            used = 3;
        }
    }
    if (used == 0)
        out[used++] = ' ';
    out[used] = '\0';
    return out;
}

/* --- text --- */

/* How many cells of the row are to be written. */
static int row_end(const struct shot *shot, int row, bool colours)
{
    int end = shot->columns;

    while (end > 0) {
        const struct shot_cell *cell = shot_cell(shot, row, end - 1);

        if (!shot_blank(cell) || cell->columns == 0)
            break;
        if (colours && (cell->bg >= 0 || cell->reverse || cell->underline))
            break;
        end--;
    }
    return end;
}

static void add_shown(const struct shot_cell *cell, struct str *out)
{
    char shown[4 * SHOT_CELL_BYTES];

    if (cell->columns > 0)
        str_puts(out, shot_shown(cell, shown));
}

void shot_text(const struct shot *shot, struct str *out)
{
    for (int row = 0; row < shot->rows; row++) {
        int end = row_end(shot, row, false);

        for (int column = 0; column < end; column++)
            add_shown(shot_cell(shot, row, column), out);
        str_putc(out, '\n');
    }
}

/* --- ANSI --- */

static bool same_pen(const struct shot_cell *a, const struct shot_cell *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold &&
           a->dim == b->dim && a->reverse == b->reverse &&
           a->underline == b->underline;
}

/* The short forms for the first 16 are what every terminal knows. */
static void add_colour(int colour, int base, struct str *out)
{
    if (colour < 0 || colour > 255)
        return;
    if (colour < 8)
        str_printf(out, ";%d", base + colour);
    else if (colour < 16)
        str_printf(out, ";%d", base + 60 + colour - 8);
    else
        str_printf(out, ";%d;5;%d", base + 8, colour);
}

static void add_pen(const struct shot_cell *cell, struct str *out)
{
    str_puts(out, "\033[0");
    if (cell->bold)
        str_puts(out, ";1");
    if (cell->dim)
        str_puts(out, ";2");
    if (cell->underline)
        str_puts(out, ";4");
    if (cell->reverse)
        str_puts(out, ";7");
    add_colour(cell->fg, 30, out);
    add_colour(cell->bg, 40, out);
    str_putc(out, 'm');
}

void shot_ansi(const struct shot *shot, struct str *out)
{
    for (int row = 0; row < shot->rows; row++) {
        int end = row_end(shot, row, true);
        const struct shot_cell *pen = &blank;

        for (int column = 0; column < end; column++) {
            const struct shot_cell *cell = shot_cell(shot, row, column);

            if (!same_pen(pen, cell))
                add_pen(cell, out);
            pen = cell;
            add_shown(cell, out);
        }
        if (!same_pen(pen, &blank))
            str_puts(out, "\033[0m");
        str_putc(out, '\n');
    }
}
