/* Key presses and their names. */
#include "tui/stroke.h"

#include "base/fmt.h"
#include "base/mem.h"
#include "tap.h"

static void parses(const char *text, uint32_t code, unsigned mods)
{
    struct stroke stroke = {0, 0};
    struct err err = {ERR_NONE, ""};

    if (!stroke_parse(text, &stroke, &err))
        tap_note("%s", err.text);
    tap_ok(stroke_equal(stroke, (struct stroke){code, mods}), "parse \"%s\"",
           text);
}

/* The sentence says word. */
static void refuses(const char *text, const char *word)
{
    struct stroke stroke = {'x', 0};
    struct err err = {ERR_NONE, ""};
    bool ok = stroke_parse(text, &stroke, &err);
    char shown[sizeof(err.text)];

    fmt_clean(shown, sizeof(shown), err.text, strlen(err.text), SIZE_MAX);
    tap_ok(!ok && err.code == ERR_USAGE && strstr(err.text, word) &&
               stroke.code == 'x',
           "refused: %s", shown);
}

static void test_parse(void)
{
    parses("a", 'a', 0);
    parses("A", 'A', 0);
    parses("?", '?', 0);
    parses(":", ':', 0);
    parses("+", '+', 0);
    parses("#", '#', 0);
    parses("\xe7\xba\xbf", 0x7ebf, 0);
    parses("Space", ' ', 0);
    parses("Enter", STROKE_ENTER, 0);
    parses("Esc", STROKE_ESCAPE, 0);
    parses("Tab", STROKE_TAB, 0);
    parses("Shift+Tab", STROKE_TAB, STROKE_SHIFT);
    parses("BackTab", STROKE_TAB, STROKE_SHIFT);
    parses("PgUp", STROKE_PAGE_UP, 0);
    parses("pagedown", STROKE_PAGE_DOWN, 0);
    parses("F12", STROKE_F12, 0);
    parses("Alt+1", '1', STROKE_ALT);
    parses("Alt++", '+', STROKE_ALT);
    parses("Ctrl+D", 'd', STROKE_CTRL);
    parses("ctrl+d", 'd', STROKE_CTRL);
    parses("CTRL+Space", ' ', STROKE_CTRL);
    parses("Ctrl+_", '_', STROKE_CTRL);
    parses("Alt+Ctrl+X", 'x', STROKE_CTRL | STROKE_ALT);
    parses("Ctrl+Left", STROKE_LEFT, STROKE_CTRL);
    parses("U+3000", 0x3000, 0);
    parses("u+10ffff", 0x10ffff, 0);
}

static void test_refuse(void)
{
    refuses("", "missing");
    refuses("Entr", "\"Enter\"");
    refuses("Ctrl+PgUo", "\"Ctrl+PgUp\"");
    refuses("F13", "\"F1");
    refuses("xyzzy", "Ctrl+W");
    refuses(" ", "not a key");
    refuses("\x07", "not a key");
    refuses("\xff", "not a key");
    refuses("Ctrl+", "not a key");
    refuses("U+0007", "not a key");
    refuses("U+D800", "not a key");
    refuses("U+110000", "not a key");
    refuses("U+12", "not a key");
    refuses("Ctrl+I", "write Tab");
    refuses("Ctrl+m", "write Enter");
    refuses("Ctrl+J", "write Enter");
    refuses("Ctrl+H", "write Backspace");
    refuses("Ctrl+[", "write Esc");
    refuses("Ctrl+1", "cannot be typed");
    refuses("Ctrl+\xe7\xba\xbf", "cannot be typed");
    refuses("Shift+a", "without Shift");
}

static void comes_as(uint32_t code, unsigned mods, const char *name)
{
    char out[STROKE_NAME];

    tap_is(stroke_name(out, stroke_of(code, mods)), name, name);
}

static void test_terminal(void)
{
    comes_as(0x00, 0, "Ctrl+Space");
    comes_as(0x01, 0, "Ctrl+A");
    comes_as(0x17, STROKE_ALT, "Ctrl+Alt+W");
    comes_as(0x1c, 0, "Ctrl+\\");
    comes_as(0x1f, 0, "Ctrl+_");
    comes_as(0x08, 0, "Backspace");
    comes_as(0x7f, STROKE_ALT, "Alt+Backspace");
    comes_as(0x09, 0, "Tab");
    comes_as(0x0a, 0, "Enter");
    comes_as(0x0d, STROKE_ALT, "Alt+Enter");
    comes_as(0x1b, 0, "Esc");
    comes_as('D', STROKE_ALT, "Alt+D");
    comes_as('d', STROKE_ALT, "Alt+D");
    comes_as('D', STROKE_SHIFT, "D");
    comes_as('d', 0, "d");
    comes_as(' ', 0, "Space");
    comes_as(0x3000, 0, "U+3000");
    comes_as(0x301, 0, "U+0301");
    comes_as(0x200b, 0, "U+200B");
    comes_as(STROKE_TAB, STROKE_SHIFT, "Shift+Tab");
    comes_as(STROKE_BACKSPACE, 7, "Ctrl+Alt+Shift+Backspace");
    comes_as(0xd800, STROKE_CTRL, "");
    comes_as(0x123456, 0, "");
    comes_as(STROKE_NONE, 0, "");
}

