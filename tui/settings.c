#include "settings.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"

#define PLACE(member) offsetof(struct settings, member)

const struct setting settings_table[] = {
    {"motion", "on|off", N_("bars and counters move"), PLACE(motion),
     SETTING_SWITCH},
    {"mouse", "on|off", N_("clicks and the wheel are taken"), PLACE(mouse),
     SETTING_SWITCH},
    {"ascii", "on|off", N_("lines and bars in ASCII"), PLACE(ascii),
     SETTING_SWITCH},
    {"color", "auto|always|never", N_("colours; auto heeds NO_COLOR"),
     PLACE(color), SETTING_WORD},
    {"theme", "default|high-contrast|mono|256", N_("how things look"),
     PLACE(theme), SETTING_WORD},
    {"frames", "1-60", N_("redraws a second, at most"), PLACE(frames),
     SETTING_NUMBER},
};
const size_t settings_count = ARRAY_LEN(settings_table);

void settings_init(struct settings *settings)
{
    *settings = (struct settings){
        .motion = true,
        .mouse = true,
        .color = "auto",
        .theme = "default",
    };
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

void settings_environment(struct settings *settings)
{
    if (is_set("NO_MOTION"))
        settings->motion = false;
    if (is_set("NO_COLOR") && strcmp(settings->color, "always") == 0)
        snprintf(settings->color, sizeof(settings->color), "auto");
}

static bool is_one_of(const char *value, const char *values)
{
    size_t len = strlen(value);

    for (const char *word = values; word;) {
        const char *end = strchr(word, '|');
        size_t word_len = end ? (size_t)(end - word) : strlen(word);

        if (len == word_len && strncmp(value, word, len) == 0)
            return true;
        word = end ? end + 1 : NULL;
    }
    return false;
}

static bool refuse(const struct setting *setting, const char *value,
                   struct err *err)
{
    return err_set(err, ERR_USAGE, _("set %s: \"%s\" is not one of %s"),
                   setting->name, value, setting->values);
}

static bool put(struct settings *settings, const struct setting *setting,
                const char *value, struct err *err)
{
    char *place = (char *)settings + setting->place;
    int64_t number;

    switch (setting->kind) {
    case SETTING_SWITCH:
        if (!is_one_of(value, setting->values))
            return refuse(setting, value, err);
        *(bool *)place = strcmp(value, "on") == 0;
        return true;
    case SETTING_WORD:
        if (!is_one_of(value, setting->values))
            return refuse(setting, value, err);
        snprintf(place, SETTINGS_TEXT, "%s", value);
        return true;
    case SETTING_NUMBER:
        if (!fmt_parse_int(value, 1, 60, &number, NULL))
            return refuse(setting, value, err);
        *(int *)(void *)place = (int)number;
        return true;
    }
    return false;
}

bool settings_set(struct settings *settings, const char *name,
                  const char *value, struct err *err)
{
    for (size_t i = 0; i < settings_count; i++)
        if (strcmp(settings_table[i].name, name) == 0)
            return put(settings, &settings_table[i], value, err);
    return err_set(err, ERR_USAGE,
                   _("there is no setting \"%s\"; \"set\" alone lists them"),
                   name);
}

const char *settings_get(const struct settings *settings,
                         const struct setting *setting, char out[SETTINGS_TEXT])
{
    const void *place = (const char *)settings + setting->place;

    switch (setting->kind) {
    case SETTING_SWITCH:
        snprintf(out, SETTINGS_TEXT, "%s", *(const bool *)place ? "on" : "off");
        break;
    case SETTING_WORD:
        snprintf(out, SETTINGS_TEXT, "%s", (const char *)place);
        break;
    case SETTING_NUMBER:
        snprintf(out, SETTINGS_TEXT, "%d", *(const int *)place);
        break;
    }
    return out;
}

enum theme_colour settings_colour(const struct settings *settings)
{
    if (strcmp(settings->color, "auto") == 0)
        return THEME_COLOUR_AUTO;
    return strcmp(settings->color, "always") == 0 ? THEME_COLOUR_ALWAYS
                                                  : THEME_COLOUR_NEVER;
}
