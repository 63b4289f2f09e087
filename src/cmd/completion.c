#include "completion.h"

#include <string.h>

/* What an argument is, by the word that stands for it. */
enum kind { NONE, WORDS, FOLDER, PLACE, OTHER };

static enum kind kind_of(const struct option_line *option)
{
    if (!option->argument)
        return NONE;
    if (strchr(option->argument, '|'))
        return WORDS;
    if (strcmp(option->argument, "DIR") == 0)
        return FOLDER;
    return strcmp(option->argument, "FILE") == 0 ? PLACE : OTHER;
}

/* "a|b" with another sign between. */
static void put_words(FILE *out, const char *words, char between)
{
    for (; *words; words++)
        fputc(*words == '|' ? between : *words, out);
}

/* Every command knows --help; the table of get has it, too. */
static bool has_help(const struct completion_command *command)
{
    for (const struct option_line *option = command->options;
         option && option->name; option++)
        if (strcmp(option->name, "help") == 0)
            return true;
    return false;
}

/* In single quotes, of a POSIX shell, or of fish. */
static void put_quoted(FILE *out, const char *text, bool fish)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs(fish ? "\\'" : "'\\''", out);
        else if (fish && *text == '\\')
            fputs("\\\\", out);
        else
            fputc(*text, out);
}

/* bash */

static void bash_names(FILE *out, const struct option_line *option)
{
    for (; option->name; option++) {
        if (option->letter)
            fprintf(out, " -%c", option->letter);
        fprintf(out, " --%s", option->name);
    }
}

/* "get --dir|get -d)": the option before the word decides. */
static void bash_case(FILE *out, const char *command,
                      const struct option_line *option)
{
    fprintf(out, "    '%s --%s'", command, option->name);
    if (option->letter)
        fprintf(out, " | '%s -%c'", command, option->letter);
    fputs(")\n        ", out);
    switch (kind_of(option)) {
    case WORDS:
        fputs("mapfile -t COMPREPLY < <(compgen -W '", out);
        put_words(out, option->argument, ' ');
        fputs("' -- \"$cur\")\n        ", out);
        break;
    case FOLDER:
        fputs("compopt -o filenames\n"
              "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n      "
              "  ",
              out);
        break;
    case PLACE:
        fputs("compopt -o filenames\n"
              "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n      "
              "  ",
              out);
        break;
    case NONE:
    case OTHER:
        break;
    }
    fputs("return\n        ;;\n", out);
}

static void bash_command(FILE *out, const struct completion_command *command)
{
    if (*command->name)
        fprintf(out, "    %s)\n", command->name);
    else
        fputs("    *)\n        command=''\n", out);
    fprintf(out, "        options='%s", has_help(command) ? "" : "--help");
    if (command->options)
        bash_names(out, command->options);
    fputs("'\n", out);
    if (command->words) {
        fputs("        words='", out);
        put_words(out, *command->words ? command->words : " ", ' ');
        fputs("'\n", out);
    }
    fputs("        ;;\n", out);
}

static void bash_print(FILE *out, const struct completion_command *commands,
                       size_t count)
{
    fputs("# bash completion of threadlab, made from its tables\n"
          "_threadlab()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} words='' options\n"
          "    local prev=${COMP_WORDS[COMP_CWORD - 1]} command=''\n\n"
          "    COMPREPLY=()\n"
          "    if [[ $cur == = ]]; then\n"
          "        cur=''\n"
          "    elif [[ $prev == = ]]; then\n"
          "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
          "    fi\n"
          "    ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}\n"
          "    case $command in\n",
          out);
    for (size_t i = 1; i < count; i++)
        bash_command(out, &commands[i]);
    bash_command(out, &commands[0]);
    fputs("    esac\n    ((COMP_CWORD > 1)) && [[ -z $command ]] && words=''\n"
          "    case \"$command $prev\" in\n",
          out);
    for (size_t i = 0; i < count; i++)
        for (const struct option_line *option = commands[i].options;
             option && option->name; option++)
            if (kind_of(option) != NONE)
                bash_case(out, commands[i].name, option);
    fputs(
        "    esac\n"
        "    if [[ $cur == -* ]]; then\n"
        "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- "
        "\"$cur\")\n"
        "    elif [[ -n $words ]]; then\n"
        "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
        "    else\n"
        "        compopt -o filenames\n"
        "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
        "    fi\n"
        "}\n"
        "complete -F _threadlab threadlab\n",
        out);
}

/* zsh */

/* Inside of [...] and behind a colon some signs have a meaning. */
static void zsh_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        char one[] = {*text, '\0'};

        if (strchr("[]:\\", *text))
            fputc('\\', out);
        put_quoted(out, one, false);
    }
}

