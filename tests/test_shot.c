#include "tui/shot.h"

#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "scratch.h"
#include "tap.h"

#define CHINESE "\xe4\xb8\xad" /* wide */
#define ACUTE "\xcc\x81"       /* combining */
#define RULE "\xe2\x94\x80"
#define CORNER "\xe2\x94\x8c"
#define BLOCK "\xe2\x96\x88"
#define EIGHTH "\xe2\x96\x8f"
#define DOTS "\xe2\x80\xa6"
#define REPLACED "\xef\xbf\xbd"

/* Puts a string of ASCII into the cells from there on. */
static void put(struct shot *shot, int row, int column, const char *text)
{
    for (; *text; text++)
        shot_add(shot_cell(shot, row, column++), (unsigned char)*text);
}

static void put_cell(struct shot *shot, int row, int column, const char *text)
{
    snprintf(shot_cell(shot, row, column)->text, SHOT_CELL_BYTES, "%s", text);
}

static void put_wide(struct shot *shot, int row, int column, const char *text)
{
    put_cell(shot, row, column, text);
    shot_cell(shot, row, column)->columns = 2;
    shot_cell(shot, row, column + 1)->columns = 0;
}

static void is(const struct shot *shot,
               void (*render)(const struct shot *, struct str *),
               const char *want, const char *what)
{
    struct str out;

    str_init(&out, SHOT_BYTES_MAX);
    render(shot, &out);
    tap_is(out.data, want, what);
    str_fini(&out);
}

/* What shot_svg writes before and after the elements of a picture of 4 by 1. */
#define HEAD                                                                 \
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"54\" height=\"36\" "  \
    "viewBox=\"0 0 54 36\">\n<title></title>\n"                              \
    "<rect x=\"0\" y=\"0\" width=\"54\" height=\"36\" fill=\"#16181d\"/>\n"  \
    "<g transform=\"translate(9 9)\" fill=\"#d5d8de\" "                      \
    "font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', " \
    "'Noto Sans Mono CJK SC', 'Noto Sans CJK SC', monospace\" "              \
    "font-size=\"15\" shape-rendering=\"crispEdges\">\n"
#define TAIL "</g>\n</svg>\n"
#define LETTERS(x, width, more, text)                \
    "<text x=\"" x "\" y=\"14\" textLength=\"" width \
    "\" lengthAdjust=\"spacingAndGlyphs\"" more ">" text "</text>\n"
#define BOX(x, y, width, height, more)                                   \
    "<rect x=\"" x "\" y=\"" y "\" width=\"" width "\" height=\"" height \
    "\" fill=\"" more "/>\n"

static void test_empty(void)
{
    struct shot shot;

    shot_init(&shot, 1, 4);
    is(&shot, shot_text, "\n", "no text");
    is(&shot, shot_ansi, "\n", "no colours");
    is(&shot, shot_svg, HEAD TAIL, "no elements");
    shot_fini(&shot);
    shot_init(&shot, 0, INT_MAX);
    tap_ok(shot.rows == 1 && shot.columns == SHOT_SIDE_MAX, "sides are bound");
    shot_fini(&shot);
}

static void test_escapes(void)
{
    struct shot shot;

    shot_init(&shot, 1, 4);
    put(&shot, 0, 0, "<&>\"");
    is(&shot, shot_text, "<&>\"\n", "text escapes nothing");
    is(&shot, shot_ansi, "<&>\"\n", "nor does ANSI");
    is(&shot, shot_svg, HEAD LETTERS("0", "36", "", "&lt;&amp;&gt;\"") TAIL,
       "XML does");
    shot_fini(&shot);
}

static void test_hostile(void)
{
    struct shot shot;

    shot_init(&shot, 1, 6);
    put_cell(&shot, 0, 0, "\x1b");
    put_cell(&shot, 0, 1, "\xc2\x9b");        /* C1 */
    put_cell(&shot, 0, 2, "\xff");            /* not UTF-8 */
    put_cell(&shot, 0, 3, "a\n\xe2\x80\xae"); /* as marks: bidi */
    put_cell(&shot, 0, 4, "\xef\xbf\xbf");    /* no character of XML */
    put_cell(&shot, 0, 5, "\xe4\xb8");        /* cut */
    is(&shot, shot_text, REPLACED REPLACED REPLACED "a" REPLACED REPLACED "\n",
       "controls, bad bytes");
    is(&shot, shot_ansi, REPLACED REPLACED REPLACED "a" REPLACED REPLACED "\n",
       "in ANSI");
    shot_fini(&shot);
    shot_init(&shot, 1, 4);
    shot.title = "a<b\x1b]0;";
    put_cell(&shot, 0, 0, "\x1b");
    {
        struct str out;

        str_init(&out, SHOT_BYTES_MAX);
        shot_svg(&shot, &out);
        tap_ok(strstr(out.data, "<title>a&lt;b" REPLACED "]0;</title>") &&
                   !strchr(out.data, '\x1b'),
               "and in SVG, the title too");
        str_fini(&out);
    }
    shot_fini(&shot);
}

