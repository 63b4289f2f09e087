/* Lines as words. Words are told as "[a][b c]", an error as "!" behind them. */
#include "tui/words.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "tap.h"

static struct words words;
static struct err err;

static void split_with(const char *line, unsigned flags, const char *want)
{
    struct str told;
    char name[256];
    bool ok = words_split(line, flags, &words, &err);

    fmt_clean(name, sizeof(name), want, strlen(want), SIZE_MAX);
    str_init(&told, 65536);
    for (size_t i = 0; i < words.count; i++)
        str_printf(&told, "[%s]", words.argv[i]);
    if (!ok) {
        str_putc(&told, '!');
        tap_note("%s", err.text);
    }
    tap_ok(!words.argv[words.count], "the end is marked");
    tap_is(told.data, want, name);
    str_fini(&told);
}

static void split(const char *line, const char *want)
{
    split_with(line, 0, want);
}

static void test_split(void)
{
    split("", "");
    split(" \t ", "");
    split("a", "[a]");
    split("  get\thttp://a/b  x ", "[get][http://a/b][x]");
    split("a 'b c' d", "[a][b c][d]");
    split("a \"b c\"d'e f'", "[a][b cde f]");
    split("''", "[]");
    split("'' \"\"", "[][]");
    split("a\\ b \\'c \\\\", "[a b]['c][\\]");
    split("'a\\b' \"a\\b\\\"\\\\\\$\\`\"", "[a\\b][a\\b\"\\$`]");
    split("\"it's\" 'a\"b'", "[it's][a\"b]");
    split("'a\nb'", "[a\nb]");
    split("a;b|c&d $e *", "[a;b|c&d][$e][*]");
    split("\xe7\xba\xbf \xff", "[\xe7\xba\xbf][\xff]");
    split("a\r\n", "[a]");
    split("a\n", "[a]");
    split("\r", "");
    split("join #lab", "[join][#lab]");
}

static void test_comments(void)
{
    split_with("# all", WORDS_COMMENTS, "");
    split_with("  # all 'x", WORDS_COMMENTS, "");
    split_with("a # b", WORDS_COMMENTS, "[a]");
    split_with("get http://a/#b#", WORDS_COMMENTS, "[get][http://a/#b#]");
    split_with("join '#lab' \\#b \"#c\"", WORDS_COMMENTS,
               "[join][#lab][#b][#c]");
    split_with("a ''# b", WORDS_COMMENTS, "[a][#][b]");
}

static void says(const char *line, const char *want)
{
    bool ok = words_split(line, 0, &words, &err);

    tap_ok(!ok && err.code == ERR_USAGE, "refused");
    tap_ok(!ok && strstr(err.text, want), "%s", err.text);
}

static void test_errors(void)
{
    split("a 'b c", "[a][b c]!");
    tap_int(words.open, '\'', "an open quote");
    says("a 'b c", "column 3: the quote '");
    says("\xe7\xba\xbf \"b", "column 3: the quote \"");
    says("\xff\xff \"b\\\"", "column 4: the quote \"");
    split("a b\\", "[a][b]!");
    tap_int(words.open, '\\', "an open backslash");
    says("a b\\", "column 4: nothing follows");
    says("a\x1b[0m", "column 2: a control character (0x1b)");
    says("a\nb", "column 2: a control character (0x0a)");
    says("ab \x7f", "column 4: a control character (0x7f)");
    split("a 'b'", "[a][b]");
    tap_int(words.open, '\0', "nothing is open");
}

