#include "progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bar.h"
#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "out.h"

enum {
    FRAME_MS = 100,
    IDLE_MS = 1000, /* clocks on the screen go on while nothing else does */
    ROWS_MAX = 200,
    /* Lines of the terminal that are left to what scrolls by. */
    ABOVE = 4,
    /* Columns the last line leaves free: the terminal may echo "^C" there. */
    ECHO_COLUMNS = 4,
    FRAME_MAX = 8 << 20,
    ABOVE_MAX = 16 << 20,
    ABOVE_FULL = 64 << 10
};

struct progress {
    int fd;
    struct bar_style style;
    size_t columns;
    size_t lines;
    struct str above;
    struct str frame; /* being made */
    struct str shown; /* on the terminal; empty: nothing of ours is */
    int64_t drawn_ms;
    bool touched;
    bool dead; /* the terminal is gone */
    struct fetch_row rows[ROWS_MAX];
};

static void measure(struct progress *progress)
{
    struct winsize size = {0};

    if (ioctl(progress->fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 ||
        size.ws_row == 0)
        size = (struct winsize){.ws_row = 24, .ws_col = 80};
    progress->columns = size.ws_col;
    progress->lines = size.ws_row;
}

static bool can_show(int fd)
{
    const char *term = getenv("TERM");
    struct stat stat;

    if (!isatty(fd) || !term || !*term || strcmp(term, "dumb") == 0)
        return false;
    return fstat(STDOUT_FILENO, &stat) < 0 ||
           !(S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode));
}

struct progress *progress_new(void)
{
    struct progress *progress;

    if (!can_show(STDERR_FILENO))
        return NULL;
    progress = mem_new(sizeof *progress);
    progress->fd = STDERR_FILENO;
    progress->style = bar_style_here();
    str_init(&progress->above, ABOVE_MAX);
    str_init(&progress->frame, FRAME_MAX);
    str_init(&progress->shown, FRAME_MAX);
    measure(progress);
    return progress;
}

/* Columns of the line at text, in which colours take none; *len: its bytes. */
static size_t line_columns(const char *text, size_t *len)
{
    char plain[8 * BAR_COLUMNS_MAX];
    size_t used = 0;

    *len = strcspn(text, "\n");
    for (size_t i = 0; i < *len && used < sizeof plain - 1; i++) {
        if (text[i] == '\033')
            i += strcspn(text + i, "m");
        else
            plain[used++] = text[i];
    }
    plain[used] = '\0';
    return fmt_columns(plain);
}

/* How many lines up from the cursor the shown frame starts. Terminals wrap
 * lines anew when they get narrower; one of ours may be several then. */
static size_t height(const struct progress *progress)
{
    const char *text = progress->shown.data;
    size_t lines = 0;
    size_t len;

    for (;; text += len + 1) {
        size_t columns = line_columns(text, &len);

        lines +=
            columns > progress->columns ? (columns - 1) / progress->columns : 0;
        if (!text[len])
            return lines;
        lines++;
    }
}

/* Takes the shown frame away, puts what is above, then the new one. */
static void put(struct progress *progress)
{
    struct str out;

    str_init(&out, ABOVE_MAX + FRAME_MAX);
    /* Line by line: a terminal may move all it is told to clear at once into
     * its history. */
    if (progress->shown.len > 0) {
        for (size_t up = height(progress); up > 0; up--)
            str_puts(&out, "\r\033[K\033[A");
        str_puts(&out, "\r\033[K");
    }
    str_add(&out, progress->above.data, progress->above.len);
    str_add(&out, progress->frame.data, progress->frame.len);
    str_clear(&progress->above);
    str_clear(&progress->shown);
    str_add(&progress->shown, progress->frame.data, progress->frame.len);
    if (!progress->dead && !out_write(progress->fd, out.data, out.len))
        progress->dead = true;
    str_fini(&out);
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    str_clear(&progress->frame);
    put(progress);
    str_fini(&progress->above);
    str_fini(&progress->frame);
    str_fini(&progress->shown);
    mem_free(progress);
}

