/* The line editor. Keys are written by their names, the text with a "|" where
 * the caret is. */
#include "tui/editor.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "tap.h"
#include "tui/grapheme.h"

#define CHINESE "\xe7\xba\xbf\xe7\xa8\x8b" /* U+7EBF U+7A0B, each 2 columns */
#define ACUTE "e\xcc\x81"
#define FAMILY                                                     \
    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0" \
    "\x9f\x91\xa7"
#define LOST "\xef\xbf\xbd"

static struct editor *editor;
static struct history *history;

static void begin(size_t max, unsigned flags)
{
    editor_free(editor);
    editor = editor_new(max, flags, history);
}

/* The outcome of the last key. */
static enum editor_outcome press(const char *keys)
{
    struct stroke strokes[200];
    struct err err = {ERR_NONE, ""};
    enum editor_outcome outcome = EDITOR_IGNORED;
    size_t count;

    if (!stroke_sequence_parse(keys, strokes, ARRAY_LEN(strokes), &count, &err))
        tap_ok(false, "%s", err.text);
    for (size_t i = 0; i < count; i++)
        outcome = editor_key(editor, strokes[i]);
    return outcome;
}

static void shows(const char *want, const char *what)
{
    size_t caret = editor_caret(editor);
    struct str told;

    str_init(&told, 100000);
    str_add(&told, editor_text(editor), caret);
    str_putc(&told, '|');
    str_puts(&told, editor_text(editor) + caret);
    tap_is(told.data, want, what);
    str_fini(&told);
}

/* A text, some keys, and what is there then. */
static void edits(const char *text, const char *keys, const char *want)
{
    struct err err = {ERR_NONE, ""};

    begin(4096, 0);
    if (!editor_set(editor, text, &err))
        tap_ok(false, "%s", err.text);
    press(keys);
    shows(want, keys);
}

static void test_move(void)
{
    edits("", "a b Space c", "ab c|");
    edits("abc", "Left Left x", "ax|bc");
    edits("abc", "Ctrl+B Ctrl+B Ctrl+F x", "abx|c");
    edits("abc", "Home Left x", "x|abc");
    edits("abc", "Ctrl+A Right Ctrl+E Right x", "abcx|");
    edits("get http://a/b", "Ctrl+Left", "get http://a/|b");
    edits("get http://a/b", "Alt+B Alt+B Alt+B Alt+F", "get http|://a/b");
    edits("get a", "Home Ctrl+Right Ctrl+Right", "get a|");
    edits("a" FAMILY "b", "Left Left", "a|" FAMILY "b");
    edits("a" FAMILY "b", "Home Right Right", "a" FAMILY "|b");
    edits(CHINESE, "Left", "\xe7\xba\xbf|\xe7\xa8\x8b");
    edits("", "\xe7\xba\xbf \xe7\xa8\x8b", CHINESE "|");
    edits("ea", "Home Right U+0301", ACUTE "|a");
}

static void test_erase(void)
{
    edits("abc", "Backspace", "ab|");
    edits("abc", "Home Backspace Delete", "|bc");
    edits("abc", "Delete Ctrl+A Ctrl+D", "|bc");
    edits("a" ACUTE, "Backspace", "a|");
    edits("a" FAMILY "b", "Home Right Delete", "a|b");
    edits("\xf0\x9f\x87\xa8\xf0\x9f\x87\xb3", "Backspace", "|");
}

static void test_kill(void)
{
    edits("ab cd ef", "Alt+B Alt+B Ctrl+K", "ab |");
    edits("ab cd ef", "Alt+B Ctrl+U", "|ef");
    edits("get http://a/b", "Ctrl+W", "get |");
    edits("get http://a/b  ", "Ctrl+W Ctrl+W", "|");
    edits("get http://a/b", "Alt+Backspace", "get http://a/|");
    edits("get http://a/b", "Home Alt+D Alt+D", "|://a/b");
    edits("ab cd", "Ctrl+W Home Ctrl+Y", "cd|ab ");
    edits("ab cd ef", "Ctrl+W Ctrl+W Ctrl+Y", "ab cd ef|");
    edits("ab cd ef", "Home Alt+D Alt+D Ctrl+E x Ctrl+Y", " efxab cd|");
    edits("ab cd ef", "Ctrl+W Left Ctrl+W Ctrl+Y", "ab cd| ");
    edits("ab cd ef", "Ctrl+W Left Ctrl+W Ctrl+Y Alt+Y", "ab ef| ");
    edits("ab cd ef", "Ctrl+W Left Ctrl+W Ctrl+Y Alt+Y Alt+Y", "ab cd| ");
    edits("ab", "Ctrl+W x Alt+Y", "x|");
    edits("ab", "Ctrl+Y", "ab|");
    edits("ab cd", "Ctrl+W Ctrl+K Ctrl+W Ctrl+Y", "ab cd|");
}

