#include "stroke.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"

/* The first name of a key is the one that is written. */
static const struct key {
    const char *name;
    uint32_t code;
    unsigned mods;
} keys[] = {
    {"Up", STROKE_UP, 0},
    {"Down", STROKE_DOWN, 0},
    {"Left", STROKE_LEFT, 0},
    {"Right", STROKE_RIGHT, 0},
    {"Home", STROKE_HOME, 0},
    {"End", STROKE_END, 0},
    {"PgUp", STROKE_PAGE_UP, 0},
    {"PageUp", STROKE_PAGE_UP, 0},
    {"PgDn", STROKE_PAGE_DOWN, 0},
    {"PageDown", STROKE_PAGE_DOWN, 0},
    {"Ins", STROKE_INSERT, 0},
    {"Insert", STROKE_INSERT, 0},
    {"Del", STROKE_DELETE, 0},
    {"Delete", STROKE_DELETE, 0},
    {"Backspace", STROKE_BACKSPACE, 0},
    {"Enter", STROKE_ENTER, 0},
    {"Return", STROKE_ENTER, 0},
    {"Tab", STROKE_TAB, 0},
    {"BackTab", STROKE_TAB, STROKE_SHIFT},
    {"Esc", STROKE_ESCAPE, 0},
    {"Escape", STROKE_ESCAPE, 0},
    {"Space", ' ', 0},
    {"F1", STROKE_F1, 0},
    {"F2", STROKE_F2, 0},
    {"F3", STROKE_F3, 0},
    {"F4", STROKE_F4, 0},
    {"F5", STROKE_F5, 0},
    {"F6", STROKE_F6, 0},
    {"F7", STROKE_F7, 0},
    {"F8", STROKE_F8, 0},
    {"F9", STROKE_F9, 0},
    {"F10", STROKE_F10, 0},
    {"F11", STROKE_F11, 0},
    {"F12", STROKE_F12, 0},
};

static const struct mod {
    const char *prefix;
    unsigned mod;
} mods_written[] = {
    {"Ctrl+", STROKE_CTRL},
    {"Alt+", STROKE_ALT},
    {"Shift+", STROKE_SHIFT},
};

static bool is_named(uint32_t code)
{
    return code > STROKE_NONE && code < STROKE_END_OF_CODES;
}

static bool is_letter(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

/* What a C0 control or DEL was typed as. */
static struct stroke control(uint32_t code, unsigned mods)
{
    switch (code) {
    case 0x00:
        return (struct stroke){' ', mods | STROKE_CTRL};
    case 0x08:
    case 0x7f:
        return (struct stroke){STROKE_BACKSPACE, mods};
    case 0x09:
        return (struct stroke){STROKE_TAB, mods};
    case 0x0a:
    case 0x0d:
        return (struct stroke){STROKE_ENTER, mods};
    case 0x1b:
        return (struct stroke){STROKE_ESCAPE, mods};
    default:
        return stroke_of(code + 0x40, mods | STROKE_CTRL);
    }
}

struct stroke stroke_of(uint32_t code, unsigned mods)
{
    mods &= STROKE_CTRL | STROKE_ALT | STROKE_SHIFT;
    if (code < 0x20 || code == 0x7f)
        return control(code, mods);
    if (is_named(code))
        return (struct stroke){code, mods};
    if (!utf8proc_codepoint_valid((utf8proc_int32_t)code))
        return (struct stroke){STROKE_NONE, 0};
    mods &= ~(unsigned)STROKE_SHIFT;
    if (mods != 0 && is_letter(code))
        code |= 0x20;
    return (struct stroke){code, mods};
}

bool stroke_equal(struct stroke a, struct stroke b)
{
    return a.code == b.code && a.mods == b.mods;
}

/* Names. */

/* Letters, numbers, punctuation and symbols, by Unicode's categories. */
static bool is_visible(uint32_t code)
{
    const char *category = utf8proc_category_string((utf8proc_int32_t)code);

    return strchr("LNPS", category[0]) && !fmt_unsafe(code);
}

static void name_code(char *out, size_t size, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t len;

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (keys[i].code == code) {
            snprintf(out, size, "%s", keys[i].name);
            return;
        }
    if (!is_visible(code)) {
        snprintf(out, size, "U+%04X", (unsigned)code);
        return;
    }
    len = utf8proc_encode_char((utf8proc_int32_t)code, bytes);
    snprintf(out, size, "%.*s", (int)len, (const char *)bytes);
}

const char *stroke_name(char out[STROKE_NAME], struct stroke stroke)
{
    uint32_t code = stroke.code;
    size_t len = 0;

    out[0] = '\0';
    if (code >= STROKE_NONE && !is_named(code))
        return out;
    for (size_t i = 0; i < ARRAY_LEN(mods_written); i++)
        if (stroke.mods & mods_written[i].mod) {
            size_t more = strlen(mods_written[i].prefix);

            memcpy(out + len, mods_written[i].prefix, more);
            len += more;
        }
    if (stroke.mods != 0 && is_letter(code))
        code &= ~UINT32_C(0x20);
    name_code(out + len, STROKE_NAME - len, code);
    return out;
}

/* Parsing. */

/* Takes "Ctrl+" and the like off the text. A plus at the end is the key. */
static unsigned take_mods(const char **text)
{
    unsigned found = 0;
    size_t i = 0;

    while (i < ARRAY_LEN(mods_written)) {
        size_t len = strlen(mods_written[i].prefix);

        if (strncasecmp(*text, mods_written[i].prefix, len) == 0 &&
            (*text)[len] != '\0') {
            found |= mods_written[i].mod;
            *text += len;
            i = 0;
        } else {
            i++;
        }
    }
    return found;
}

/* "U+" and four to six hexadecimal digits. */
static bool take_hex(const char *text, uint32_t *code)
{
    size_t len = strlen(text);

    if (strncasecmp(text, "U+", 2) != 0 || len < 6 || len > 8)
        return false;
    *code = 0;
    for (text += 2; *text; text++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit =
            strchr(digits, *text >= 'A' && *text <= 'F' ? *text + 0x20 : *text);

        if (!digit)
            return false;
        *code = *code * 16 + (uint32_t)(digit - digits);
    }
    return *code >= 0x20 && *code != 0x7f &&
           utf8proc_codepoint_valid((utf8proc_int32_t)*code);
}

static bool take_code(const char *text, struct stroke *stroke)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strcasecmp(text, keys[i].name) == 0) {
            *stroke = (struct stroke){keys[i].code, keys[i].mods};
            return true;
        }
    stroke->mods = 0;
    if (take_hex(text, &stroke->code))
        return true;
    return len > 0 && fmt_utf8(text, len, &stroke->code) == len &&
           stroke->code > ' ' && stroke->code != 0x7f;
}