/* Whether the name of what the terminal sent is read as the same again. */
static bool returns(uint32_t code, unsigned mods)
{
    struct stroke stroke = stroke_of(code, mods);
    struct stroke again = {0, 0};
    struct err err = {ERR_NONE, ""};
    char name[STROKE_NAME];

    stroke_name(name, stroke);
    return stroke_parse(name, &again, &err) && stroke_equal(stroke, again);
}

static void test_round_trip(void)
{
    int named = 0;
    int plain = 0;
    int controls = 0;

    for (uint32_t code = STROKE_UP; code < STROKE_END_OF_CODES; code++)
        for (unsigned mods = 0; mods < 8; mods++)
            named += !returns(code, mods);
    for (uint32_t code = 0x20; code < STROKE_NONE; code++)
        if (code < 0xd800 || code > 0xdfff)
            plain += !returns(code, 0) || !returns(code, STROKE_ALT);
    for (uint32_t code = 0; code < 0x20; code++)
        controls += !returns(code, 0) || !returns(code, STROKE_ALT);
    tap_int(named, 0, "every key with every modifier");
    tap_int(plain, 0, "every code point, plain and with Alt");
    tap_int(controls, 0, "every control code");
}

static void test_sequence(void)
{
    struct stroke strokes[2];
    struct err err = {ERR_NONE, ""};
    size_t count = 0;

    tap_ok(stroke_sequence_parse("Ctrl+W h", strokes, 2, &count, &err) &&
               count == 2 && strokes[0].code == 'w' && strokes[1].code == 'h',
           "two keys");
    tap_ok(
        stroke_sequence_parse("\t Ctrl+W   Left ", strokes, 2, &count, &err) &&
            count == 2 && strokes[1].code == STROKE_LEFT,
        "blanks around them");
    tap_ok(stroke_sequence_parse("q", strokes, 2, &count, &err) && count == 1,
           "one key");
    tap_ok(!stroke_sequence_parse("a b c", strokes, 2, &count, &err) &&
               strstr(err.text, "at most 2"),
           "too many: %s", err.text);
    tap_ok(!stroke_sequence_parse(" ", strokes, 2, &count, &err) &&
               strstr(err.text, "missing"),
           "none: %s", err.text);
    tap_ok(!stroke_sequence_parse("Ctrl+W Lft", strokes, 2, &count, &err) &&
               strstr(err.text, "\"Left\""),
           "a wrong one: %s", err.text);
    tap_ok(!stroke_sequence_parse("123456789012345678901234567890123456789012"
                                  "345678901234567890123456789012345678901234",
                                  strokes, 2, &count, &err) &&
               strstr(err.text, "blanks"),
           "a long one: %s", err.text);
}

static void test_fold(void)
{
    static const uint32_t pairs[][2] = {
        {0xff1f, '?'}, {0xff1a, ':'}, {0xff1b, ';'}, {0xff41, 'a'},
        {0xff3a, 'Z'}, {0xff01, '!'}, {0xff5e, '~'}, {0x3001, '/'},
        {0x3002, '.'}, {0x3010, '['}, {0x3011, ']'}, {0x300a, '<'},
        {0x300b, '>'}, {0x3000, ' '}, {'a', 'a'},    {0x7ebf, 0x7ebf},
    };
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        wrong +=
            stroke_fold((struct stroke){pairs[i][0], 0}).code != pairs[i][1];
    tap_int(wrong, 0, "full-width forms are folded");
    tap_int(stroke_fold((struct stroke){0xff1f, STROKE_ALT}).code, 0xff1f,
            "not with a modifier");
    tap_int(stroke_fold((struct stroke){STROKE_UP, 0}).code, STROKE_UP,
            "keys stay");
}

int main(void)
{
    test_parse();
    test_refuse();
    test_terminal();
    test_round_trip();
    test_sequence();
    test_fold();
    return tap_done();
}