static void test_transpose(void)
{
    edits("abc", "Ctrl+T", "acb|");
    edits("abc", "Left Ctrl+T", "acb|");
    edits("abc", "Left Left Ctrl+T Ctrl+T", "bca|");
    edits("abc", "Home Ctrl+T", "|abc");
    edits("a", "Ctrl+T", "a|");
    edits("", "Ctrl+T", "|");
    edits(ACUTE "\xe7\xba\xbf", "Ctrl+T", "\xe7\xba\xbf" ACUTE "|");
}

static void test_undo(void)
{
    edits("", "a b Space c d Ctrl+_", "ab |");
    edits("", "a b Space c d Ctrl+_ Ctrl+_", "|");
    edits("", "a b Space c d Ctrl+_ Ctrl+_ Ctrl+_ x", "x|");
    edits("ab cd", "Backspace Backspace Ctrl+_", "ab cd|");
    edits("ab cd", "Ctrl+W Ctrl+Y Ctrl+_ Ctrl+_", "ab cd|");
    edits("ab cd", "Home Ctrl+K Ctrl+_", "|ab cd");
    edits("ab", "Ctrl+T Ctrl+_", "ab|");
    edits("ab", "x Left Ctrl+_", "ab|");
}

static void test_outcomes(void)
{
    begin(3, 0);
    tap_int(press("a"), EDITOR_CHANGED, "typing changes");
    tap_int(press("Left"), EDITOR_MOVED, "Left moves");
    tap_int(press("Left"), EDITOR_SAME, "not at the start");
    tap_int(press("Backspace"), EDITOR_SAME, "nothing to erase");
    tap_int(press("b c"), EDITOR_CHANGED, "the last that fits");
    tap_int(press("d"), EDITOR_SAME, "full");
    tap_int(press("Ctrl+W Ctrl+Y"), EDITOR_CHANGED, "what was cut fits again");
    tap_int(press("Ctrl+Y"), EDITOR_SAME, "but not twice");
    tap_int(press("Enter"), EDITOR_ENTER, "Enter");
    tap_int(press("Esc"), EDITOR_CANCEL, "Esc");
    tap_int(press("Ctrl+C"), EDITOR_CANCEL, "Ctrl+C");
    tap_int(press("Ctrl+E Ctrl+D"), EDITOR_SAME, "Ctrl+D at the end");
    tap_int(press("Home Ctrl+D"), EDITOR_CHANGED, "Ctrl+D before a letter");
    tap_int(press("Ctrl+K Ctrl+D"), EDITOR_CANCEL, "Ctrl+D in an empty line");
    tap_int(press("Tab"), EDITOR_COMPLETE, "Tab");
    tap_int(press("F1"), EDITOR_IGNORED, "no key of the editor's");
    tap_int(press("Alt+1"), EDITOR_IGNORED, "another one");
    tap_int(press("Up"), EDITOR_IGNORED, "Up without a history");
    tap_int(press("Ctrl+R"), EDITOR_IGNORED, "Ctrl+R, too");
    tap_int(press("Alt+Enter"), EDITOR_IGNORED, "a newline in one line");
    tap_int(editor_key(editor, (struct stroke){'\n', 0}), EDITOR_SAME,
            "no raw newline");
    tap_int(editor_key(editor, (struct stroke){0x1b, 0}), EDITOR_SAME,
            "no control");
    tap_int(editor_key(editor, (struct stroke){0x202e, 0}), EDITOR_SAME,
            "no override of direction");
    tap_int(editor_key(editor, (struct stroke){0xd800, 0}), EDITOR_SAME,
            "no surrogate");
}

