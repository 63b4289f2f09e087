#include "action.h"

#include <stdio.h>
#include <string.h>

/* "N", "URL..."; what may be left out begins with a bracket. */
bool action_needs_argument(const struct action *action)
{
    return action->arguments && action->arguments[0] != '[';
}

size_t action_named(const struct action *action, char *const *words,
                    size_t count)
{
    const char *name = action->name;
    size_t used = 0;

    while (*name) {
        size_t len = used < count ? strlen(words[used]) : 0;

        if (len == 0 || strncmp(name, words[used], len) != 0 ||
            (name[len] != ' ' && name[len] != '\0'))
            return 0;
        name += len + (name[len] == ' ');
        used++;
    }
    return used;
}

/* The words of arguments, without brackets: "[NAME VALUE]" is NAME, VALUE. */
static const char *next_word(const char *text, size_t *len)
{
    text += strspn(text, " []");
    *len = strcspn(text, " []");
    return text;
}

const char *action_argument(const struct action *action, size_t number,
                            char out[ACTION_ARGUMENT])
{
    const char *text = action->arguments ? action->arguments : "";
    size_t at = 0;
    size_t len;

    out[0] = '\0';
    for (text = next_word(text, &len); len > 0;
         text = next_word(text + len, &len)) {
        bool many = len > 3 && strncmp(text + len - 3, "...", 3) == 0;

        if (strncmp(text, "--", 2) == 0) { /* and its value */
            text = next_word(text + len, &len);
            continue;
        }
        if (++at == number || many) {
            snprintf(out, ACTION_ARGUMENT, "%.*s", (int)(many ? len - 3 : len),
                     text);
            break;
        }
    }
    return out;
}

const char *action_option(const struct action *action, const char *name,
                          char out[ACTION_ARGUMENT])
{
    const char *text = action->arguments ? action->arguments : "";
    size_t len;

    out[0] = '\0';
    for (text = next_word(text, &len); len > 0;
         text = next_word(text + len, &len))
        if (len == strlen(name) && strncmp(text, name, len) == 0) {
            text = next_word(text + len, &len);
            snprintf(out, ACTION_ARGUMENT, "%.*s", (int)len, text);
            break;
        }
    return out;
}
