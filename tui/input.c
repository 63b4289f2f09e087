#include "input.h"

#include <curses.h>
#include <stdio.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/mem.h"
#include "screen.h"

enum {
    PASTE_MAX = 1 << 20,
    SEQUENCE_MAX = 48,
    DOUBLE_MS = 400,
    ESCAPE = 27,
    KEY_PAST = 0x7f
};

static const struct {
    wint_t key;
    uint32_t code;
    unsigned mods;
} named[] = {
    {KEY_UP, STROKE_UP, 0},
    {KEY_DOWN, STROKE_DOWN, 0},
    {KEY_LEFT, STROKE_LEFT, 0},
    {KEY_RIGHT, STROKE_RIGHT, 0},
    {KEY_HOME, STROKE_HOME, 0},
    {KEY_END, STROKE_END, 0},
    {KEY_PPAGE, STROKE_PAGE_UP, 0},
    {KEY_NPAGE, STROKE_PAGE_DOWN, 0},
    {KEY_IC, STROKE_INSERT, 0},
    {KEY_DC, STROKE_DELETE, 0},
    {KEY_BACKSPACE, STROKE_BACKSPACE, 0},
    {KEY_ENTER, STROKE_ENTER, 0},
    {KEY_BTAB, STROKE_TAB, STROKE_SHIFT},
    {KEY_SLEFT, STROKE_LEFT, STROKE_SHIFT},
    {KEY_SRIGHT, STROKE_RIGHT, STROKE_SHIFT},
    {KEY_SR, STROKE_UP, STROKE_SHIFT},
    {KEY_SF, STROKE_DOWN, STROKE_SHIFT},
};

void input_init(struct input *input, struct screen *screen)
{
    *input = (struct input){.screen = screen, .asked_width = true};
    str_init(&input->paste, PASTE_MAX);
}

void input_fini(struct input *input)
{
    str_fini(&input->paste);
}

/* As UTF-8, whatever the locale: a wchar_t is a code point here. */
static void add_wide(struct str *text, wint_t c)
{
    char bytes[4];
    size_t len = 0;

    if (c < 0x80) {
        bytes[len++] = (char)c;
    } else if (c < 0x800) {
        bytes[len++] = (char)(0xC0 | c >> 6);
        bytes[len++] = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        bytes[len++] = (char)(0xE0 | c >> 12);
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[len++] = (char)(0x80 | (c & 0x3F));
    } else {
        bytes[len++] = (char)(0xF0 | c >> 18);
        bytes[len++] = (char)(0x80 | (c >> 12 & 0x3F));
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[len++] = (char)(0x80 | (c & 0x3F));
    }
    str_add(text, bytes, len);
}

static bool of_key(wint_t key, struct stroke *stroke)
{
    for (size_t i = 0; i < ARRAY_LEN(named); i++)
        if (named[i].key == key) {
            stroke->code = named[i].code;
            stroke->mods = named[i].mods;
            return true;
        }
    if (key >= (wint_t)KEY_F(1) && key <= (wint_t)KEY_F(12)) {
        *stroke = (struct stroke){.code = STROKE_F1 + key - (wint_t)KEY_F(1)};
        return true;
    }
    return false;
}

/* ESC[12;13R: where the cursor came to stand after one character of line
 * drawing in column 12. */
static bool learn_width(struct input *input, const char *sequence)
{
    int row;
    int col;

    if (!input->asked_width || sscanf(sequence, "[%d;%dR", &row, &col) != 2)
        return false;
    input->asked_width = false;
    if (col <= 13)
        return false;
    input->screen->ascii = true;
    input->screen->wide_lines = true;
    return true;
}

/* ESC[?2026;1$y or ;2$y: known, and on or off. */
static bool learn_sync(struct input *input, const char *sequence)
{
    int mode;
    int state;

    if (sscanf(sequence, "[?%d;%d$y", &mode, &state) != 2 || mode != 2026)
        return false;
    input->screen->sync = state == 1 || state == 2;
    return false;
}

