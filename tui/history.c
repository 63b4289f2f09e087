#include "history.h"

#include <string.h>

#include "base/mem.h"

struct history {
    char **lines;
    size_t count;
    size_t max;
};

struct history *history_new(size_t max)
{
    struct history *history = mem_new(sizeof(*history));

    history->max = max;
    history->lines = mem_resize(NULL, max, sizeof(*history->lines));
    return history;
}

void history_free(struct history *history)
{
    if (!history)
        return;
    for (size_t i = 0; i < history->count; i++)
        mem_free(history->lines[i]);
    mem_free(history->lines);
    mem_free(history);
}

static void forget(struct history *history, size_t index)
{
    char **line = &history->lines[index];

    mem_free(*line);
    history->count--;
    memmove(line, line + 1, (history->count - index) * sizeof(*line));
}

void history_add(struct history *history, const char *line)
{
    if (line[strspn(line, " \t\n")] == '\0' || strlen(line) > HISTORY_LINE)
        return;
    for (size_t i = history->count; i-- > 0;)
        if (strcmp(history->lines[i], line) == 0) {
            char *kept = history->lines[i];

            history->lines[i] = NULL;
            forget(history, i);
            history->lines[history->count++] = kept;
            return;
        }
    if (history->count == history->max)
        forget(history, 0);
    history->lines[history->count++] = mem_strdup(line);
}

size_t history_count(const struct history *history)
{
    return history->count;
}

const char *history_line(const struct history *history, size_t index)
{
    return index < history->count ? history->lines[index] : NULL;
}

static bool fits(const char *line, const char *prefix, const char *skip)
{
    return strncmp(line, prefix, strlen(prefix)) == 0 &&
           strcmp(line, skip) != 0;
}

bool history_before(const struct history *history, const char *prefix,
                    const char *skip, size_t *index)
{
    size_t at = *index < history->count ? *index : history->count;

    while (at-- > 0)
        if (fits(history->lines[at], prefix, skip)) {
            *index = at;
            return true;
        }
    return false;
}

bool history_behind(const struct history *history, const char *prefix,
                    const char *skip, size_t *index)
{
    for (size_t at = *index + 1; at < history->count; at++)
        if (fits(history->lines[at], prefix, skip)) {
            *index = at;
            return true;
        }
    return false;
}

bool history_search(const struct history *history, const char *text,
                    size_t *index)
{
    size_t at = *index < history->count ? *index : history->count;

    while (at-- > 0)
        if (strstr(history->lines[at], text)) {
            *index = at;
            return true;
        }
    return false;
}
