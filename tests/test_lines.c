/* Lines from a descriptor, however they are cut. */
#include "tui/lines.h"

#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "tui/words.h"

static int ends[2];

static void feed(const char *text, size_t len)
{
    if (write(ends[1], text, len) != (ssize_t)len)
        exit(99);
}

static void open_pipe(struct lines *lines)
{
    if (pipe(ends) != 0)
        exit(99);
    lines_init(lines, ends[0]);
}

static void test_pieces(void)
{
    struct lines lines;

    open_pipe(&lines);
    tap_is(lines_next(&lines), NULL, "nothing yet");
    feed("on", 2);
    lines_read(&lines);
    tap_is(lines_next(&lines), NULL, "no whole line");
    feed("e\ntwo\n\nfo", 9);
    lines_read(&lines);
    tap_is(lines_next(&lines), "one", "a line in two pieces");
    tap_is(lines_next(&lines), "two", "the next");
    tap_int((long long)lines.number, 2, "and its number");
    tap_is(lines_next(&lines), "", "an empty one");
    tap_is(lines_next(&lines), NULL, "half a line");
    feed("ur", 2);
    close(ends[1]);
    lines_read(&lines);
    tap_ok(!lines.end, "there was something");
    lines_read(&lines);
    tap_ok(lines.end, "the end");
    tap_is(lines_next(&lines), "four", "a last line without its end");
    tap_is(lines_next(&lines), NULL, "no more");
    tap_int((long long)lines.number, 4, "four lines");
    lines_fini(&lines);
    close(ends[0]);
}

static void test_long(void)
{
    enum { PIECES = 20 };
    static char piece[2048];
    struct lines lines;
    size_t read = 0;
    char *line;

    memset(piece, 'x', sizeof(piece));
    open_pipe(&lines);
    for (int i = 0; i < PIECES; i++) {
        feed(piece, sizeof(piece));
        lines_read(&lines);
        tap_is(lines_next(&lines), NULL, "still one line");
    }
    feed("\nnext\n", 6);
    lines_read(&lines);
    line = lines_next(&lines);
    read = line ? strlen(line) : 0;
    tap_ok(read > WORDS_LINE && read < 4 * WORDS_LINE,
           "a line without bounds is cut, and too long");
    tap_is(lines_next(&lines), "next", "the one behind it is whole");
    lines_fini(&lines);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    test_pieces();
    test_long();
    return tap_done();
}
