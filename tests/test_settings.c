/* What "set" takes, and what wins over what. */
#include "tui/settings.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void test_set(void)
{
    struct settings settings;
    struct err err = {.code = ERR_NONE};
    char value[SETTINGS_TEXT];

    settings_init(&settings);
    tap_ok(settings.motion && settings.mouse && !settings.ascii, "defaults");
    tap_ok(settings_set(&settings, "mouse", "off", &err) && !settings.mouse,
           "a switch");
    tap_ok(settings_set(&settings, "theme", "mono", &err) &&
               strcmp(settings.theme, "mono") == 0,
           "a word");
    tap_ok(settings_set(&settings, "frames", "7", &err) && settings.frames == 7,
           "a number");
    tap_ok(!settings_set(&settings, "frames", "61", &err) &&
               err.code == ERR_USAGE && strstr(err.text, "1-60"),
           "a number that is too large");
    tap_ok(!settings_set(&settings, "color", "alw", &err) &&
               strstr(err.text, "auto|always|never"),
           "half a word");
    tap_ok(!settings_set(&settings, "colour", "auto", &err) &&
               strstr(err.text, "colour"),
           "no such setting");
    for (size_t i = 0; i < settings_count; i++) {
        settings_get(&settings, &settings_table[i], value);
        tap_ok(strcmp(value, "0") == 0 ||
                   settings_set(&settings, settings_table[i].name, value, &err),
               "%s: what it is can be set", settings_table[i].name);
    }
}

static void test_environment(void)
{
    struct settings settings;
    struct err err;

    settings_init(&settings);
    unsetenv("NO_MOTION");
    setenv("NO_COLOR", "", 1);
    tap_ok(settings_set(&settings, "color", "always", &err), "a file says so");
    settings_environment(&settings);
    tap_ok(settings.motion && settings_colour(&settings) == THEME_COLOUR_ALWAYS,
           "an empty variable says nothing");
    setenv("NO_COLOR", "1", 1);
    setenv("NO_MOTION", "1", 1);
    settings_environment(&settings);
    tap_ok(!settings.motion && settings_colour(&settings) == THEME_COLOUR_AUTO,
           "the environment wins over a file");
}

int main(void)
{
    test_set();
    test_environment();
    return tap_done();
}