static void pastes(unsigned flags, const char *text, size_t len,
                   const char *want, const char *what)
{
    struct err err = {ERR_NONE, ""};

    begin(4096, flags);
    press("[ ] Left");
    if (!editor_paste(editor, text, len, &err))
        tap_ok(false, "%s", err.text);
    shows(want, what);
}

static void test_paste(void)
{
    struct err err = {ERR_NONE, ""};

    pastes(0, "a" CHINESE, 7, "[a" CHINESE "|]", "text");
    pastes(0, "a\nb\r\nc\rd\r\n\n", 11, "[a b c d|]", "newlines");
    pastes(EDITOR_LINES, "a\nb\r\nc\rd\r\n", 10, "[a\nb\nc\nd\n|]",
           "newlines that may be");
    pastes(0, "a\tb", 3, "[a b|]", "a tab");
    pastes(0, "\x1b[31m", 5, "[" LOST "[31m|]", "an escape sequence");
    pastes(0, "a\0b\xff\xe7\xba", 6, "[a" LOST "b" LOST LOST LOST "|]",
           "a NUL and broken bytes");
    pastes(0,
           "a\xe2\x80\xae"
           "b",
           5, "[a" LOST "b|]", "a bidi override");
    pastes(0, FAMILY, strlen(FAMILY), "[" FAMILY "|]", "joiners stay");
    pastes(0, "\n", 1, "[|]", "nothing but a newline");
    press("Ctrl+_");
    shows("|", "undo does not see it");

    begin(5, 0);
    press("a b");
    tap_ok(editor_paste(editor, "cde", 3, &err), "what fits");
    tap_ok(!editor_paste(editor, "f", 1, &err) && err.code == ERR_LIMIT,
           "what does not: %s", err.text);
    shows("abcde|", "nothing of it is there");
    press("Ctrl+_");
    shows("ab|", "a paste is undone at once");
    tap_ok(!editor_set(editor, "abcdef", &err), "too long a text");
    tap_ok(!editor_set(editor, "\xff\xff", &err), "or one that grows");
    shows("ab|", "what was there stays");
    tap_ok(editor_set(editor, "xyz", &err), "another text");
    press("Ctrl+_");
    shows("xyz|", "is no change to undo");
    editor_clear(editor);
    shows("|", "cleared");
}

static void test_lines(void)
{
    begin(100, EDITOR_LINES);
    press("a Alt+Enter b Left Left");
    shows("a|\nb", "newlines can be typed");
}

static void recalls(const char *keys, const char *want)
{
    begin(4096, 0);
    press(keys);
    shows(want, keys);
}

static void test_recall(void)
{
    history = history_new(10);
    history_add(history, "get one");
    history_add(history, "help");
    history_add(history, "get two");
    recalls("Up", "get two|");
    recalls("Up Up", "help|");
    recalls("Up Up Up Up", "get one|");
    recalls("Up Up Down", "get two|");
    recalls("Ctrl+P Ctrl+P Ctrl+N Ctrl+N", "|");
    recalls("g e t Left Up", "get two|");
    recalls("g e t Left Up Up", "get one|");
    recalls("g e t Left Up Up Up Down Down", "ge|t");
    recalls("x Up", "x|");
    recalls("x Up Backspace Up", "get two|");
    recalls("g Up Backspace Up Up", "get two|");
    recalls("Up Up Ctrl+_", "|");
    recalls("Up ! Ctrl+_ Ctrl+_", "|");
    recalls("Up Up Left Down", "get two|");
    begin(4096, 0);
    tap_int(press("Down"), EDITOR_SAME, "Down at the draft");
    tap_int(press("x Up"), EDITOR_SAME, "no such line");
    tap_int(press("Down"), EDITOR_SAME, "so nothing to come back from");
    history_add(history, "get \xe7\xba\xbf\x1b");
    recalls("Up", "get \xe7\xba\xbf" LOST "|");
    begin(7, 0);
    press("Up");
    shows("get two|", "a line that does not fit is passed over");
}

