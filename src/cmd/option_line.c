#include "option_line.h"

#include <string.h>

#include "base/str.h"

enum { INDENT = 30, WIDTH = 79, LONGEST = 1024 };

/* Writes words from column on, going on at INDENT on further lines. */
static void wrap(FILE *out, const char *words, size_t column)
{
    while (*words) {
        size_t len = strcspn(words, " ");

        if (column > INDENT && column + 1 + len > WIDTH) {
            fprintf(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (column > INDENT) {
            fputc(' ', out);
            column++;
        }
        fwrite(words, 1, len, out);
        column += len;
        words += len + (words[len] == ' ');
    }
    fputc('\n', out);
}

void option_line_print(FILE *out, const struct option_line *row)
{
    struct str line;

    str_init(&line, LONGEST);
    if (row->letter)
        str_printf(&line, "  -%c, --%s", row->letter, row->name);
    else
        str_printf(&line, "      --%s", row->name);
    if (row->argument)
        str_printf(&line, " %s", row->argument);
    if (line.len + 2 > INDENT)
        fprintf(out, "%s\n%*s", line.data, INDENT, "");
    else
        fprintf(out, "%-*s", INDENT, line.data);
    str_clear(&line);
    str_puts(&line, row->summary);
    if (row->standard)
        str_printf(&line, " (default: %s)", row->standard);
    wrap(out, line.data, INDENT);
    str_fini(&line);
}

void option_lines_print(FILE *out, const struct option_line *rows)
{
    for (; rows->name; rows++)
        option_line_print(out, rows);
}
