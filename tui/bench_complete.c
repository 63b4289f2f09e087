/* What may be typed behind the name of an action. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "bench_state.h"
#include "candidates.h"
#include "catalog.h"
#include "paths.h"

void bench_complete_set(void *self, struct bench *bench, int argc, char **argv,
                        struct candidates *candidates)
{
    (void)self;
    (void)bench;
    for (size_t i = 0; i < settings_count; i++)
        if (argc == 2)
            candidates_add(candidates, settings_table[i].name);
        else if (argc == 3 && strcmp(argv[1], settings_table[i].name) == 0 &&
                 settings_table[i].kind != SETTING_NUMBER)
            candidates_add_each(candidates, settings_table[i].values);
}

/* bind KEY COMMAND, whose name may have several words. */
void bench_complete_bind(void *self, struct bench *bench, int argc, char **argv,
                         struct candidates *candidates)
{
    struct catalog catalog;
    struct str name;
    size_t from = 0;

    (void)self;
    if (argc < 3)
        return;
    bench_catalog(bench, &catalog);
    str_init(&name, 256);
    for (int i = 2; i < argc; i++) {
        from = name.len;
        str_printf(&name, "%s%s", argv[i], i + 1 < argc ? " " : "");
    }
    catalog_names(&catalog, name.data, from, candidates);
    str_fini(&name);
}

void bench_complete_pane(void *self, struct bench *bench, int argc, char **argv,
                         struct candidates *candidates)
{
    (void)self;
    (void)argv;
    for (size_t i = 0; i < LAYOUT_PANES && argc == 2; i++)
        if (bench->shown[i])
            candidates_add(candidates, panes[i]->name);
}

/* By the word that stands for it in the usage. */
static void complete_word(const char *word, struct candidates *candidates)
{
    if (strchr(word, '|'))
        candidates_add_each(candidates, word);
    else if (strcmp(word, "FILE") == 0)
        paths_complete(candidates, false);
    else if (strcmp(word, "DIR") == 0)
        paths_complete(candidates, true);
}

static size_t positionals(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && i + 1 < argc)
            i++;
        else
            count++;
    return count;
}

void bench_complete(struct bench *bench, const struct action *action,
                    size_t owner, int argc, char **argv,
                    struct candidates *candidates)
{
    void *self = owner < LAYOUT_PANES ? bench->selves[owner] : bench;
    char word[ACTION_ARGUMENT];

    if (action->complete) {
        action->complete(self, bench, argc, argv, candidates);
        return;
    }
    if (argc > 2 && strncmp(argv[argc - 2], "--", 2) == 0)
        action_option(action, argv[argc - 2], word);
    else
        action_argument(action, positionals(argc, argv), word);
    complete_word(word, candidates);
}