static void searches(const char *keys, const char *want, const char *sought)
{
    recalls(keys, want);
    tap_is(editor_search(editor, NULL), sought, "what is sought");
}

static void test_search(void)
{
    bool failed = false;

    history_free(history);
    history = history_new(10);
    history_add(history, "get one");
    history_add(history, "help");
    history_add(history, "get two");
    searches("x Ctrl+R", "x|", "");
    searches("Ctrl+R g e", "|get two", "ge");
    searches("Ctrl+R e t", "g|et two", "et");
    searches("Ctrl+R e Ctrl+R", "h|elp", "e");
    searches("Ctrl+R e Ctrl+R Ctrl+R", "g|et one", "e");
    searches("Ctrl+R o n", "get |one", "on");
    searches("Ctrl+R o n Backspace", "get tw|o", "o");
    searches("x Ctrl+R e Esc", "x|", NULL);
    searches("x Left Ctrl+R e Ctrl+G", "|x", NULL);
    searches("Ctrl+R o n Right", "get o|ne", NULL);
    searches("Ctrl+R o n End !", "get one!|", NULL);
    searches("x Ctrl+R o n e End Ctrl+_", "x|", NULL);
    begin(100, 0);
    tap_int(press("Ctrl+R o n Enter"), EDITOR_ENTER, "Enter takes the line");
    shows("get |one", "that was found");
    tap_int(press("Esc"), EDITOR_CANCEL, "and the search is over");
    begin(100, 0);
    tap_int(press("Ctrl+R h z"), EDITOR_MOVED, "nothing is found");
    tap_is(editor_search(editor, &failed), "hz", "what is sought");
    tap_ok(failed, "it is told");
    shows("|help", "the last line stays");
    press("Backspace");
    editor_search(editor, &failed);
    tap_ok(!failed, "less is found again");
}

static const char *const verbs[] = {"cancel", "cat", "can 'x'"};

/* Completes the word that begins at `from`, as often as Tab asks for it. */
static enum editor_outcome tab(const char *key, size_t from, size_t count)
{
    enum editor_outcome outcome = press(key);

    if (outcome == EDITOR_COMPLETE)
        outcome =
            editor_complete(editor, from, editor_caret(editor), verbs, count);
    return outcome;
}

static void test_complete(void)
{
    begin(100, 0);
    press("x Space c");
    tap_int(tab("Tab", 2, 3), EDITOR_CHANGED, "more of the word");
    shows("x ca|", "is what all have in common");
    tap_ok(editor_candidate(editor) == SIZE_MAX, "none is chosen");
    tab("Tab", 2, 3);
    shows("x cancel|", "then the first");
    tap_int((long long)editor_candidate(editor), 0, "is chosen");
    tab("Tab", 2, 3);
    tab("Tab", 2, 3);
    shows("x can 'x'|", "then the others");
    tab("Tab", 2, 3);
    shows("x ca|", "then what was typed");
    tap_ok(editor_candidate(editor) == SIZE_MAX, "and none is chosen");
    tab("Shift+Tab", 2, 3);
    shows("x can 'x'|", "backwards");
    tap_int(press("Esc"), EDITOR_CHANGED, "Esc goes back");
    shows("x ca|", "to what was typed");
    tap_int(press("Esc"), EDITOR_CANCEL, "once");
    tab("Shift+Tab", 2, 3);
    shows("x can 'x'|", "the last one first");
    press("y");
    shows("x can 'x'y|", "a key takes it");
    tap_ok(editor_candidate(editor) == SIZE_MAX, "for good");
    press("Ctrl+_ Ctrl+_");
    shows("x ca|", "undo takes completion as one");
}

