#include "tables.h"

#include "base/fmt.h"
#include "base/str.h"
#include "base/text.h"
#include "bench_state.h"

enum { NAME_COLUMNS = 24, KEYS_COLUMNS = 24, LINE = 512 };

/* Pads by columns: a translation may be wide. */
static void put(FILE *out, const char *text, int columns)
{
    int used = (int)fmt_columns(text);

    fprintf(out, "%s%*s", text, used < columns ? columns - used + 2 : 2, "");
}

static void print_action(FILE *out, const struct action *action)
{
    struct str name;
    struct str keys;

    str_init(&name, LINE);
    str_init(&keys, LINE);
    str_printf(&name, "  %s%s%s", action->name, action->arguments ? " " : "",
               action->arguments ? action->arguments : "");
    for (size_t i = 0; i < ACTION_KEYS && action->keys[i]; i++)
        str_printf(&keys, "%s%s", i > 0 ? ", " : "", action->keys[i]);
    put(out, name.data, NAME_COLUMNS);
    put(out, keys.len > 0 ? keys.data : "(none)", KEYS_COLUMNS);
    fprintf(out, "%s\n", _(action->summary));
    str_fini(&name);
    str_fini(&keys);
}

void tables_print_keys(FILE *out)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        if (!panes[i])
            continue;
        fprintf(out, "%s\n", _(panes[i]->title));
        for (const struct action *row = panes[i]->actions; row->name; row++)
            print_action(out, row);
    }
    fprintf(out, "%s\n", _("Everywhere"));
    for (const struct action *row = bench_actions; row->name; row++)
        print_action(out, row);
}

void tables_print_settings(FILE *out)
{
    struct settings first;

    settings_init(&first);
    for (size_t i = 0; i < settings_count; i++) {
        const struct setting *setting = &settings_table[i];
        char value[SETTINGS_TEXT];
        char name[LINE];

        snprintf(name, sizeof(name), "  %s %s", setting->name, setting->values);
        put(out, name, NAME_COLUMNS * 3 / 2);
        put(out, settings_get(&first, setting, value), SETTINGS_TEXT / 3);
        fprintf(out, "%s\n", _(setting->summary));
    }
}