/* What follows ESC [ up to its final byte. */
static void read_sequence(char sequence[SEQUENCE_MAX])
{
    size_t len = 1;
    wint_t c;

    sequence[0] = '[';
    while (len < SEQUENCE_MAX - 1 && get_wch(&c) == OK) {
        sequence[len++] = c < 0x80 ? (char)c : '?';
        if (c >= 0x40 && c < KEY_PAST)
            break;
    }
    sequence[len] = '\0';
}

/* ESC alone, Alt with a character, or an answer. False: nothing to tell. */
static bool escape(struct input *input, struct input_event *event)
{
    char sequence[SEQUENCE_MAX];
    wint_t c;
    int status = get_wch(&c);

    event->kind = INPUT_STROKE;
    if (status == ERR || c == ESCAPE) {
        event->stroke = stroke_of(ESCAPE, 0);
        return true;
    }
    if (status == KEY_CODE_YES) {
        if (!of_key(c, &event->stroke))
            return false;
        event->stroke.mods |= STROKE_ALT;
        return true;
    }
    if (c != '[') {
        event->stroke = stroke_of(c, STROKE_ALT);
        return true;
    }
    read_sequence(sequence);
    event->kind = INPUT_SCREEN;
    return learn_width(input, sequence) || learn_sync(input, sequence);
}

static bool mouse(struct input *input, struct input_event *event)
{
    /* A press and a release that come in one piece are one report to curses,
     * whatever its mouseinterval; two of them in one piece are another. */
    const mmask_t pressed =
        BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED;
    MEVENT report;
    int64_t now_ms = clock_ms();

    if (getmouse(&report) != OK)
        return false;
    event->row = report.y;
    event->col = report.x;
    if (report.bstate & BUTTON4_PRESSED) {
        event->kind = INPUT_WHEEL_UP;
    } else if (report.bstate & BUTTON5_PRESSED) {
        event->kind = INPUT_WHEEL_DOWN;
    } else if (report.bstate & pressed) {
        bool twice =
            report.bstate & BUTTON1_DOUBLE_CLICKED ||
            (report.y == input->press_row && report.x == input->press_col &&
             now_ms - input->press_ms < DOUBLE_MS);

        event->kind = twice ? INPUT_DOUBLE_CLICK : INPUT_CLICK;
        input->press_row = report.y;
        input->press_col = report.x;
        input->press_ms = twice ? 0 : now_ms;
    } else {
        event->kind = INPUT_DRAG;
        return report.bstate & BUTTON1_RELEASED &&
               (report.y != input->press_row || report.x != input->press_col);
    }
    return true;
}

static bool of_code(struct input *input, wint_t key, struct input_event *event)
{
    switch (key) {
    case KEY_MOUSE:
        return mouse(input, event);
    case INPUT_KEY_PASTE:
        input->pasting = true;
        str_clear(&input->paste);
        return false;
    case INPUT_KEY_FOCUS:
        event->kind = INPUT_FOCUS;
        return true;
    case INPUT_KEY_BLUR:
        event->kind = INPUT_BLUR;
        return true;
    default:
        event->kind = INPUT_STROKE;
        return of_key(key, &event->stroke);
    }
}

/* True at its end. */
static bool paste(struct input *input, int status, wint_t c,
                  struct input_event *event)
{
    if (status == KEY_CODE_YES && c == INPUT_KEY_PASTED) {
        input->pasting = false;
        event->kind = INPUT_PASTE;
        event->text = input->paste.data;
        return true;
    }
    if (status == OK && c != 0)
        add_wide(&input->paste, c == '\r' ? '\n' : c);
    return false;
}

bool input_next(struct input *input, struct input_event *event)
{
    wint_t c;
    int status;

    while ((status = get_wch(&c)) != ERR) {
        bool told;

        *event = (struct input_event){.kind = INPUT_STROKE};
        if (input->pasting)
            told = paste(input, status, c, event);
        else if (status == KEY_CODE_YES)
            told = of_code(input, c, event);
        else if (c == ESCAPE)
            told = escape(input, event);
        else {
            event->stroke = stroke_of(c, 0);
            told = true;
        }
        if (told)
            return true;
    }
    return false;
}
