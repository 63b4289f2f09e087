#include "base/str.h"
#include "option_line.h"
#include "option_table.h"

enum { LINES_MAX = 256, NAMES_MAX = 1024 };

static struct option_line line_of(const struct option_row *row)
{
    return (struct option_line){
        .letter = row->letter,
        .name = row->name,
        .argument = row->argument,
        .summary = row->summary,
        .standard = row->standard,
    };
}

const struct option_line *options_lines(enum options_face face)
{
    static struct option_line lines[2][LINES_MAX];
    struct option_line *line = lines[face];

    for (size_t i = 0; i < option_count && i + 1 < LINES_MAX; i++)
        if (option_is_for(&option_table[i], face))
            *line++ = line_of(&option_table[i]);
    return lines[face];
}

static void show(FILE *out, const struct option_row *row)
{
    struct option_line line = line_of(row);

    option_line_print(out, &line);
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
    for (unsigned group = 0; group < OPTION_BENCH; group++) {
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

void options_help_bench(FILE *out)
{
    struct str names;

    fputs("usage: threadlab [OPTION]... [URL]...\n\n"
          "Opens the workbench, with the URLs as its downloads.\n\n",
          out);
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].group == OPTION_BENCH)
            show(out, &option_table[i]);
    str_init(&names, NAMES_MAX);
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].get_only)
            str_printf(&names, "  --%s\n", option_table[i].name);
    fprintf(out,
            "\nThe options of \"threadlab get\" say the same here (\"threadlab "
            "help get\" lists\nthem), but for these, which are its own:\n%s",
            names.data);
    str_fini(&names);
}
