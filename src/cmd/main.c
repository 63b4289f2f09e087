/* threadlab: the table of commands and what stands around it. */
#include <config.h>
#include <fcntl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cmd.h"
#include "completion.h"
#include "engine/engine.h"
#include "options.h"
#include "tui/tables.h"

struct command {
    const char *name;
    const char *summary; /* one line for the list of commands */
    const char *usage;   /* what follows the name */
    int (*run)(int argc, char **argv);
};

static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
    {
        .name = "get",
        .summary = "download files, lists of files, or the links of a page",
        .usage = "[OPTION]... URL...",
        .run = cmd_get,
    },
    {
        .name = "account",
        .summary = "a ledger that many threads and processes change at once",
        .usage = "VERB [WORD]...",
        .run = cmd_account,
    },
    {
        .name = "attach",
        .summary = "who waits for which lock held by whom, in any program",
        .usage = "PID [OPTION]...",
        .run = cmd_attach,
    },
    {
        .name = "demo",
        .summary = "show it all at work on this machine, without a network",
        .usage = "[OPTION]...",
        .run = cmd_demo,
    },
    {
        .name = "origin",
        .summary = "serve the demo's files on the loopback until ended",
        .usage = "[OPTION]...",
        .run = cmd_origin,
    },
    {
        .name = "doctor",
        .summary = "tell what is here: terminal, language, paths, libraries",
        .usage = "[OPTION]...",
        .run = cmd_doctor,
    },
    {
        .name = "help",
        .summary = "explain a command",
        .usage = "[COMMAND|TOPIC]",
        .run = cmd_help,
    },
};

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

/* What "threadlab help TOPIC" prints beside commands. */
static const struct topic {
    const char *name;
    const char *summary;
    void (*print)(FILE *out);
} topics[] = {
    {"workbench", "its options", options_help_bench},
    {"keys", "the workbench's commands and keys", tables_print_keys},
    {"settings", "what its configuration can set", tables_print_settings},
};

static const struct topic *find_topic(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(topics); i++)
        if (strcmp(name, topics[i].name) == 0)
            return &topics[i];
    return NULL;
}

/* false: what stands on the standard output did not get there. */
static int written(void)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void overview(FILE *out)
{
    fputs("usage: threadlab [OPTION]... [URL]...   the workbench\n"
          "       threadlab COMMAND [ARGUMENT]...\n\n",
          out);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(out, "  %-8s%-18s %s\n", commands[i].name, commands[i].usage,
                commands[i].summary);
    for (size_t i = 0; i < ARRAY_LEN(topics); i++)
        fprintf(out, "%s\"threadlab help %s\": %s\n", i == 0 ? "\n" : "",
                topics[i].name, topics[i].summary);
    fputs("\"threadlab help completion SHELL\": a script for bash, zsh or "
          "fish\n",
          out);
    fputs("\"threadlab help COMMAND\" tells more, \"man threadlab\" all.\n",
          out);
}

/* "threadlab help completion bash". */
static int completion(const char *shell)
{
    char verbs[ACCOUNT_VERBS_TEXT];
    struct completion_command rows[] = {
        {"", "", options_lines(OPTIONS_BENCH),
         "get|attach|account|demo|origin|doctor|help"},
        {"get", find("get")->summary, options_lines(OPTIONS_GET), NULL},
        {"attach", find("attach")->summary, cmd_attach_options, ""},
        {"account", find("account")->summary, cmd_account_options,
         account_words(verbs)},
        {"demo", find("demo")->summary, cmd_demo_options, ""},
        {"origin", find("origin")->summary, cmd_origin_options, ""},
        {"doctor", find("doctor")->summary, cmd_doctor_options, ""},
        {"help", find("help")->summary, NULL,
         "get|attach|account|demo|origin|doctor|workbench|keys|settings|"
         "completion"},
    };
    struct err err;

    if (completion_print(stdout, shell, rows, ARRAY_LEN(rows)))
        return written();
    err_set(&err, ERR_USAGE,
            "completion: which shell? bash, zsh and fish are known");
    return cmd_fail("help", &err);
}

static int unknown(const char *word)
{
    const char *names[ARRAY_LEN(commands)];
    const char *guess;
    struct err err;

    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        names[i] = commands[i].name;
    guess = nearest(word, names, ARRAY_LEN(commands));
    if (guess)
        err_set(&err, ERR_USAGE,
                "\"%s\" is not a command; did you mean \"%s\"?", word, guess);
    else
        err_set(&err, ERR_USAGE,
                "\"%s\" is not a command; \"threadlab help\" lists them", word);
    return cmd_fail(NULL, &err);
}

static int cmd_help(int argc, char **argv)
{
    const struct command *command;
    const struct topic *topic;
    char option[] = "--help";

    if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "help") == 0) {
        overview(stdout);
        return written();
    }
    if (strcmp(argv[1], "completion") == 0)
        return completion(argc > 2 ? argv[2] : "");
    topic = find_topic(argv[1]);
    if (topic) {
        topic->print(stdout);
        return written();
    }
    command = find(argv[1]);
    if (!command)
        return unknown(argv[1]);
    return command->run(2, (char *[]){argv[1], option, NULL});
}

static int version(void)
{
    char libraries[ENGINE_LIBRARIES];

    printf("threadlab %s\n%s\n", engine_version(), engine_libraries(libraries));
    return written();
}

/* A file that is opened must not become one of the first three descriptors by
 * accident and get what was meant for a person. Opened the wrong way round,
 * they fail like closed ones. */
static void keep_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            abort();
}

int main(int argc, char **argv)
{
    const struct command *command;

    keep_standard();
    /* A locale that is not installed leaves "C": only the text is plainer. */
    setlocale(LC_ALL, "");
    /* "1.5M" is read and written alike everywhere. */
    setlocale(LC_NUMERIC, "C");
    bindtextdomain(PACKAGE, LOCALEDIR);
    /* Words are UTF-8 here whatever the locale: view.c and fmt.c convert. */
    bind_textdomain_codeset(PACKAGE, "UTF-8");
    textdomain(PACKAGE);
    if (argc < 2)
        return cmd_bench(argc, argv);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return version();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cmd_help(1, argv + 1);
    command = find(argv[1]);
    if (command)
        return command->run(argc - 1, argv + 1);
    /* URLs, or options of the workbench. */
    return strstr(argv[1], "://") || argv[1][0] == '-' ? cmd_bench(argc, argv)
                                                       : unknown(argv[1]);
}
