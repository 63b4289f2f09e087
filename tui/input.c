#include "input.h"

#include <curses.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "screen.h"

enum {
    PASTE_MAX = 1 << 20,
    DOUBLE_MS = 400,
    ESCAPE = 27,
    ASKED_COL = 12, /* screen.c's question */
    KEY_PAST = 0x7f
};

enum { BUTTON_LEFT = 0, WHEEL_UP = 64, WHEEL_DOWN = 65 };

static const struct {
    uint32_t key;
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
    decode_init(&input->decode);
}

void input_fini(struct input *input)
{
    decode_fini(&input->decode);
    str_fini(&input->paste);
}

/* As UTF-8, whatever the locale: a wchar_t is a code point here. */
static void add_wide(struct str *text, uint32_t c)
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

/* OK and a code point, KEY_CODE_YES and a key of curses', or ERR: no more for
 * now. Not by wget_wch(3x): in ncurses 6.4 it swallows the keys that follow a
 * byte that is no character. */
static int next_code(struct input *input, uint32_t *code)
{
    int byte;

    while ((byte = wgetch(input->screen->keys)) != ERR) {
        if (byte > UINT8_MAX) {
            decode_reset(&input->decode);
            *code = (uint32_t)byte;
            return KEY_CODE_YES;
        }
        if (decode_byte(&input->decode, (unsigned char)byte, code))
            return OK;
    }
    return ERR;
}

static bool of_key(uint32_t key, struct stroke *stroke)
{
    for (size_t i = 0; i < ARRAY_LEN(named); i++)
        if (named[i].key == key) {
            stroke->code = named[i].code;
            stroke->mods = named[i].mods;
            return true;
        }
    if (key >= (uint32_t)KEY_F(1) && key <= (uint32_t)KEY_F(12)) {
        *stroke = (struct stroke){.code = STROKE_F1 + key - (uint32_t)KEY_F(1)};
        return true;
    }
    return false;
}

/* ESC[1;13R or 14R: where the cursor came to stand after one character of line
 * drawing at ESC[1;12H. Anything else is no answer to that: a stray report, or
 * F3 with a modifier. */
static bool learn_width(struct input *input, const char *sequence)
{
    int row;
    int col;

    if (!input->asked_width || sscanf(sequence, "[%d;%dR", &row, &col) != 2 ||
        row != 1 || (col != ASKED_COL + 1 && col != ASKED_COL + 2))
        return false;
    input->asked_width = false;
    if (col == ASKED_COL + 1)
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

static bool press(struct input *input, struct input_event *event)
{
    int64_t now_ms = clock_ms();
    bool twice = event->row == input->press_row &&
                 event->col == input->press_col &&
                 now_ms - input->press_ms < DOUBLE_MS;

    event->kind = twice ? INPUT_DOUBLE_CLICK : INPUT_CLICK;
    input->press_row = event->row;
    input->press_col = event->col;
    input->press_ms = twice ? 0 : now_ms;
    return true;
}

static bool release(const struct input *input, struct input_event *event)
{
    event->kind = INPUT_DRAG;
    return event->row != input->press_row || event->col != input->press_col;
}

/* ESC[<0;12;5M as xterm reports the mouse in mode 1006: button, column, row,
 * and m when it is released. */
static bool mouse(struct input *input, const char *sequence,
                  struct input_event *event)
{
    int button;
    char final;

    if (sscanf(sequence, "[<%3d;%5d;%5d%c", &button, &event->col, &event->row,
               &final) != 4)
        return false;
    event->row--;
    event->col--;
    if (final == 'M' && (button == WHEEL_UP || button == WHEEL_DOWN)) {
        event->kind = button == WHEEL_UP ? INPUT_WHEEL_UP : INPUT_WHEEL_DOWN;
        return true;
    }
    if (button != BUTTON_LEFT || (final != 'M' && final != 'm'))
        return false;
    return final == 'M' ? press(input, event) : release(input, event);
}

/* What follows ESC [ has come. False: nothing to tell. */
static bool take_sequence(struct input *input, struct input_event *event)
{
    const char *sequence = input->sequence;

    if (sequence[1] == '<')
        return mouse(input, sequence, event);
    event->kind = INPUT_SCREEN;
    return learn_width(input, sequence) || learn_sync(input, sequence);
}

/* The next character of a sequence, which may come in pieces over a slow line.
 * True at its end. */
static bool add_to_sequence(struct input *input, uint32_t c)
{
    bool last = c >= 0x40 && c < KEY_PAST;

    if (input->sequence_len < INPUT_SEQUENCE - 1)
        input->sequence[input->sequence_len++] = c < KEY_PAST ? (char)c : '?';
    if (!last)
        return false;
    input->sequence[input->sequence_len] = '\0';
    input->sequence_len = 0;
    return true;
}

/* ESC alone, Alt with a character, or the beginning of a sequence. False:
 * nothing to tell. */
static bool escape(struct input *input, struct input_event *event)
{
    uint32_t c;
    int status = next_code(input, &c);

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
    input->sequence[0] = '[';
    input->sequence_len = 1;
    return false;
}

static bool of_code(struct input *input, uint32_t key,
                    struct input_event *event)
{
    switch (key) {
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
static bool paste(struct input *input, int status, uint32_t c,
                  struct input_event *event)
{
    if (status == KEY_CODE_YES && c == INPUT_KEY_PASTED) {
        input->pasting = false;
        event->kind = INPUT_PASTE;
        event->text = input->paste.data;
        return true;
    }
    input->paste_escape = status == OK && c == ESCAPE;
    if (status == OK && c != 0)
        add_wide(&input->paste, c == '\r' ? '\n' : c);
    return false;
}

static bool of_character(struct input *input, uint32_t c,
                         struct input_event *event)
{
    if (c == ESCAPE) {
        input->sequence_len = 0;
        return escape(input, event);
    }
    if (input->sequence_len > 0)
        return add_to_sequence(input, c) && take_sequence(input, event);
    event->stroke = stroke_of(c, 0);
    return true;
}

bool input_next(struct input *input, struct input_event *event)
{
    uint32_t c;
    int status;

    while ((status = next_code(input, &c)) != ERR) {
        bool told;

        *event = (struct input_event){.kind = INPUT_STROKE};
        if (input->pasting)
            told = paste(input, status, c, event);
        else if (status == KEY_CODE_YES)
            told = of_code(input, c, event);
        else
            told = of_character(input, c, event);
        if (told)
            return true;
    }
    /* Somebody presses Esc in a paste that has lost its end. */
    if (input->pasting && input->paste_escape)
        input->pasting = false;
    return false;
}
