#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "option_table.h"

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

static void show(FILE *out, const struct option_row *row)
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

void options_help(FILE *out)
{
    fputs("usage: threadlab get [OPTION]... URL...\n"
          "       threadlab get [OPTION]... --input-file FILE\n"
          "       threadlab get [OPTION]... --match REGEX PAGE...\n\n"
          "Downloads files: many at once, each complete and checked, or not "
          "there at all.\nThe same command a second time goes on where the "
          "first one ended.\n",
          out);
    for (unsigned group = 0; group < OPTION_GROUPS; group++) {
        fprintf(out, "\n%s:\n", option_groups[group]);
        for (size_t i = 0; i < option_count; i++)
            if (option_table[i].group == group)
                show(out, &option_table[i]);
    }
    fputs("\nSIZE is in bytes; K, M, G and T are powers of 1024. TIME is in "
          "seconds, or with\nms, s, m or h behind it.\n"
          "Exit status: 0 all done, 1 failed, 2 usage, 3 some failed, "
          "130 interrupted.\n\"man threadlab\" tells more.\n",
          out);
}