static void test_wide(void)
{
    struct shot shot;

    shot_init(&shot, 1, 4);
    put_wide(&shot, 0, 0, CHINESE);
    put_wide(&shot, 0, 2, CHINESE);
    is(&shot, shot_text, CHINESE CHINESE "\n", "wide ones");
    is(&shot, shot_ansi, CHINESE CHINESE "\n", "in ANSI");
    is(&shot, shot_svg,
       HEAD "<text x=\"9\" y=\"14\" text-anchor=\"middle\">" CHINESE "</text>\n"
            "<text x=\"27\" y=\"14\" text-anchor=\"middle\">" CHINESE
            "</text>\n" TAIL,
       "each in the middle of its cells");
    put_cell(&shot, 0, 2, "");
    shot_cell(&shot, 0, 2)->columns = 1;
    put_cell(&shot, 0, 3, CHINESE);
    shot_cell(&shot, 0, 3)->columns = 2;
    is(&shot, shot_text, CHINESE " " CHINESE "\n", "half a one at the edge");
    is(&shot, shot_svg,
       HEAD "<text x=\"9\" y=\"14\" text-anchor=\"middle\">" CHINESE "</text>\n"
            "<text x=\"36\" y=\"14\" text-anchor=\"middle\">" CHINESE
            "</text>\n" TAIL,
       "ends there");
    shot_fini(&shot);
}

static void test_marks(void)
{
    struct shot shot;

    shot_init(&shot, 1, 4);
    shot_add(shot_cell(&shot, 0, 0), 'e');
    for (int i = 0; i < 20; i++)
        shot_add(shot_cell(&shot, 0, 0), 0x301);
    tap_int((long long)strlen(shot_cell(&shot, 0, 0)->text), 23,
            "marks until the cell is full");
    put_cell(&shot, 0, 0, "e" ACUTE);
    put(&shot, 0, 1, "x");
    is(&shot, shot_text, "e" ACUTE "x\n", "a mark stays with its base");
    is(&shot, shot_svg,
       HEAD LETTERS("0", "9", "", "e" ACUTE) LETTERS("9", "9", "", "x") TAIL,
       "what is not ASCII has its own element");
    shot_fini(&shot);
}

static void test_blanks(void)
{
    struct shot shot;

    shot_init(&shot, 2, 6);
    put(&shot, 0, 0, "a b");
    put(&shot, 0, 5, " ");
    put(&shot, 1, 0, "a  b");
    is(&shot, shot_text, "a b\na  b\n", "blanks at the end are no text");
    shot_cell(&shot, 0, 5)->reverse = true;
    is(&shot, shot_ansi, "a b  \033[0;7m \033[0m\na  b\n",
       "unless they are seen");
    shot_fini(&shot);
    shot_init(&shot, 1, 4);
    put(&shot, 0, 0, "a b");
    is(&shot, shot_svg, HEAD LETTERS("0", "27", "", "a b") TAIL,
       "one blank is inside");
    shot_fini(&shot);
    shot_init(&shot, 1, 4);
    put(&shot, 0, 0, "a  b");
    is(&shot, shot_svg,
       HEAD LETTERS("0", "9", "", "a") LETTERS("27", "9", "", "b") TAIL,
       "two are between");
    shot_fini(&shot);
}