static void test_complete_odd(void)
{
    static const char *const hostile[] = {"a\x1b", "ab\xff", "ac"};
    static const char *const long_ones[] = {"abcdef", "bcd"};

    begin(100, 0);
    press("c");
    tap_int(tab("Tab", 0, 0), EDITOR_SAME, "no candidates");
    tap_int(tab("Tab", 0, 1), EDITOR_CHANGED, "one candidate");
    shows("cancel|", "is taken");
    begin(100, 0);
    press("n c l");
    tab("Tab", 0, 3);
    shows("cancel|", "candidates that start otherwise are gone through");
    begin(100, 0);
    editor_complete(editor, 0, 0, hostile, 3);
    shows("a|", "a common start");
    editor_complete(editor, 0, 1, hostile, 3);
    shows("ac|", "what may not be in a line is passed over");
    begin(4, 0);
    press("x");
    editor_complete(editor, 0, 1, long_ones, 2);
    shows("bcd|", "so is what does not fit");
    tap_int(editor_complete(editor, 2, 1, verbs, 3), EDITOR_SAME,
            "a range that is none");
    tap_int(editor_complete(editor, 0, 9, verbs, 3), EDITOR_SAME,
            "a range beyond the end");
}

static void test_masked(void)
{
    struct err err = {ERR_NONE, ""};
    struct str drawn;
    struct editor_window window;

    begin(100, EDITOR_MASKED);
    tap_ok(editor_paste(editor, "pass " CHINESE, 11, &err), "a password");
    window = editor_window(editor, 20);
    str_init(&drawn, 1000);
    editor_draw(editor, window, true, &drawn);
    tap_is(drawn.data, "*******", "a star for each character");
    tap_int((long long)window.caret, 7, "the caret behind them");
    str_clear(&drawn);
    editor_draw(editor, window, false, &drawn);
    tap_int((long long)fmt_columns(drawn.data), 7, "bullets");
    tap_ok(!strstr(drawn.data, "p"), "which are not the text");
    str_fini(&drawn);
    tap_int(press("Tab"), EDITOR_IGNORED, "no completion");
    tap_int(press("Up"), EDITOR_IGNORED, "no history");
    tap_int(press("Ctrl+R"), EDITOR_IGNORED, "no search");
    tap_int(press("Ctrl+Left"), EDITOR_MOVED, "no words");
    tap_int((long long)editor_caret(editor), 0, "but the start");
    press("Ctrl+K");
    shows("|", "cut");
    tap_int(press("Ctrl+Y"), EDITOR_SAME, "not to be put back");
    tap_int(press("Ctrl+_"), EDITOR_SAME, "nor undone");
}

/* Every byte behind the text is wiped. */
static void test_wiped(void)
{
    struct err err = {ERR_NONE, ""};
    const char *text;
    int left = 0;

    begin(100, EDITOR_MASKED);
    text = editor_text(editor);
    tap_ok(editor_paste(editor, "secret", 6, &err), "a password");
    press("Backspace Ctrl+A Delete Ctrl+T");
    for (int i = 4; i <= 100; i++)
        left += text[i] != 0;
    tap_int(left, 0, "what was erased is wiped");
    editor_clear(editor);
    for (int i = 0; i <= 100; i++)
        left += text[i] != 0;
    tap_int(left, 0, "all of it");
}

/* What is drawn in so many columns, with "|" before the caret's column. */
static void draws(size_t columns, const char *want, const char *what)
{
    struct editor_window window = editor_window(editor, columns);
    struct str drawn;
    char before[100];
    char told[200];

    str_init(&drawn, 10000);
    editor_draw(editor, window, false, &drawn);
    fmt_clean(before, sizeof(before), drawn.data, drawn.len, SIZE_MAX);
    while (fmt_columns(before) > window.caret)
        before[grapheme_prev(before, strlen(before), strlen(before))] = '\0';
    snprintf(told, sizeof(told), "%s|%s", before, drawn.data + strlen(before));
    tap_is(told, want, what);
    tap_ok(window.columns <= columns && window.caret < columns,
           "within %zu columns", columns);
    str_fini(&drawn);
}

