#include "view.h"

#include <curses.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/fmt.h"
#include "screen.h"

enum { TEXT_MAX = 1024, EIGHTHS = 8, REPLACEMENT = 0xFFFD, ELLIPSIS = 0x2026 };

static void set_role(const struct view *view, enum role role)
{
    int pair = view->screen->theme.pairs[role];

    wattr_set(view->window, view->screen->theme.attributes[role], 0, &pair);
}

bool view_ascii(const struct view *view)
{
    return view->screen->ascii;
}

struct view view_part(const struct view *view, struct rect rect)
{
    struct view part = *view;

    part.rect.row += rect.row;
    part.rect.col += rect.col;
    part.rect.rows = view->rect.rows - rect.row;
    part.rect.cols = view->rect.cols - rect.col;
    if (rect.rows < part.rect.rows)
        part.rect.rows = rect.rows;
    if (rect.cols < part.rect.cols)
        part.rect.cols = rect.cols;
    return part;
}

/* A cleaned, measured copy of text for the terminal. */
struct line {
    wchar_t text[TEXT_MAX];
    size_t len;
    int columns;
};

static wchar_t shown(uint32_t code)
{
    if (code == '\t' || code == '\n')
        return L' ';
    if (fmt_unsafe(code) || wcwidth((wchar_t)code) < 0)
        return wcwidth(REPLACEMENT) == 1 ? REPLACEMENT : L'?';
    return (wchar_t)code;
}

/* Cuts so that an ellipsis fits in the last of columns. */
static void end_cut(struct line *line, int columns, bool ascii)
{
    bool one = !ascii && wcwidth(ELLIPSIS) == 1;
    int dots = one ? 1 : 3;

    if (columns < 4)
        return;
    while (line->len > 0 && line->columns > columns - dots)
        line->columns -= wcwidth(line->text[--line->len]);
    for (int i = 0; i < dots; i++)
        line->text[line->len++] = one ? ELLIPSIS : L'.';
    line->columns += dots;
}

static void measure(struct line *line, const char *text, int columns,
                    bool ascii)
{
    size_t left = strlen(text);

    line->len = 0;
    line->columns = 0;
    while (left > 0 && line->len < TEXT_MAX - 4) {
        uint32_t code = REPLACEMENT;
        size_t len = fmt_utf8(text, left, &code);
        wchar_t c = shown(len > 0 ? code : REPLACEMENT);
        int width = wcwidth(c);

        if (line->columns + width > columns) {
            end_cut(line, columns, ascii);
            return;
        }
        line->text[line->len++] = c;
        line->columns += width;
        len = len > 0 ? len : 1;
        text += len;
        left -= len;
    }
}

static bool clip(const struct view *view, int row, int col, int *columns)
{
    int room = view->rect.cols - col;

    if (*columns > room)
        *columns = room;
    return row >= 0 && row < view->rect.rows && col >= 0 && *columns > 0;
}

static void put(const struct view *view, int row, int col, enum role role,
                const wchar_t *text, size_t len)
{
    set_role(view, role);
    mvwaddnwstr(view->window, view->rect.row + row, view->rect.col + col, text,
                (int)len);
}

int view_text(const struct view *view, int row, int col, int columns,
              enum role role, const char *text)
{
    struct line line;

    if (!clip(view, row, col, &columns))
        return 0;
    measure(&line, text, columns, view_ascii(view));
    put(view, row, col, role, line.text, line.len);
    return line.columns;
}

int view_format(const struct view *view, int row, int col, int columns,
                enum role role, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return view_text(view, row, col, columns, role, text);
}

int view_right(const struct view *view, int row, int end, int columns,
               enum role role, const char *text)
{
    struct line line;
    int col;

    measure(&line, text, columns, view_ascii(view));
    col = end - line.columns;
    if (clip(view, row, col, &columns))
        put(view, row, col, role, line.text, line.len);
    return col;
}

void view_paint(const struct view *view, int row, enum role role)
{
    const struct theme *theme = &view->screen->theme;
    int columns = view->rect.cols;
    int pair = theme->pairs[role];

    if (clip(view, row, 0, &columns))
        mvwchgat(view->window, view->rect.row + row, view->rect.col, columns,
                 theme->attributes[role], 0, &pair);
}

void view_bar(const struct view *view, int row, int col, int columns,
              uint64_t part, uint64_t whole)
{
    wchar_t text[TEXT_MAX];
    bool ascii = view->screen->ascii;
    double full;
    int eighths;

    if (!clip(view, row, col, &columns) || columns >= TEXT_MAX)
        return;
    full = whole > 0 ? (double)part / (double)whole : 0;
    eighths = (int)((full < 1 ? full : 1) * columns * EIGHTHS);
    for (int i = 0; i < columns; i++, eighths -= EIGHTHS)
        if (eighths >= EIGHTHS)
            text[i] = ascii ? L'#' : 0x2588;
        else if (eighths > 0 && !ascii)
            text[i] = 0x2590 - eighths; /* U+258F, an eighth, and down */
        else
            text[i] = ascii ? L'.' : 0x2591;
    put(view, row, col, ROLE_BAR, text, (size_t)columns);
}

void view_sparkline(const struct view *view, int row, int col, int columns,
                    const uint64_t *values, size_t count)
{
    static const char levels[EIGHTHS + 1] = "_.-:=+*#";
    wchar_t text[TEXT_MAX];
    uint64_t most = 1;

    if (!clip(view, row, col, &columns) || columns >= TEXT_MAX)
        return;
    if (count > (size_t)columns) {
        values += count - (size_t)columns;
        count = (size_t)columns;
    }
    for (size_t i = 0; i < count; i++)
        if (values[i] > most)
            most = values[i];
    for (size_t i = 0; i < count; i++) {
        int level = (int)((double)values[i] / (double)most * (EIGHTHS - 1));

        text[i] = view->screen->ascii ? levels[level] : 0x2581 + level;
    }
    put(view, row, col, ROLE_BAR, text, count);
}

static void rule_char(const struct view *view, int row, int col, int columns)
{
    wchar_t text[TEXT_MAX];

    if (!clip(view, row, col, &columns))
        return;
    if (columns >= TEXT_MAX)
        columns = TEXT_MAX - 1;
    wmemset(text, view->screen->ascii ? L'-' : 0x2500, (size_t)columns);
    put(view, row, col, ROLE_RULE, text, (size_t)columns);
}

void view_rule(const struct view *view, int row, const struct view_rule *rule)
{
    enum role role = rule->focus ? ROLE_FOCUS : ROLE_TITLE;
    const char *marks = rule->focus ? "[]" : "  ";
    int cols = view->rect.cols;
    char title[TEXT_MAX];
    int col = 1;

    rule_char(view, row, 0, cols);
    if (rule->number > 0)
        snprintf(title, sizeof(title), "%c%d %s%c", marks[0], rule->number,
                 rule->title, marks[1]);
    else
        snprintf(title, sizeof(title), "%c%s%c", marks[0], rule->title,
                 marks[1]);
    col += view_text(view, row, col, cols - 2, role, title);
    if (rule->tail && *rule->tail && col + 6 < cols) {
        snprintf(title, sizeof(title), " %s ", rule->tail);
        col += 1;
        col += view_text(view, row, col, cols - col - 1, ROLE_TEXT, title);
    }
    if (rule->right && *rule->right) {
        int columns = (int)fmt_columns(rule->right) + 2;

        snprintf(title, sizeof(title), " %s ", rule->right);
        if (col + columns + 2 < cols)
            view_text(view, row, cols - columns - 1, columns, ROLE_FAINT,
                      title);
    }
}