static void test_pens(void)
{
    struct shot shot;
    struct shot_cell *cell;

    shot_init(&shot, 1, 4);
    put(&shot, 0, 0, "abcd");
    cell = shot_cell(&shot, 0, 0);
    cell->fg = 1;
    cell->bg = 12;
    cell->bold = true;
    cell[1].fg = 9;
    cell[1].underline = true;
    cell[2].fg = 196;
    cell[2].bg = 232;
    cell[2].reverse = true;
    cell[3].dim = true;
    is(&shot, shot_ansi,
       "\033[0;1;31;104ma\033[0;4;91mb\033[0;7;38;5;196;48;5;232mc"
       "\033[0;2md\033[0m\n",
       "SGR");
    is(&shot, shot_text, "abcd\n", "plain text has none");
    is(&shot, shot_svg,
       HEAD BOX("0", "0", "9", "18", "#9cc3ff\"")
           BOX("18", "0", "9", "18", "#ff0000\"")
               LETTERS("0", "9", " font-weight=\"bold\" fill=\"#e5636c\"", "a")
                   LETTERS("9", "9", " fill=\"#ff8a8f\"", "b")
                       LETTERS("18", "9", " fill=\"#080808\"", "c")
                           LETTERS("27", "9", " fill=\"#95989d\"", "d")
                               BOX("9", "15", "9", "1", "#ff8a8f\"") TAIL,
       "SVG");
    cell[2].fg = 1000;
    cell[2].bg = -7;
    is(&shot, shot_ansi,
       "\033[0;1;31;104ma\033[0;4;91mb\033[0;7mc\033[0;2md\033[0m\n",
       "a colour that is none is the terminal's own");
    shot_fini(&shot);
}

static void test_shapes(void)
{
    struct shot shot;

    shot_init(&shot, 1, 4);
    for (int column = 0; column < 4; column++)
        put_cell(&shot, 0, column, RULE);
    is(&shot, shot_svg, HEAD BOX("0", "8.5", "36", "1", "#d5d8de\"") TAIL,
       "a rule is one line");
    put_cell(&shot, 0, 0, CORNER);
    is(&shot, shot_svg,
       HEAD BOX("4", "8.5", "5", "1", "#d5d8de\"")
           BOX("4", "8.5", "1", "9.5", "#d5d8de\"")
               BOX("9", "8.5", "27", "1", "#d5d8de\"") TAIL,
       "a corner joins it");
    put_cell(&shot, 0, 0, BLOCK);
    put_cell(&shot, 0, 1, BLOCK);
    put_cell(&shot, 0, 2, EIGHTH);
    put_cell(&shot, 0, 3, "\xe2\x96\x91"); /* a light shade */
    is(&shot, shot_svg,
       HEAD BOX("0", "0", "18", "18", "#d5d8de\"")
           BOX("18", "0", "1.125", "18", "#d5d8de\"")
               BOX("27", "0", "9", "18", "#d5d8de\" fill-opacity=\".25\"") TAIL,
       "a bar has no gaps");
    shot_fini(&shot);
}

/* All block elements stay inside their cell. */
static void test_blocks(void)
{
    for (uint32_t code = 0x2580; code <= 0x259f; code++) {
        struct shot shot;
        struct str out;

        shot_init(&shot, 1, 4);
        shot_add(shot_cell(&shot, 0, 0), code);
        str_init(&out, SHOT_BYTES_MAX);
        shot_svg(&shot, &out);
        tap_ok(!strchr(strstr(out.data, "<g"), '-') ||
                   !strstr(out.data, "=\"-"),
               "no negative length in U+%04X", (unsigned)code);
        str_fini(&out);
        shot_fini(&shot);
    }
}

static void test_cursor(void)
{
    struct shot shot;

    shot_init(&shot, 1, 4);
    put_wide(&shot, 0, 2, CHINESE);
    shot.cursor_row = 0;
    shot.cursor_column = 2;
    is(&shot, shot_svg,
       HEAD "<text x=\"27\" y=\"14\" text-anchor=\"middle\">" CHINESE
            "</text>\n" BOX("18", "0", "18", "18",
                            "#d5d8de\" fill-opacity=\".40\"") TAIL,
       "the cursor is as wide as its cell");
    shot.cursor_column = 4;
    is(&shot, shot_text, "  " CHINESE "\n", "and no text");
    is(&shot, shot_svg,
       HEAD "<text x=\"27\" y=\"14\" text-anchor=\"middle\">" CHINESE
            "</text>\n" TAIL,
       "outside it is not seen");
    shot_fini(&shot);
}

static void test_names(void)
{
    tap_int(shot_format("a.svg"), SHOT_SVG, "SVG");
    tap_int(shot_format("a.SVG"), SHOT_SVG, "in capitals");
    tap_int(shot_format("/x/.ans"), SHOT_ANSI, "ANSI");
    tap_int(shot_format("a.svg.txt"), SHOT_TEXT, "text");
    tap_int(shot_format("svg"), SHOT_TEXT, "no ending is text");
    tap_int(shot_line_drawing('q'), 0x2500, "line drawing");
    tap_int(shot_line_drawing('A'), 'A', "and not");
}

