/* threadlab without a command: the workbench, with the URLs that are given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "cmd.h"
#include "engine/engine.h"
#include "longopt.h"
#include "tui/bench.h"

enum { HELP = 1, IN_DIR, SCRIPT, PLAIN, COLOR, THEME, ASCII };

static const struct option longs[] = {
    {"help", no_argument, NULL, HELP},
    {"dir", required_argument, NULL, IN_DIR},
    {"script", required_argument, NULL, SCRIPT},
    {"plain", no_argument, NULL, PLAIN},
    {"color", required_argument, NULL, COLOR},
    {"theme", required_argument, NULL, THEME},
    {"ascii", no_argument, NULL, ASCII},
    {NULL, 0, NULL, 0},
};

const struct option_line cmd_bench_options[] = {
    {"dir", "DIR", "put files into DIR", "the current folder", 0},
    {"script", "FILE",
     "run the commands in FILE first; - is the standard input", NULL, 0},
    {"plain", NULL, "no screen: commands in, sentences out, line by line", NULL,
     0},
    {"color", "auto|always|never", "colours; auto heeds NO_COLOR", "auto", 0},
    {"theme", "default|high-contrast|mono|256", "how things look", NULL, 0},
    {"ascii", NULL, "lines and bars in ASCII", NULL, 0},
    {NULL, NULL, NULL, NULL, 0},
};

struct words_given {
    struct bench_options bench;
    const char *dir;
    bool help;
    const char **urls;
    size_t url_count;
};

/* Checked now, so that wrong words end before a screen is up. */
static bool give(struct words_given *given, const char *name, const char *value,
                 struct err *err)
{
    struct bench_options *bench = &given->bench;
    struct settings settings;

    settings_init(&settings);
    if (!settings_set(&settings, name, value, err))
        return false;
    if (bench->given_count == BENCH_GIVEN)
        return err_set(err, ERR_USAGE, "--%s comes too often", name);
    bench->given[bench->given_count].name = name;
    bench->given[bench->given_count].value = value;
    bench->given_count++;
    return true;
}

static bool take(struct words_given *given, int option, struct err *err)
{
    switch (option) {
    case LONGOPT_WORD:
        given->urls[given->url_count++] = optarg;
        return true;
    case HELP:
        given->help = true;
        return true;
    case IN_DIR:
        given->dir = optarg;
        return true;
    case SCRIPT:
        given->bench.script = optarg;
        return true;
    case PLAIN:
        given->bench.plain = true;
        return true;
    case COLOR:
        return give(given, "color", optarg, err);
    case THEME:
        return give(given, "theme", optarg, err);
    case ASCII:
        return give(given, "ascii", "on", err);
    default:
        return false;
    }
}

static bool parse(struct words_given *given, int argc, char **argv,
                  struct err *err)
{
    static char topic[] = "workbench"; /* of "threadlab help" */
    int option;

    argv[0] = topic;
    given->urls = mem_new((size_t)argc * sizeof(*given->urls));
    longopt_begin();
    while ((option = longopt_next(argc, argv, longs, true, err)) != LONGOPT_END)
        if (option == LONGOPT_BAD || !take(given, option, err))
            return false;
    return true;
}

/* A URL of no use does not keep the others back. */
static void add_all(struct engine *engine, struct words_given *given)
{
    given->bench.has_urls = given->url_count > 0;
    for (size_t i = 0; i < given->url_count; i++) {
        const struct fetch_spec spec = {.urls = &given->urls[i], .count = 1};
        struct err err;
        uint64_t id;

        if (fetch_add(engine->fetch, &spec, &id, &err))
            continue;
        given->bench.refused++;
        err_prefix(&err, "%s", given->urls[i]);
        cmd_fail(NULL, &err);
    }
}

void cmd_bench_help(FILE *out)
{
    fputs("usage: threadlab [OPTION]... [URL]...\n\n"
          "Opens the workbench, with the URLs as its downloads.\n\n",
          out);
    option_lines_print(out, cmd_bench_options);
}

static int help(void)
{
    cmd_bench_help(stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int open_bench(struct words_given *given)
{
    const struct fetch_options fetch = {
        .dir = given->dir,
        .retries = -1,
        .max_redirects = -1,
        .events = true,
        .starts = true,
    };
    const struct session_options session = {.path = NULL};
    const struct engine_options options = {
        .log_level = LOG_INFO,
        .fetch = &fetch,
        .session = given->bench.plain ? NULL : &session,
        .threads = true,
    };
    struct engine engine;
    struct err err;
    int status;

    signals_take();
    if (!engine_init(&engine, &options, &err))
        return cmd_fail(NULL, &err);
    add_all(&engine, given);
    status = bench_main(&engine, &given->bench);
    signals_final();
    engine_fini(&engine);
    return status;
}

int cmd_bench(int argc, char **argv)
{
    struct words_given given = {.dir = NULL};
    struct err err = {.code = ERR_NONE};
    int status;

    if (!parse(&given, argc, argv, &err))
        status = cmd_fail(NULL, &err);
    else if (given.help)
        status = help();
    else
        status = open_bench(&given);
    mem_free(given.urls);
    return status;
}
