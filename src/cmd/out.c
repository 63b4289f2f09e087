#include "out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/signals.h"

/* Lines are flushed early beyond FULL; the rest is room for the last one. A
 * pipe that poll(2) calls writable takes at least PIPE_BUF bytes at once: the
 * wait for a slow reader is in poll, where signals come in. */
enum { FULL = 64 << 10, MOST = 16 << 20, PIECE = PIPE_BUF };

bool out_write(int fd, const char *text, size_t len)
{
    while (len > 0) {
        struct pollfd polled = {.fd = fd, .events = POLLOUT};
        size_t piece = len < PIECE ? len : PIECE;
        ssize_t wrote;

        signals_wait_stop(&polled);
        if (!polled.revents)
            continue;
        wrote = write(fd, text, piece);
        if (wrote < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        text += wrote > 0 ? wrote : 0;
        len -= wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

void out_init(struct out *out, struct progress *progress)
{
    static const int fds[OUT_WAYS] = {
        [OUT_RESULT] = STDOUT_FILENO,
        [OUT_WORD] = STDERR_FILENO,
    };

    *out = (struct out){.progress = progress};
    for (unsigned i = 0; i < OUT_WAYS; i++) {
        out->streams[i].fd = fds[i];
        out->streams[i].tty = isatty(fds[i]);
        str_init(&out->streams[i].text, MOST);
    }
}

void out_fini(struct out *out)
{
    for (unsigned i = 0; i < OUT_WAYS; i++)
        str_fini(&out->streams[i].text);
}

static void add(struct out *out, enum out_way way, const char *line)
{
    struct out_stream *stream = &out->streams[way];

    if (out->progress && stream->tty) {
        progress_above(out->progress, line);
        return;
    }
    if (stream->broken)
        return;
    str_puts(&stream->text, line);
    str_putc(&stream->text, '\n');
    if (stream->text.len > FULL)
        out_flush(out);
}

static void add_clean(struct out *out, enum out_way way, const char *line)
{
    size_t len = strlen(line);
    /* A bad byte becomes the three of U+FFFD. */
    size_t size = 3 * len + 1;
    char *clean = mem_new(size);

    fmt_clean(clean, size, line, len, SIZE_MAX);
    add(out, way, clean);
    mem_free(clean);
}

void out_line(struct out *out, enum out_way way, const char *format, ...)
{
    struct str line;
    va_list args;

    str_init(&line, MOST);
    va_start(args, format);
    str_vprintf(&line, format, args);
    va_end(args);
    add_clean(out, way, line.data);
    str_fini(&line);
}

void out_data(struct out *out, enum out_way way, const char *text)
{
    if (out->streams[way].tty)
        add_clean(out, way, text);
    else
        add(out, way, text);
}

static void flush(struct out *out, enum out_way way)
{
    struct out_stream *stream = &out->streams[way];
    bool wrote;

    if (stream->text.len == 0)
        return;
    wrote = out_write(stream->fd, stream->text.data, stream->text.len);
    str_clear(&stream->text);
    if (wrote)
        return;
    stream->broken = true;
    if (way == OUT_RESULT && errno != EPIPE)
        out_line(out, OUT_WORD,
                 "threadlab: the standard output cannot be written: %s",
                 strerror(errno));
}

void out_flush(struct out *out)
{
    flush(out, OUT_RESULT);
    flush(out, OUT_WORD);
}

bool out_broken(const struct out *out)
{
    return out->streams[OUT_RESULT].broken;
}