static void file_is(const char *path, const char *want, const char *what)
{
    char text[256] = "";
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    text[len] = '\0';
    if (file)
        fclose(file);
    tap_is(text, want, what);
}

static void refused(const struct shot *shot, const char *path,
                    enum err_code code, const char *words)
{
    struct err err = {0};
    bool ok = shot_save(shot, path, &err);

    if (!tap_ok(!ok && err.code == code && strstr(err.text, words),
                "refused: %s", words))
        tap_note("%d: %s", ok, err.text);
}

static int count_files(void)
{
    DIR *folder = opendir(scratch_folder);
    int count = 0;

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count - 2;
}

static void test_save(void)
{
    struct shot shot;
    struct err err;
    struct stat status;

    shot_init(&shot, 1, 4);
    put(&shot, 0, 0, "abc");
    shot_cell(&shot, 0, 0)->bold = true;
    umask(022);
    tap_ok(shot_save(&shot, scratch("a.txt"), &err), "saved");
    file_is(scratch("a.txt"), "abc\n", "as text");
    tap_ok(stat(scratch("a.txt"), &status) == 0 &&
               (status.st_mode & 07777) == 0644,
           "for all to read");
    put(&shot, 0, 3, "d");
    tap_ok(shot_save(&shot, scratch("a.txt"), &err), "again");
    file_is(scratch("a.txt"), "abcd\n", "in its place");
    tap_ok(shot_save(&shot, scratch("a.ans"), &err), "saved");
    file_is(scratch("a.ans"), "\033[0;1ma\033[0mbcd\n", "as ANSI");
    tap_int(count_files(), 2, "nothing else is there");
    tap_ok(symlink("a.txt", scratch("link")) == 0, "a link");
    refused(&shot, scratch("link"), ERR_REFUSED, "not a plain file");
    refused(&shot, "/dev/null", ERR_REFUSED, "not a plain file");
    refused(&shot, scratch_folder, ERR_EXISTS, "it is a folder");
    refused(&shot, scratch("no/a.svg"), ERR_MISSING, "No such file");
    refused(&shot, scratch("a.txt/a.svg"), ERR_MISSING, "Not a directory");
    refused(&shot, "-", ERR_USAGE, "needs the name of a file");
    refused(&shot, "", ERR_USAGE, "needs the name of a file");
    tap_int(count_files(), 3, "nothing new is there");
    setenv("HOME", scratch_folder, 1);
    tap_ok(shot_save(&shot, "~/b.svg", &err) &&
               access(scratch("b.svg"), F_OK) == 0,
           "~ is the home folder");
    shot_fini(&shot);
}

/* Everything that can be in a cell, read by a real XML parser. */
static void test_well_formed(void)
{
    struct shot shot;
    struct err err;
    const char *python = getenv("PYTHON");
    char command[1024];

    shot_init(&shot, 64, 64);
    for (int i = 0; i < 64 * 64; i++) {
        struct shot_cell *cell = shot_cell(&shot, i / 64, i % 64);

        shot_add(cell,
                 (uint32_t)i < 0x400 ? (uint32_t)i : 0x2000 + (uint32_t)i * 15);
        cell->fg = i % 300 - 1;
        cell->bg = i * 7 % 300 - 1;
        cell->bold = i & 1;
        cell->dim = i & 2;
        cell->reverse = i & 4;
        cell->underline = i & 8;
    }
    shot.title = "<&>\"'";
    tap_ok(shot_save(&shot, scratch("all.svg"), &err), "all sorts of cells");
    shot_fini(&shot);
    snprintf(command, sizeof(command),
             "%s -c 'import sys, xml.dom.minidom as m; "
             "assert m.parse(sys.argv[1]).documentElement.tagName == \"svg\"' "
             "'%s'",
             python && python[0] ? python : "python3", scratch("all.svg"));
    if (system("python3 -c 1 2>/dev/null") != 0)
        tap_ok(true, "well-formed # SKIP there is no python3");
    else
        tap_ok(system(command) == 0, "well-formed");
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    scratch_open();
    test_empty();
    test_escapes();
    test_hostile();
    test_wide();
    test_marks();
    test_blanks();
    test_pens();
    test_shapes();
    test_blocks();
    test_cursor();
    test_names();
    test_save();
    test_well_formed();
    scratch_close();
    return tap_done();
}
