/* What comes from the terminal, as events: strokes, pastes, the mouse, focus,
 * answers to what screen.c asked. Everything in it is somebody's bytes: a paste
 * has a ceiling, unknown sequences are dropped. UI thread. */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "decode.h"
#include "stroke.h"

struct screen;

/* Codes for define_key(3x), away from curses' own. */
enum {
    INPUT_KEY_PASTE = 0x2000,
    INPUT_KEY_PASTED,
    INPUT_KEY_FOCUS,
    INPUT_KEY_BLUR
};

enum { INPUT_SEQUENCE = 48 };

enum input_kind {
    INPUT_STROKE,
    INPUT_PASTE, /* text, which lives until the next call */
    INPUT_CLICK,
    INPUT_DOUBLE_CLICK,
    INPUT_DRAG, /* the button was released elsewhere */
    INPUT_WHEEL_UP,
    INPUT_WHEEL_DOWN,
    INPUT_FOCUS,
    INPUT_BLUR,
    INPUT_SCREEN, /* the screen learned something about the terminal */
    INPUT_END     /* the terminal is gone */
};

struct input_event {
    enum input_kind kind;
    struct stroke stroke;
    const char *text;
    int row;
    int col;
};

struct input {
    struct screen *screen;
    struct decode decode;
    struct str paste;
    bool pasting;
    bool paste_escape;             /* the last in it was an Esc */
    char sequence[INPUT_SEQUENCE]; /* from [ on, as far as it has come */
    size_t sequence_len;           /* 0: there is none */
    bool asked_width;              /* its answer has not come yet */
    int press_row;
    int press_col;
    int64_t press_ms;
};

void input_init(struct input *input, struct screen *screen);
void input_fini(struct input *input);

/* The next event; false when the terminal has no more for now. */
bool input_next(struct input *input, struct input_event *event);

#endif