static void test_window(void)
{
    struct err err = {ERR_NONE, ""};

    begin(1000, 0);
    draws(1, "|", "an empty line in one column");
    tap_ok(editor_set(editor, "abcdefghij", &err), "a text");
    draws(11, "abcdefghij|", "it fits with the caret");
    draws(10, "defghij|", "else it is scrolled");
    press("Left Left");
    draws(10, "defgh|ij", "and stays so while the caret is in sight");
    press("Ctrl+A");
    draws(10, "|abcdefghij", "and at the start");
    draws(4, "|abcd", "less at once");
    press("Right Right Right");
    draws(4, "abc|d", "up to the last column");
    press("Right");
    draws(4, "bcd|e", "then further");
    draws(1, "|e", "one column");
    draws(20, "abcd|efghij", "all again");
    tap_ok(editor_set(editor, "abcdefghijklmnopqrstuvwxyz", &err), "more");
    draws(16, "opqrstuvwxyz|", "some columns are free at the end");
    press("Left Left Left Left Left");
    press("Left Left Left Left Left");
    draws(16, "op|qrstuvwxyz", "going left");
    press("Left");
    draws(16, "hijklmno|pqrstuvw", "some text is seen before the caret");
}

static void test_wide(void)
{
    struct err err = {ERR_NONE, ""};

    begin(1000, 0);
    tap_ok(editor_set(editor, CHINESE CHINESE, &err), "a wide text");
    draws(9, CHINESE CHINESE "|", "it fits with the caret");
    draws(8, "\xe7\xa8\x8b" CHINESE "|", "no character is cut in half");
    press("Home");
    draws(3, "|\xe7\xba\xbf", "nor at the right");
    press("Right");
    draws(3, "|\xe7\xa8\x8b", "the one at the caret is whole");
    draws(1, "|", "no room for any");
    tap_ok(editor_set(editor, "a" FAMILY ACUTE, &err), "a family, an accent");
    draws(20, "a\xf0\x9f\x91\xa8\xf0\x9f\x91\xa9\xf0\x9f\x91\xa7" ACUTE "|",
          "joiners are not drawn");
    press("Left Left Left Right");
    draws(20, "a|\xf0\x9f\x91\xa8\xf0\x9f\x91\xa9\xf0\x9f\x91\xa7" ACUTE,
          "a family is one step");
    tap_ok(editor_set(editor,
                      "\xcc\x81"
                      "a\xe2\x80\x8d",
                      &err),
           "odd ones");
    draws(20, LOST "a|", "a mark alone");
    tap_ok(editor_set(editor, "\xe2\x80\x8d", &err), "a joiner");
    draws(20, LOST "|", "alone");
    begin(1000, EDITOR_LINES);
    press("a Alt+Enter b");
    draws(20,
          "a\xe2\x86\xb5"
          "b|",
          "a newline");
}

/* Marks can be heaped on a letter without end. */
static void test_heap(void)
{
    struct err err = {ERR_NONE, ""};
    struct editor_window window;
    struct str text;

    begin(4096, 0);
    str_init(&text, 4096);
    str_puts(&text, "e");
    while (text.len < 4000)
        str_puts(&text, "\xcc\x81");
    tap_ok(editor_set(editor, text.data, &err), "a heap of marks");
    window = editor_window(editor, 10);
    tap_int((long long)window.caret, 1, "is one character");
    str_clear(&text);
    editor_draw(editor, window, false, &text);
    tap_ok(text.len < 40, "of which some marks are drawn");
    str_fini(&text);
    press("Backspace");
    shows("|", "and one to erase");
}

/* Other encodings show what they can. */
static void test_locale(void)
{
    struct err err = {ERR_NONE, ""};
    struct str drawn;

    setlocale(LC_ALL, "C");
    begin(100, EDITOR_LINES);
    tap_ok(editor_set(editor, "a" CHINESE "\nb", &err), "a text");
    str_init(&drawn, 1000);
    editor_draw(editor, editor_window(editor, 20), false, &drawn);
    tap_is(drawn.data, "a?? b", "in the C locale");
    tap_int((long long)editor_window(editor, 20).caret, 5, "the caret");
    str_fini(&drawn);
    setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    test_move();
    test_erase();
    test_kill();
    test_transpose();
    test_undo();
    test_outcomes();
    test_paste();
    test_lines();
    test_recall();
    test_search();
    test_complete();
    test_complete_odd();
    test_masked();
    test_wiped();
    test_window();
    test_wide();
    test_heap();
    test_locale();
    editor_free(editor);
    editor_free(NULL);
    history_free(history);
    return tap_done();
}