void progress_above(struct progress *progress, const char *line)
{
    str_puts(&progress->above, line);
    str_putc(&progress->above, '\n');
    progress->touched = true;
    if (progress->above.len > ABOVE_FULL) {
        str_clear(&progress->frame);
        str_add(&progress->frame, progress->shown.data, progress->shown.len);
        put(progress);
    }
}

static void add_row(struct progress *progress, const struct fetch_row *row)
{
    struct bar bar = {
        .name = *row->name ? row->name : row->host,
        .bytes = row->bytes,
        .total = row->total,
        .speed = row->speed,
        .ms = row->eta_ms,
    };

    if (row->state != FETCH_RUN) {
        bar.word = fetch_state_word(row->state);
        bar.ms = row->state == FETCH_WAIT ? row->wait_ms : -1;
    }
    bar_line(&progress->frame, &bar, progress->columns - 1, progress->style);
    str_putc(&progress->frame, '\n');
}

static void add_rows(struct progress *progress, struct fetch *fetch,
                     const struct fetch_totals *totals)
{
    uint64_t active = totals->count[FETCH_RUN] + totals->count[FETCH_WAIT] +
                      totals->count[FETCH_CHECK];
    size_t room = progress->lines > ABOVE ? progress->lines - ABOVE : 0;
    size_t count;

    room = room > ROWS_MAX ? ROWS_MAX : room;
    if (room == 0)
        return;
    /* "+ N more" takes a line itself. */
    count = fetch_rows(fetch, FETCH_ROWS_ACTIVE, 0, progress->rows,
                       active > room ? room - 1 : room);
    for (size_t i = 0; i < count; i++)
        add_row(progress, &progress->rows[i]);
    if (active > room) {
        bar_more_line(&progress->frame, active - count, progress->columns - 1);
        str_putc(&progress->frame, '\n');
    }
}

static void add_total(struct progress *progress,
                      const struct fetch_totals *totals, const char *note)
{
    struct bar_total total = {
        .done = totals->count[FETCH_DONE] + totals->count[FETCH_SKIPPED],
        .of = totals->added,
        .more = totals->reading,
        .failed = totals->count[FETCH_FAILED],
        .bytes = totals->bytes,
        .speed = totals->speed,
        .eta_ms = totals->reading ? -1 : totals->eta_ms,
        .connections = totals->connections,
        .note = note,
    };

    if (progress->columns > 2 * ECHO_COLUMNS)
        bar_total_line(&progress->frame, &total,
                       progress->columns - ECHO_COLUMNS, progress->style);
}

/* In the background the terminal belongs to somebody else. */
static bool in_front(const struct progress *progress)
{
    pid_t group = tcgetpgrp(progress->fd);

    return group < 0 || group == getpgrp();
}

void progress_draw(struct progress *progress, struct fetch *fetch,
                   const struct fetch_totals *totals, const char *note)
{
    int64_t now = clock_ms();

    if (now < progress_deadline(progress))
        return;
    progress->drawn_ms = now;
    progress->touched = false;
    str_clear(&progress->frame);
    if (in_front(progress)) {
        add_rows(progress, fetch, totals);
        add_total(progress, totals, note);
    } else {
        str_clear(&progress->shown);
    }
    if (progress->above.len > 0 || progress->frame.len != progress->shown.len ||
        memcmp(progress->frame.data, progress->shown.data,
               progress->frame.len) != 0)
        put(progress);
}

int64_t progress_deadline(const struct progress *progress)
{
    return progress->drawn_ms + (progress->touched ? FRAME_MS : IDLE_MS);
}

void progress_touch(struct progress *progress)
{
    progress->touched = true;
}

void progress_resized(struct progress *progress)
{
    measure(progress);
    progress->touched = true;
}

void progress_lost(struct progress *progress)
{
    measure(progress);
    str_clear(&progress->shown);
    progress->touched = true;
}
