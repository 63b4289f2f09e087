/* The commands that change the workbench itself, and the file they are kept in:
 * a configuration is commands, one a line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "bench_state.h"
#include "screenshot.h"

/* What is set shows at once. */
static void apply(struct bench *bench)
{
    if (!bench->base)
        return;
    screen_look(&bench->screen, &(struct screen_options){
                                    .theme = bench->settings.theme,
                                    .colour = settings_colour(&bench->settings),
                                    .ascii = bench->settings.ascii,
                                    .no_mouse = !bench->settings.mouse,
                                });
    bench_touch(bench);
}

static void tell_settings(struct bench *bench)
{
    for (size_t i = 0; i < settings_count; i++) {
        char value[SETTINGS_TEXT];

        settings_get(&bench->settings, &settings_table[i], value);
        bench_say(bench, BENCH_NOTE, "set %s %s  (%s) %s",
                  settings_table[i].name, value, settings_table[i].values,
                  _(settings_table[i].summary));
    }
}

bool bench_do_set(void *self, struct bench *bench, int argc, char **argv,
                  struct err *err)
{
    (void)self;
    if (argc == 1) {
        tell_settings(bench);
        return true;
    }
    if (argc != 3)
        return err_set(err, ERR_USAGE, _("write: set NAME VALUE"));
    if (!settings_set(&bench->settings, argv[1], argv[2], err))
        return false;
    apply(bench);
    return true;
}

static const struct action *named(const struct bench *bench, const char *name,
                                  size_t *owner)
{
    const struct action *action;

    for (size_t i = 0; (action = bench_action(bench, i, owner)); i++)
        if (strcmp(action->name, name) == 0)
            return action;
    return NULL;
}

/* bind KEY COMMAND, where the last words are the command's name. */
bool bench_do_bind(void *self, struct bench *bench, int argc, char **argv,
                   struct err *err)
{
    const struct action *action;
    struct str name;
    size_t owner;

    (void)self;
    if (argc < 3)
        return err_set(err, ERR_USAGE,
                       _("write: bind KEY COMMAND, for example: bind Ctrl+R "
                         "retry"));
    str_init(&name, 256);
    for (int i = 2; i < argc; i++)
        str_printf(&name, "%s%s", i > 2 ? " " : "", argv[i]);
    action = named(bench, name.data, &owner);
    str_fini(&name);
    if (!action)
        return err_set(err, ERR_USAGE,
                       _("bind: there is no command \"%s\"; ? lists them"),
                       argv[2]);
    return bindings_set(&bench->bindings, argv[1], action, owner, err);
}

bool bench_do_source(void *self, struct bench *bench, int argc, char **argv,
                     struct err *err)
{
    char *path = path_expand(argv[1]);
    bool ok;

    (void)self;
    (void)argc;
    if (strcmp(path, "-") == 0) {
        mem_free(path);
        return err_set(err, ERR_USAGE, _("source needs the name of a file"));
    }
    ok = bench_script(bench, path, err);
    mem_free(path);
    return ok;
}

bool bench_do_screenshot(void *self, struct bench *bench, int argc, char **argv,
                         struct err *err)
{
    char *path;
    bool ok;

    (void)self;
    (void)argc;
    if (!bench->base)
        return err_set(err, ERR_USAGE, _("there is no screen to keep"));
    bench_draw(bench); /* without the palette it may have been typed in */
    path = path_expand(argv[1]);
    ok = screenshot_write(path, err);
    if (ok)
        bench_say(bench, BENCH_GOOD, _("the screen is in %s"), path);
    mem_free(path);
    return ok;
}

enum { SCRIPT_DEPTH = 4 };

/* A line that cannot be run is told, with its place, and does not keep the
 * others back. */
bool bench_script(struct bench *bench, const char *path, struct err *err)
{
    FILE *file;
    char *line = NULL;
    size_t size = 0;
    size_t bad = 0;

    if (bench->script_depth == SCRIPT_DEPTH)
        return err_set(err, ERR_LIMIT, _("%s: too many files in each other"),
                       path);
    file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!file)
        return err_errno(err, errno, _("cannot read %s"), path);
    bench->script_depth++;
    for (size_t number = 1; getline(&line, &size, file) >= 0; number++) {
        struct err fault;

        if (bench_command(bench, line, &fault))
            continue;
        bench_say(bench, BENCH_BAD, "%s:%zu: %s", path, number, fault.text);
        bad++;
    }
    bench->script_depth--;
    free(line);
    if (file != stdin)
        fclose(file);
    return bad == 0 || err_set(err, ERR_USAGE,
                               _("%s: %zu lines could not be run; M shows "
                                 "which"),
                               path, bad);
}

static void load(struct bench *bench, const char *folder)
{
    char *path = path_join(folder, "threadlab.conf");
    struct err err;

    if (access(path, F_OK) == 0 && !bench_script(bench, path, &err))
        bench_fail(bench, &err);
    mem_free(path);
}

/* The machine's, the user's, then what the command line says. */
void bench_configure(struct bench *bench, const struct bench_options *options)
{
    struct err err;
    char *own = path_config(&err);

    load(bench, "/etc/xdg/threadlab");
    if (own)
        load(bench, own);
    mem_free(own);
    settings_environment(&bench->settings);
    for (size_t i = 0; i < options->given_count; i++)
        if (!settings_set(&bench->settings, options->given[i].name,
                          options->given[i].value, &err))
            bench_fail(bench, &err);
}
