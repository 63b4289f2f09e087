#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "words.h"

enum { CHUNK = 4096, TEXT_MAX = 2 * (WORDS_LINE + CHUNK) };

void lines_init(struct lines *lines, int fd)
{
    *lines = (struct lines){.fd = fd};
    str_init(&lines->text, TEXT_MAX);
}

void lines_fini(struct lines *lines)
{
    str_fini(&lines->text);
}

void lines_read(struct lines *lines)
{
    char chunk[CHUNK];
    ssize_t got = read(lines->fd, chunk, sizeof(chunk));

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        lines->end = true;
        return;
    }
    str_drop(&lines->text, lines->taken);
    lines->taken = 0;
    /* Too long for a line that is understood: the rest of it goes. */
    if (lines->text.len > WORDS_LINE + CHUNK)
        str_cut(&lines->text, WORDS_LINE + 1);
    str_add(&lines->text, chunk, (size_t)got);
}

char *lines_next(struct lines *lines)
{
    char *line = lines->text.data + lines->taken;
    size_t left = lines->text.len - lines->taken;
    char *newline = memchr(line, '\n', left);

    if (!newline && (!lines->end || left == 0))
        return NULL;
    if (newline) {
        *newline = '\0';
        left = (size_t)(newline - line) + 1;
    }
    lines->taken += left;
    lines->number++;
    return line;
}
