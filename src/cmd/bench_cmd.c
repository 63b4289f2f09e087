/* threadlab without a command: the workbench, with the URLs that are given. */
#include <stdio.h>
#include <stdlib.h>

#include "base/signals.h"
#include "cmd.h"
#include "engine/engine.h"
#include "options.h"
#include "tui/bench.h"
#include "wants.h"

struct given {
    struct options options;
    struct bench_options bench;
    struct wants wants;
};

/* A setting, whose words the table of options has checked. */
static void give(struct given *given, const char *name, const char *value)
{
    struct bench_options *bench = &given->bench;

    if (!value)
        return;
    bench->given[bench->given_count].name = name;
    bench->given[bench->given_count].value = value;
    bench->given_count++;
}

static void fill(struct given *given)
{
    const struct options *options = &given->options;

    given->bench.script = options->script;
    given->bench.plain = options->plain;
    given->bench.has_urls = options->url_count > 0 || options->input_file;
    give(given, "color", options->color);
    give(given, "theme", options->theme);
    give(given, "ascii", options->ascii ? "on" : NULL);
}

static void refused(void *arg, const char *what, const struct err *err)
{
    struct given *given = arg;
    struct err why = *err;

    given->bench.refused++;
    err_prefix(&why, "%s", what);
    cmd_fail(NULL, &why);
}

/* The rooms exist. */
static int show(struct engine *engine, struct given *given)
{
    struct err err = {.code = ERR_NONE};

    if (!wants_add(&given->wants, engine->fetch, refused, given, &err) &&
        err.code && given->bench.refused == 0)
        return cmd_fail(NULL, &err);
    return bench_main(engine, &given->bench);
}

static int open_bench(struct given *given)
{
    const struct session_options session = {.path = NULL};
    const struct engine_options options = {
        .log_file = given->options.log_file,
        .log_level = LOG_INFO,
        .fetch = &given->options.fetch,
        .session = given->bench.plain ? NULL : &session,
        .threads = true,
    };
    struct engine engine;
    struct err err;
    int status;

    signals_take();
    if (!wants_secrets(&given->wants, &given->options, &err) ||
        !engine_init(&engine, &options, &err))
        return cmd_fail(NULL, &err);
    status = show(&engine, given);
    signals_final();
    engine_fini(&engine);
    return status;
}

static int help(void)
{
    options_help_bench(stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_bench(int argc, char **argv)
{
    struct given given = {.bench = {.script = NULL}};
    struct err err = {.code = ERR_NONE};
    int status;

    if (!options_parse(&given.options, OPTIONS_BENCH, argc, argv, &err)) {
        status = cmd_fail(NULL, &err);
    } else if (given.options.help) {
        status = help();
    } else {
        fill(&given);
        status = open_bench(&given);
    }
    wants_fini(&given.wants);
    options_fini(&given.options);
    return status;
}
