#include "line.h"

#include <string.h>

#include "base/mem.h"

/* Where the authority of a URL ends. A password may hold more than RFC 3986
 * allows, so only what no person would type in one ends it. */
static const char authority_end[] = "/?# \t\"'<>";

/* The last "@" before end, or NULL. */
static char *last_at(char *start, const char *end)
{
    char *found = NULL;

    for (char *p = start; p < end; p++)
        if (*p == '@')
            found = p;
    return found;
}

char *line_plain(const char *line)
{
    char *copy = mem_strndup(line, strlen(line));
    char *mark = copy;

    while ((mark = strstr(mark, "://"))) {
        char *start = mark + 3;
        char *end = start + strcspn(start, authority_end);
        char *at = last_at(start, end);
        char *colon = at ? memchr(start, ':', (size_t)(at - start)) : NULL;

        if (colon)
            memmove(colon, at, strlen(at) + 1);
        mark = start;
    }
    return copy;
}