/* text: without its modifiers. */
static bool refuse(const char *whole, const char *text, struct err *err)
{
    const char *names[ARRAY_LEN(keys)];
    const char *guess;

    if (whole[0] == '\0')
        return err_set(err, ERR_USAGE,
                       _("a key is missing; write one like a, "
                         "Ctrl+W, Alt+1, PgUp or F1"));
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        names[i] = keys[i].name;
    guess = nearest(text, names, ARRAY_LEN(keys));
    if (guess)
        return err_set(err, ERR_USAGE,
                       _("\"%s\" is not a key; did you mean \"%.*s%s\"?"),
                       whole, (int)(text - whole), whole, guess);
    return err_set(err, ERR_USAGE,
                   _("\"%s\" is not a key; keys are written like a, ?, Space, "
                     "Ctrl+W, Alt+1, PgUp or F1"),
                   whole);
}

/* Terminals send a control character for Ctrl with one of these. */
static bool has_control(uint32_t code)
{
    return code == ' ' || code == '_' || code == ']' || code == '\\' ||
           code == '^' || is_letter(code);
}

static bool check_ctrl(const char *whole, uint32_t code, struct err *err)
{
    struct stroke sent = stroke_of(code & 0x1f, 0);
    char name[STROKE_NAME];

    if ((is_letter(code) || code == '[') && is_named(sent.code))
        return err_set(
            err, ERR_USAGE,
            _("a terminal sends the same for \"%s\" and %s; write %s"), whole,
            stroke_name(name, sent), name);
    if (!has_control(code))
        return err_set(err, ERR_USAGE,
                       _("\"%s\" cannot be typed: terminals have Ctrl with "
                         "letters, Space, \\, ], ^ and _ only; Alt works with "
                         "any key"),
                       whole);
    return true;
}

bool stroke_parse(const char *text, struct stroke *stroke, struct err *err)
{
    const char *key = text;
    unsigned mods = take_mods(&key);
    struct stroke found;

    if (!take_code(key, &found))
        return refuse(text, key, err);
    if (!is_named(found.code)) {
        if (mods & STROKE_SHIFT)
            return err_set(err, ERR_USAGE,
                           _("\"%s\" is not a key: a letter or sign is written "
                             "as it is typed, without Shift"),
                           text);
        if ((mods & STROKE_CTRL) && !check_ctrl(text, found.code, err))
            return false;
    }
    *stroke = stroke_of(found.code, found.mods | mods);
    return true;
}

/* One of a sequence: len bytes. A longer word than any name is not one. */
static bool parse_word(const char *text, size_t len, struct stroke *stroke,
                       struct err *err)
{
    char name[2 * STROKE_NAME];

    if (len >= sizeof(name))
        return err_set(err, ERR_USAGE,
                       _("\"%.*s...\" is not a key; separate keys by blanks, "
                         "like Ctrl+W h"),
                       STROKE_NAME, text);
    memcpy(name, text, len);
    name[len] = '\0';
    return stroke_parse(name, stroke, err);
}

bool stroke_sequence_parse(const char *text, struct stroke *strokes, size_t max,
                           size_t *count, struct err *err)
{
    *count = 0;
    for (;;) {
        size_t len;

        text += strspn(text, " \t");
        len = strcspn(text, " \t");
        if (len == 0)
            break;
        if (*count == max)
            return err_set(err, ERR_USAGE,
                           _("too many keys: a binding has at most %zu"), max);
        if (!parse_word(text, len, &strokes[*count], err))
            return false;
        (*count)++;
        text += len;
    }
    return *count > 0 || refuse("", "", err);
}

/* Input methods. */

struct stroke stroke_fold(struct stroke stroke)
{
    static const struct {
        uint32_t wide;
        uint32_t code;
    } signs[] = {
        {0x3000, ' '}, {0x3001, '/'}, {0x3002, '.'}, {0x300a, '<'},
        {0x300b, '>'}, {0x3010, '['}, {0x3011, ']'},
    };

    if (stroke.mods != 0)
        return stroke;
    if (stroke.code >= 0xff01 && stroke.code <= 0xff5e)
        stroke.code -= 0xfee0;
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (signs[i].wide == stroke.code)
            stroke.code = signs[i].code;
    return stroke;
}