static void test_limits(void)
{
    char *line = malloc(2 * WORDS_LINE);

    memset(line, 'a', 2 * WORDS_LINE);
    strcpy(line + WORDS_LINE, "\r\n");
    tap_ok(words_split(line, 0, &words, &err) && words.count == 1 &&
               strlen(words.argv[0]) == WORDS_LINE,
           "the longest line");
    strcpy(line + WORDS_LINE, "a");
    tap_ok(!words_split(line, 0, &words, &err) && err.code == ERR_LIMIT,
           "a longer one: %s", err.text);
    for (size_t i = 0; i < WORDS_MAX; i++)
        strcpy(line + 2 * i, "b ");
    tap_ok(words_split(line, 0, &words, &err) && words.count == WORDS_MAX,
           "the most words");
    strcat(line, "c");
    tap_ok(!words_split(line, 0, &words, &err) && err.code == ERR_LIMIT &&
               words.count == WORDS_MAX,
           "more: %s", err.text);
    for (size_t i = 0; i < WORDS_LINE / 2; i++)
        strcpy(line + 2 * i, "''");
    tap_ok(words_split(line, 0, &words, &err) && words.count == 1,
           "many quotes, one word");
    free(line);
}

static void test_ranges(void)
{
    tap_ok(!words_split("get 'a b' c\"d", 0, &words, &err), "an open line");
    tap_ok(words.ranges[0].from == 0 && words.ranges[0].to == 3 &&
               words.ranges[1].from == 4 && words.ranges[1].to == 9 &&
               words.ranges[2].from == 10 && words.ranges[2].to == 13,
           "ranges have the quotes in them");
    tap_int((long long)words_at(&words, 0), 0, "at the start");
    tap_int((long long)words_at(&words, 3), 0, "at the end of a word");
    tap_int((long long)words_at(&words, 4), 1, "at the start of the next");
    tap_int((long long)words_at(&words, 13), 2, "at the end");
    tap_ok(words_split("a  b ", 0, &words, &err), "blanks");
    tap_int((long long)words_at(&words, 2), 2, "between words");
    tap_int((long long)words_at(&words, 5), 2, "behind the last");
}

static const char *const samples[] = {
    "a",
    "",
    "a b",
    "'",
    "it's",
    "\"$HOME\"",
    "`id`",
    "\\",
    "\\'\\",
    "#lab",
    "~root",
    "=ls",
    "--out=x",
    "a\nb",
    "a\tb",
    "*",
    "{a,b}",
    "!!",
    "-x",
    "\xe7\xba\xbf",
    "\xff",
    "https://a.example/b?c=d&e=f#g",
    "a;b|c>d<e(f)",
};

static void test_quote(void)
{
    struct str line;
    size_t wrong = 0;

    str_init(&line, WORDS_LINE);
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        str_putc(&line, ' ');
        words_quote(&line, samples[i]);
    }
    tap_ok(words_split(line.data, WORDS_COMMENTS, &words, &err) &&
               words.count == ARRAY_LEN(samples),
           "quoted words are split");
    for (size_t i = 0; i < words.count; i++)
        wrong += strcmp(words.argv[i], samples[i]) != 0;
    tap_int((long long)wrong, 0, "each is what it was");
    str_clear(&line);
    words_quote(&line, "--out=a/b-1.iso");
    words_quote(&line, "it's");
    tap_is(line.data, "--out=a/b-1.iso'it'\\''s'", "as few quotes as may be");
    str_fini(&line);
    str_init(&line, 4);
    tap_ok(!words_quote(&line, "a b") && line.len == 0 && line.full,
           "no room, nothing written");
    str_fini(&line);
}

/* What the shell makes of the quoted words, each ended by a newline. */
static void test_shell(void)
{
    struct str line;
    struct str want;
    struct str got;
    FILE *pipe;
    int c;

    str_init(&line, 65536);
    str_init(&want, 65536);
    str_init(&got, 65536);
    str_puts(&line, "printf '%s\\n'");
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        str_putc(&line, ' ');
        words_quote(&line, samples[i]);
        str_printf(&want, "%s\n", samples[i]);
    }
    pipe = popen(line.data, "r");
    while (pipe && (c = getc(pipe)) != EOF)
        str_putc(&got, (char)c);
    tap_ok(pipe && pclose(pipe) == 0 && strcmp(got.data, want.data) == 0,
           "a shell reads the same words");
    str_fini(&line);
    str_fini(&want);
    str_fini(&got);
}

int main(void)
{
    test_split();
    test_comments();
    test_errors();
    test_limits();
    test_ranges();
    test_quote();
    test_shell();
    return tap_done();
}
