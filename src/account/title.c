#include "title.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/fmt.h"

bool title_check_words(const char *text, size_t max, const char *what,
                       struct err *err)
{
    size_t len = strlen(text);
    uint32_t code;
    size_t used;

    if (len > max)
        return err_set(err, ERR_USAGE,
                       "%s is too long: %zu bytes, and %zu are possible", what,
                       len, max);
    for (size_t i = 0; i < len; i += used) {
        used = fmt_utf8(text + i, len - i, &code);
        if (used == 0)
            return err_set(err, ERR_USAGE, "%s is not UTF-8", what);
        if (fmt_unsafe(code))
            return err_set(err, ERR_USAGE,
                           "%s has a control character or something invisible "
                           "in it",
                           what);
    }
    return true;
}

static bool compose(const char *text, char name[TITLE_MAX], struct err *err)
{
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t len =
        utf8proc_map((const utf8proc_uint8_t *)text, 0, &composed,
                     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    bool ok = len > 0 && len < TITLE_MAX;

    if (ok)
        memcpy(name, composed, (size_t)len + 1);
    else
        err_set(err, ERR_USAGE, "the name is too long");
    free(composed);
    return ok;
}

bool title_read(const char *text, char name[TITLE_MAX], struct err *err)
{
    size_t len = strlen(text);

    if (!title_check_words(text, TITLE_MAX - 1, "the name", err))
        return false;
    if (len == 0)
        return err_set(err, ERR_USAGE, "an account needs a name");
    if (text[0] == ' ' || text[len - 1] == ' ' || strstr(text, "  "))
        return err_set(err, ERR_USAGE,
                       "the name \"%s\" has a space at an end, or two together",
                       text);
    if (text[0] == '-')
        return err_set(err, ERR_USAGE, "the name \"%s\" begins with a dash",
                       text);
    return compose(text, name, err);
}

bool title_is_reserved(const char *name)
{
    static const char *const words[] = {"World", "Exchange"};

    for (size_t i = 0; i < 2; i++) {
        size_t len = strlen(words[i]);

        if (strncmp(name, words[i], len) == 0 &&
            (name[len] == '\0' || name[len] == ':'))
            return true;
    }
    return false;
}
