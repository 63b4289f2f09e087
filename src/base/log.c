#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fmt.h"
#include "lock.h"
#include "mem.h"
#include "thread.h"

static struct {
    /* constant from log_open to log_close */
    struct log_line *ring PT_GUARDED_BY(log_class); /* line seq stands at
                                                       seq % LOG_RING */

    struct lock lock;
    uint64_t last GUARDED_BY(log_class); /* seq of the newest line */

    atomic_bool open;
    _Atomic enum log_level level;
    atomic_int fd;      /* of the file, or -1 */
    atomic_bool failed; /* it takes no more lines */
} log_state = {.level = LOG_INFO, .fd = -1};

void log_open(void)
{
    log_state.ring = mem_resize(NULL, LOG_RING, sizeof(*log_state.ring));
    lock_init(&log_state.lock, &log_class);
    lock_take(&log_state.lock, &log_class);
    log_state.last = 0;
    lock_drop(&log_state.lock, &log_class);
    atomic_store(&log_state.failed, false);
    atomic_store(&log_state.open, true);
}

void log_close(void)
{
    int fd = atomic_exchange(&log_state.fd, -1);

    if (!atomic_exchange(&log_state.open, false))
        return;
    if (fd >= 0)
        close(fd);
    lock_fini(&log_state.lock);
    MEM_CLEAR(log_state.ring);
}

bool log_to_file(const char *path, struct err *err)
{
    struct stat status;
    int none = -1;
    int fd;

    /* O_NONBLOCK: a pipe without a reader must not stop us. */
    fd = open(path,
              O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC |
                  O_NOCTTY | O_NONBLOCK,
              0600);
    if (fd < 0)
        return err_errno(err, errno, "cannot write the log to %s", path);
    if (fstat(fd, &status) != 0 || S_ISFIFO(status.st_mode)) {
        close(fd);
        return err_set(err, ERR_REFUSED,
                       "cannot write the log to %s: name a file, not a pipe",
                       path);
    }
    if (!atomic_compare_exchange_strong(&log_state.fd, &none, fd)) {
        close(fd);
        return err_set(err, ERR_USAGE,
                       "the log goes to a file already: name one log file");
    }
    return true;
}

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&log_state.level, level, memory_order_relaxed);
}

const char *log_level_word(enum log_level level)
{
    static const char *const words[] = {
        [LOG_DEBUG] = "debug",
        [LOG_INFO] = "info",
        [LOG_WARN] = "warn",
        [LOG_ERROR] = "error",
    };

    return (unsigned)level < ARRAY_LEN(words) ? words[level] : "unknown";
}

/* Gives line its number and puts it in the ring. */
static void append(struct log_line *line)
{
    lock_take(&log_state.lock, &log_class);
    line->seq = ++log_state.last;
    log_state.ring[line->seq % LOG_RING] = *line;
    lock_drop(&log_state.lock, &log_class);
}

__attribute__((format(printf, 3, 0))) static void fill(struct log_line *line,
                                                       enum log_level level,
                                                       const char *format,
                                                       va_list args)
{
    char raw[4 * LOG_TEXT];

    *line = (struct log_line){.level = level, .wall_ms = clock_wall_ms()};
    snprintf(line->thread, sizeof(line->thread), "%s", thread_name());
    if (vsnprintf(raw, sizeof(raw), format, args) < 0)
        raw[0] = '\0';
    fmt_clean(line->text, sizeof(line->text), raw, strlen(raw), SIZE_MAX);
}

__attribute__((format(printf, 3, 4))) static void
fill_with(struct log_line *line, enum log_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(line, level, format, args);
    va_end(args);
}

/* What does not fit tells why only when it is tried again. */
static bool write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, text, len);

        if (done < 0)
            return false;
        text += done;
        len -= (size_t)done;
    }
    return true;
}

/* One write a line: O_APPEND keeps the lines of all threads whole. */
static bool write_line(int fd, const struct log_line *line)
{
    char text[sizeof(line->text) + 80];
    time_t seconds = (time_t)(line->wall_ms / 1000);
    struct tm utc;
    size_t len;

    gmtime_r(&seconds, &utc);
    len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    len +=
        (size_t)snprintf(text + len, sizeof(text) - len, ".%03dZ %s %s %s\n",
                         (int)(line->wall_ms % 1000),
                         log_level_word(line->level), line->thread, line->text);
    return write_all(fd, text, len);
}

/* After one failed write (a full disk) the file gets no more lines, and the
 * ring tells so. */
static void write_file(const struct log_line *line)
{
    int fd = atomic_load(&log_state.fd);
    struct log_line note;

    if (fd < 0 || atomic_load(&log_state.failed) || write_line(fd, line))
        return;
    fill_with(&note, LOG_ERROR, "the log file gets no more lines: %s",
              strerror(errno));
    if (!atomic_exchange(&log_state.failed, true))
        append(&note);
}

void log_write(enum log_level level, const char *format, ...)
{
    struct log_line line;
    va_list args;

    if (level < atomic_load_explicit(&log_state.level, memory_order_relaxed) ||
        !atomic_load(&log_state.open))
        return;
    va_start(args, format);
    fill(&line, level, format, args);
    va_end(args);
    append(&line);
    write_file(&line);
}

size_t log_since(uint64_t after, struct log_line *lines, size_t max)
{
    size_t count = 0;
    uint64_t seq;

    if (!atomic_load(&log_state.open))
        return 0;
    lock_take(&log_state.lock, &log_class);
    seq = log_state.last > LOG_RING ? log_state.last - LOG_RING : 0;
    if (seq < after)
        seq = after;
    while (count < max && seq < log_state.last)
        lines[count++] = log_state.ring[++seq % LOG_RING];
    lock_drop(&log_state.lock, &log_class);
    return count;
}
