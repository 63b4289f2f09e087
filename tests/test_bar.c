/* The lines of the progress display, at every width. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "cmd/bar.h"
#include "tap.h"

enum { NARROW = 20, WIDE = 200, LINE = 8192 };

static const struct bar_style blocks = {.utf8 = true};
static const struct bar_style ascii = {.utf8 = false};
static const struct bar_style colours = {.utf8 = true, .colour = true};

static char line[LINE];

static const char *draw(const struct bar *bar, size_t columns,
                        struct bar_style style)
{
    struct str out;

    str_init(&out, LINE - 1);
    bar_line(&out, bar, columns, style);
    memcpy(line, out.data, out.len + 1);
    str_fini(&out);
    return line;
}

static const char *draw_total(const struct bar_total *total, size_t columns,
                              struct bar_style style)
{
    struct str out;

    str_init(&out, LINE - 1);
    bar_total_line(&out, total, columns, style);
    memcpy(line, out.data, out.len + 1);
    str_fini(&out);
    return line;
}

static const struct bar film = {
    .name = "film.mp4",
    .bytes = 34 << 20,
    .total = 120 << 20,
    .speed = 3 << 20,
    .ms = 29000,
};

static const struct bar chinese = {
    .name = "小黄人与地心游记的最后一个晚上和早晨.mp4",
    .bytes = 1,
    .total = 3,
    .speed = 999,
    .ms = 3723000,
};

static const struct bar hostile = {
    .name = "e\xcc\x81t\xc3\xa9\033[2J\xe2\x80\xae\r\n.txt\x9b",
    .bytes = 7,
    .total = -1,
    .ms = -1,
};

static const struct bar waiting = {
    .name = "a-name-of-many-letters-that-goes-on-and-on-and-on.tar.gz",
    .word = "wait",
    .bytes = 500,
    .total = 1000,
    .ms = 4000,
};

static const struct bar checking = {
    .name = "\xff\xfe",
    .word = "check",
    .bytes = UINT64_MAX,
    .total = INT64_MAX,
    .ms = -1,
};

static const struct bar empty = {
    .name = "",
    .total = 0,
    .speed = UINT64_MAX,
    .ms = INT64_MAX,
};

static void test_width(const struct bar *bar, const char *what)
{
    size_t wrong = 0;
    size_t controls = 0;

    for (size_t columns = NARROW; columns <= WIDE; columns++) {
        wrong += fmt_columns(draw(bar, columns, blocks)) != columns;
        controls += strpbrk(line, "\033\n\r") != NULL;
        wrong += fmt_columns(draw(bar, columns, ascii)) != columns;
    }
    tap_ok(wrong == 0, "%s fills each width from %d to %d", what, NARROW, WIDE);
    tap_ok(controls == 0, "%s lets no control character through", what);
}

static void test_widths(void)
{
    test_width(&film, "a usual name");
    test_width(&chinese, "a Chinese name");
    test_width(&hostile, "a hostile name");
    test_width(&waiting, "a long name");
    test_width(&checking, "a name that is not UTF-8");
    test_width(&empty, "no name");
}

static void test_fields(void)
{
    tap_is(draw(&film, 20, blocks), "film.mp4         28%",
           "20 columns: name and percent");
    tap_is(draw(&film, 28, blocks), "film.mp4         28%  3.0M/s",
           "28 columns: the speed too");
    tap_is(draw(&film, 40, blocks), "film.mp4         28%    34M/120M  3.0M/s",
           "40 columns: the size too");
    tap_is(draw(&film, 50, blocks),
           "film.mp4          28%    34M/120M  3.0M/s     0:29",
           "50 columns: the time too");
    tap_is(draw(&film, 60, blocks),
           "film.mp4     ▕██▊       ▏   28%    34M/120M  3.0M/s     0:29",
           "60 columns: all of it");
    tap_is(draw(&film, 60, ascii),
           "film.mp4     [##........]   28%    34M/120M  3.0M/s     0:29",
           "60 columns in ASCII");
    tap_is(draw(&chinese, 20, blocks), "小黄人与地心…    33%",
           "a wide name is cut by columns");
    tap_is(draw(&hostile, 40, blocks),
           "e\xcc\x81t\xc3\xa9\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd .tx…"
           "                7B    0B/s",
           "an unknown total has no percent");
}

static void test_words(void)
{
    tap_is(draw(&waiting, 50, blocks),
           "a-name-of-many…   50%   500B/1.0K        wait 0:04",
           "a wait says how long");
    tap_is(draw(&waiting, 28, blocks), "a-name-of-man…   50%    wait",
           "a wait where there is no room for the time");
    tap_is(draw(&checking, 20, blocks),
           "\xef\xbf\xbd\xef\xbf\xbd"
           "             check",
           "a state in place of the percent");
}

static void test_ends(void)
{
    struct bar almost = {.name = "x", .bytes = 999999, .total = 1000000};
    struct bar huge = {.name = "x", .bytes = INT64_MAX - 1, .total = INT64_MAX};
    struct bar done = {.name = "x", .bytes = 7, .total = 7};

    tap_ok(strstr(draw(&almost, 60, blocks), " 99%") && strstr(line, "▉▏"),
           "not full before the last byte");
    tap_ok(strstr(draw(&huge, 60, blocks), " 99%") && strstr(line, "▉▏"),
           "nor with numbers that a double rounds");
    tap_ok(strstr(draw(&done, 60, blocks), "100%") && strstr(line, "█▏"),
           "full with the last byte");
    tap_is(draw(&film, 3, blocks), "", "3 columns hold no bar");
    tap_int((long long)fmt_columns(draw(&film, 100000, blocks)),
            BAR_COLUMNS_MAX, "the widest line");
    draw(&film, 60, colours);
    tap_ok(strstr(line, "\033[32m██▊       \033[m▏") != NULL,
           "colour is put around the bar and taken back");
}

static const struct bar_total sum = {
    .done = 12,
    .of = 345,
    .more = true,
    .failed = 1,
    .bytes = 32 << 20,
    .speed = 3 << 20,
    .eta_ms = 12000,
    .connections = 8,
    .note = "stopping",
};

static void test_total(void)
{
    struct bar_total small = {.of = 1, .eta_ms = -1, .connections = 1};
    size_t wrong = 0;

    tap_is(draw_total(&sum, 80, blocks),
           "12 of 345+ files  1 failed  32M  3.0M/s  0:12 left  8 connections"
           "  stopping",
           "all files");
    tap_is(draw_total(&sum, 60, blocks),
           "12 of 345+ files  1 failed  32M  3.0M/s  0:12 left  stopping",
           "all files in 60 columns");
    tap_is(draw_total(&sum, 16, blocks), "12 of 345+ files",
           "all files in 16 columns");
    tap_is(draw_total(&sum, 10, blocks), "12 of 345…",
           "all files in 10 columns");
    tap_is(draw_total(&small, 80, blocks),
           "0 of 1 files  0B  0B/s  1 connection", "one file");
    for (size_t columns = 1; columns <= WIDE; columns++)
        wrong += fmt_columns(draw_total(&sum, columns, blocks)) > columns;
    tap_ok(wrong == 0, "never wider than the width");
    tap_ok(strstr(draw_total(&sum, 80, colours), "\033[31m1 failed\033[m") !=
               NULL,
           "failures are red");
}

static void test_plain_locale(void)
{
    size_t wrong = 0;
    size_t high = 0;

    if (!setlocale(LC_ALL, "C"))
        return;
    for (size_t columns = NARROW; columns <= WIDE; columns++) {
        wrong += strlen(draw(&chinese, columns, ascii)) != columns;
        for (const char *at = line; *at; at++)
            high += (unsigned char)*at >= 0x80;
    }
    tap_ok(wrong == 0 && high == 0, "pure ASCII where the locale is not UTF-8");
    tap_ok(!bar_style_here().utf8, "the style follows the locale");
}

static void test_style(void)
{
    tap_ok(bar_style_here().utf8, "a UTF-8 locale has blocks");
    unsetenv("NO_COLOR");
    tap_ok(bar_style_here().colour, "colour is usual");
    setenv("NO_COLOR", "", 1);
    tap_ok(bar_style_here().colour, "an empty NO_COLOR says nothing");
    setenv("NO_COLOR", "1", 1);
    tap_ok(!bar_style_here().colour, "NO_COLOR is heard");
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8")) {
        printf("1..0 # SKIP no UTF-8 locale\n");
        return 0;
    }
    test_widths();
    test_fields();
    test_words();
    test_ends();
    test_total();
    test_style();
    test_plain_locale();
    return tap_done();
}
