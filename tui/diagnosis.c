#include "diagnosis.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "screen.h"

/* After curses.h, whose words it needs. */
#include <term.h>

enum { PATIENCE_MS = 500, ANSWERS_MAX = 512 };

/* A report of the cursor behind a character of line drawing, of mode 2026, and
 * of what it is: every terminal answers the last, so what has not come before
 * that does not come. */
static const char questions[] =
    "\r\342\224\200\033[6n\r\033[K\033[?2026$p\033[c";

bool diagnosis_read(struct diagnosis *diagnosis, const char *text)
{
    bool end = false;

    while ((text = strchr(text, '\033')) != NULL) {
        int a;
        int b;
        char kind;
        size_t len;

        text++;
        len = strcspn(text, "\033");
        if (sscanf(text, "[?%d;%d$%c", &a, &b, &kind) == 3 && kind == 'y' &&
            a == 2026)
            diagnosis->synchronized =
                b == 1 || b == 2 ? DIAGNOSIS_YES : DIAGNOSIS_NO;
        else if (sscanf(text, "[%d;%d%c", &a, &b, &kind) == 3 && kind == 'R')
            diagnosis->asked_columns = b > 1 && b <= 3 ? b - 1 : 0;
        else if (strncmp(text, "[?", 2) == 0 && memchr(text, 'c', len))
            end = true;
    }
    if (end && diagnosis->synchronized == DIAGNOSIS_SILENT)
        diagnosis->synchronized = DIAGNOSIS_NO;
    diagnosis->answers = end ? DIAGNOSIS_YES : diagnosis->answers;
    return end;
}

static void take_answers(struct diagnosis *diagnosis, int fd)
{
    char text[ANSWERS_MAX + 1];
    size_t len = 0;
    int64_t end_ms = clock_ms() + PATIENCE_MS;

    for (int64_t left = PATIENCE_MS; left > 0 && len < ANSWERS_MAX;
         left = end_ms - clock_ms()) {
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        ssize_t got;

        if (poll(&polled, 1, (int)left) <= 0)
            continue;
        got = read(fd, text + len, ANSWERS_MAX - len);
        if (got <= 0)
            return;
        for (ssize_t i = 0; i < got; i++)
            if (text[len + (size_t)i] == '\0')
                text[len + (size_t)i] = '?';
        len += (size_t)got;
        text[len] = '\0';
        if (diagnosis_read(diagnosis, text))
            return;
    }
}

/* In the background the terminal is somebody else's. */
static void ask(struct diagnosis *diagnosis, int fd)
{
    struct termios found;
    struct termios raw;

    if (tcgetpgrp(fd) != getpgrp() || tcgetattr(fd, &found) != 0)
        return;
    raw = found;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(fd, TCSAFLUSH, &raw) != 0)
        return;
    diagnosis->answers = diagnosis->synchronized = DIAGNOSIS_SILENT;
    if (write(fd, questions, sizeof(questions) - 1) ==
        (ssize_t)sizeof(questions) - 1)
        take_answers(diagnosis, fd);
    /* What comes too late is not for the shell. */
    tcsetattr(fd, TCSAFLUSH, &found);
}

static void ask_terminal(struct diagnosis *diagnosis)
{
    sigset_t all;
    sigset_t before;
    struct winsize size;
    int fd;

    if (!diagnosis->on_screen)
        return;
    fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
        diagnosis->rows = size.ws_row;
        diagnosis->cols = size.ws_col;
    }
    if (diagnosis->like_xterm) {
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, &before);
        ask(diagnosis, fd);
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    close(fd);
}

/* What the description says. */
static void describe(struct diagnosis *diagnosis)
{
    char notice[SCREEN_NOTICE] = "";
    const char *name;

    if (!screen_name(notice, &name, &diagnosis->err))
        return;
    fmt_clean(diagnosis->used, sizeof(diagnosis->used), name, strlen(name),
              SIZE_MAX);
    diagnosis->colours = tigetnum("colors") > 0 ? tigetnum("colors") : 0;
    diagnosis->like_xterm = screen_like_xterm();
    del_curterm(cur_term);
}

void diagnosis_take(struct diagnosis *diagnosis)
{
    const char *term = getenv("TERM");

    *diagnosis = (struct diagnosis){.on_screen = isatty(STDOUT_FILENO)};
    if (term)
        fmt_clean(diagnosis->term, sizeof(diagnosis->term), term, strlen(term),
                  SIZE_MAX);
    diagnosis->line_columns = wcwidth(0x2500);
    snprintf(diagnosis->curses, sizeof(diagnosis->curses), "%s",
             curses_version());
    describe(diagnosis);
    ask_terminal(diagnosis);
}
