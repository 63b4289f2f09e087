/* One key press as a value, and as the name that the config file, the help and
 * the hints write: "a", "?", "Space", "Ctrl+W", "Alt+1", "Shift+Tab", "PgUp".
 * Pure; any thread. */
#ifndef TUI_STROKE_H
#define TUI_STROKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Keys without a code point. */
enum stroke_code {
    STROKE_NONE = 0x110000, /* no key; has no name */
    STROKE_UP,
    STROKE_DOWN,
    STROKE_LEFT,
    STROKE_RIGHT,
    STROKE_HOME,
    STROKE_END,
    STROKE_PAGE_UP,
    STROKE_PAGE_DOWN,
    STROKE_INSERT,
    STROKE_DELETE,
    STROKE_BACKSPACE,
    STROKE_ENTER,
    STROKE_TAB,
    STROKE_ESCAPE,
    STROKE_F1,
    STROKE_F2,
    STROKE_F3,
    STROKE_F4,
    STROKE_F5,
    STROKE_F6,
    STROKE_F7,
    STROKE_F8,
    STROKE_F9,
    STROKE_F10,
    STROKE_F11,
    STROKE_F12,
    STROKE_END_OF_CODES
};

enum stroke_mods {
    STROKE_CTRL = 1,
    STROKE_ALT = 2,
    STROKE_SHIFT = 4 /* with the keys above only; "A" is just another code */
};

struct stroke {
    uint32_t code; /* a code point or an enum stroke_code */
    unsigned mods; /* of enum stroke_mods */
};

enum { STROKE_NAME = 32 }; /* room for any name, with NUL */

/* What a terminal's code and modifiers mean, in the one form that parsing gives
 * too. A control code becomes its key: 0x0d and 0x0a Enter, 0x09 Tab, 0x1b Esc,
 * 0x08 and 0x7f Backspace, 0x17 Ctrl+W, 0x00 Ctrl+Space. Ctrl or Alt with a
 * capital letter is the same as with the small one; Shift with a code point is
 * dropped. What is neither a code point nor a key becomes STROKE_NONE. */
struct stroke stroke_of(uint32_t code, unsigned mods);

bool stroke_equal(struct stroke a, struct stroke b);

/* Reads a name; the case of the words in it ("ctrl", "PGUP") is ignored, and a
 * code point may be written "U+3000". ERR_USAGE, with the nearest name, for
 * what is no key, and for a key that a terminal cannot send or cannot tell from
 * another one (Ctrl+1, Ctrl+I, Shift+a). */
bool stroke_parse(const char *text, struct stroke *stroke, struct err *err)
    __attribute__((warn_unused_result));

/* Several, separated by blanks ("Ctrl+W h"): at least one, at most max.
 * strokes and count are undefined on failure. */
bool stroke_sequence_parse(const char *text, struct stroke *strokes, size_t max,
                           size_t *count, struct err *err)
    __attribute__((warn_unused_result));

/* The name; stroke_parse reads it again. "" for STROKE_NONE. Code points that
 * show nothing are written "U+200B". Returns out. */
const char *stroke_name(char out[STROKE_NAME], struct stroke stroke);

/* For command mode: the keys of an input method that is left on. Full-width
 * forms (U+FF01 to U+FF5E) become ASCII, so do the ideographic space, comma (as
 * "/"), full stop and brackets. Others, and those with modifiers, stay. */
struct stroke stroke_fold(struct stroke stroke);

#endif