static void zsh_option(FILE *out, const struct option_line *option)
{
    if (option->letter)
        fprintf(out, "        '(-%c --%s)'{-%c%s,--%s", option->letter,
                option->name, option->letter, option->argument ? "+" : "",
                option->name);
    else
        fprintf(out, "        '--%s", option->name);
    if (option->argument)
        fputs(option->letter ? "=}'" : "=", out);
    else if (option->letter)
        fputs("}'", out);
    fputc('[', out);
    zsh_text(out, option->summary);
    fputc(']', out);
    switch (kind_of(option)) {
    case WORDS:
        fputs(":word:(", out);
        put_words(out, option->argument, ' ');
        fputc(')', out);
        break;
    case FOLDER:
        fputs(":folder:_directories", out);
        break;
    case PLACE:
        fputs(":file:_files", out);
        break;
    case OTHER:
        fputs(":value: ", out);
        break;
    case NONE:
        break;
    }
    fputs("' \\\n", out);
}

static void zsh_options(FILE *out, const struct completion_command *command)
{
    fputs("        _arguments -s -S \\\n", out);
    if (!has_help(command))
        fputs("        '--help[explain it]' \\\n", out);
    for (const struct option_line *option = command->options;
         option && option->name; option++)
        zsh_option(out, option);
    if (command->words && *command->name) {
        fputs("        '1:word:(", out);
        put_words(out, command->words, ' ');
        fputs(")'\n", out);
    } else {
        fputs("        '*:URL or file:_files'\n", out);
    }
}

static void zsh_print(FILE *out, const struct completion_command *commands,
                      size_t count)
{
    fputs("#compdef threadlab\n"
          "# zsh completion of threadlab, made from its tables\n"
          "_threadlab()\n{\n"
          "    local -a commands\n"
          "    commands=(\n",
          out);
    for (size_t i = 1; i < count; i++) {
        fprintf(out, "        '%s:", commands[i].name);
        zsh_text(out, commands[i].summary);
        fputs("'\n", out);
    }
    fputs("    )\n"
          "    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    case $words[2] in\n",
          out);
    for (size_t i = 1; i < count; i++) {
        fprintf(out, "    %s)\n        shift words\n        ((CURRENT--))\n",
                commands[i].name);
        zsh_options(out, &commands[i]);
        fputs("        ;;\n", out);
    }
    fputs("    *)\n", out);
    zsh_options(out, &commands[0]);
    fputs("        ;;\n    esac\n}\n_threadlab \"$@\"\n", out);
}

/* fish */

static void fish_begin(FILE *out, const char *command)
{
    if (*command)
        fprintf(out,
                "complete -c threadlab -n '__fish_seen_subcommand_from %s'",
                command);
    else
        fputs("complete -c threadlab -n __fish_use_subcommand", out);
}

static void fish_option(FILE *out, const char *command,
                        const struct option_line *option)
{
    fish_begin(out, command);
    fprintf(out, " -l %s", option->name);
    if (option->letter)
        fprintf(out, " -s %c", option->letter);
    switch (kind_of(option)) {
    case WORDS:
        fputs(" -x -a '", out);
        put_words(out, option->argument, ' ');
        fputc('\'', out);
        break;
    case FOLDER:
        fputs(" -x -a '(__fish_complete_directories)'", out);
        break;
    case PLACE:
        fputs(" -r -F", out);
        break;
    case OTHER:
        fputs(" -x", out);
        break;
    case NONE:
        break;
    }
    fputs(" -d '", out);
    put_quoted(out, option->summary, true);
    fputs("'\n", out);
}

static void fish_print(FILE *out, const struct completion_command *commands,
                       size_t count)
{
    fputs("# fish completion of threadlab, made from its tables\n", out);
    for (size_t i = 0; i < count; i++) {
        const struct completion_command *command = &commands[i];

        if (*command->name) {
            fprintf(out,
                    "complete -c threadlab -n __fish_use_subcommand -a %s "
                    "-d '",
                    command->name);
            put_quoted(out, command->summary, true);
            fputs("'\n", out);
        }
        if (!has_help(command)) {
            fish_begin(out, command->name);
            fputs(" -l help -d 'explain it'\n", out);
        }
        for (const struct option_line *option = command->options;
             option && option->name; option++)
            fish_option(out, command->name, option);
        if (*command->name && command->words) {
            fish_begin(out, command->name);
            fputs(" -f -a '", out);
            put_words(out, command->words, ' ');
            fputs("'\n", out);
        }
    }
}

bool completion_print(FILE *out, const char *shell,
                      const struct completion_command *commands, size_t count)
{
    if (strcmp(shell, "bash") == 0)
        bash_print(out, commands, count);
    else if (strcmp(shell, "zsh") == 0)
        zsh_print(out, commands, count);
    else if (strcmp(shell, "fish") == 0)
        fish_print(out, commands, count);
    else
        return false;
    return true;
}
