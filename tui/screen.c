#include "screen.h"

#include <errno.h>
#include <langinfo.h>
#include <openssl/evp.h>
#include <panel.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "input.h"

enum { ESCAPE_MS = 25 };

/* Bracketed paste and focus reports: private modes of xterm. */
static const char modes_on[] = "\033[?2004h\033[?1004h";
static const char modes_off[] = "\033[?2004l\033[?1004l";

/* The mouse's buttons, in a form that has room for any column. */
static const char mouse_on[] = "\033[?1000h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1000l";

/* For screen_rescue: written before there is anything to rescue. */
static struct termios found;
static volatile sig_atomic_t rescue_fd = -1;
static char rescue_text[256];
static volatile sig_atomic_t rescue_len;

/* What is not curses' goes by write(2), past stdio's buffer. */
static void send(const char *text, size_t len)
{
    fflush(stdout);
    while (len > 0) {
        ssize_t done = write(STDOUT_FILENO, text, len);

        if (done < 0 && errno != EINTR)
            return;
        if (done > 0) {
            text += done;
            len -= (size_t)done;
        }
    }
}

bool screen_like_xterm(void)
{
    const char *name = termname();

    return strncmp(name, "xterm", 5) == 0 || strncmp(name, "tmux", 4) == 0 ||
           strncmp(name, "screen", 6) == 0 || strncmp(name, "rxvt", 4) == 0 ||
           strncmp(name, "alacritty", 9) == 0 ||
           strncmp(name, "foot", 4) == 0 || strncmp(name, "kitty", 5) == 0;
}

/* A capability of the terminal, with its padding left out. */
static size_t add_capability(char *out, size_t len, size_t size,
                             const char *capability)
{
    const char *text = tigetstr(capability);

    if (!text || text == (const char *)-1)
        return len;
    for (; *text && len < size; text++) {
        if (text[0] == '$' && text[1] == '<') {
            text = strchr(text, '>');
            if (!text)
                break;
            continue;
        }
        out[len++] = *text;
    }
    return len;
}

static void prepare_rescue(void)
{
    static const char sync_off[] = "\033[?2026l";
    char text[sizeof(rescue_text)];
    size_t len = 0;

    if (screen_like_xterm()) {
        memcpy(text, modes_off, sizeof(modes_off) - 1);
        len = sizeof(modes_off) - 1;
        memcpy(text + len, mouse_off, sizeof(mouse_off) - 1);
        len += sizeof(mouse_off) - 1;
        memcpy(text + len, sync_off, sizeof(sync_off) - 1);
        len += sizeof(sync_off) - 1;
    }
    len = add_capability(text, len, sizeof(text), "sgr0");
    len = add_capability(text, len, sizeof(text), "cnorm");
    len = add_capability(text, len, sizeof(text), "rmkx");
    len = add_capability(text, len, sizeof(text), "rmcup");
    memcpy(rescue_text, text, len);
    rescue_len = (int)len;
}

void screen_rescue(void)
{
    int saved = errno;

    if (rescue_fd >= 0) {
        ssize_t done = write(STDOUT_FILENO, rescue_text, (size_t)rescue_len);

        (void)done;
        tcsetattr(rescue_fd, TCSANOW, &found);
    }
    errno = saved;
}

/* Two questions, whose answers may come much later or never: how wide is a
 * character of line drawing (a cursor report; far enough to the right not to be
 * a function key), and is synchronized output known (DECRQM). */
static void ask(const struct screen *screen)
{
    static const char width[] =
        "\033[1;12H\342\224\200\033[6n\033[1;12H  \033[H";
    static const char sync[] = "\033[?2026$p";

    if (!screen_like_xterm())
        return;
    if (!screen->ascii)
        send(width, sizeof(width) - 1);
    send(sync, sizeof(sync) - 1);
}

static bool shows_lines(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && wcwidth(0x2500) == 1;
}

static void turn_on(struct screen *screen)
{
    if (screen_like_xterm())
        send(modes_on, sizeof(modes_on) - 1);
    screen->up = true;
    rescue_fd = fileno(screen->in ? screen->in : stdin);
}

static void turn_off(struct screen *screen)
{
    if (screen_like_xterm()) {
        send(mouse_off, sizeof(mouse_off) - 1);
        send(modes_off, sizeof(modes_off) - 1);
    }
    endwin();
    screen->up = false;
    rescue_fd = -1;
}

/* Keys that nobody has read were meant for the screen, not for a shell. */
static void leave(struct screen *screen)
{
    if (!screen->up)
        return;
    flushinp();
    turn_off(screen);
}

bool screen_name(char notice[SCREEN_NOTICE], const char **name, struct err *err)
{
    static const char *const others[] = {"xterm-256color", "xterm", "ansi"};
    int status;

    *name = getenv("TERM");
    if (!*name || !**name || strcmp(*name, "dumb") == 0)
        return err_set(err, ERR_USAGE,
                       _("this terminal cannot move its cursor (TERM is %s): "
                         "use --plain, or a command such as threadlab get"),
                       *name && **name ? *name : _("not set"));
    if (setupterm(*name, STDOUT_FILENO, &status) == OK)
        return tigetstr("cup") ||
               err_set(err, ERR_USAGE,
                       _("the terminal %s cannot move its cursor: use --plain"),
                       *name);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (setupterm(others[i], STDOUT_FILENO, &status) == OK) {
            snprintf(notice, SCREEN_NOTICE,
                     _("the terminal \"%s\" is not known here: treated as %s"),
                     *name, others[i]);
            *name = others[i];
            return true;
        }
    return err_set(err, ERR_USAGE,
                   _("the terminal %s is not known here: use --plain, or "
                     "install ncurses-term"),
                   *name);
}

/* A terminal that is not the session's own belongs to nobody else. */
static bool in_foreground(int fd)
{
    pid_t group = tcgetpgrp(fd);

    return group <= 0 || group == getpgrp();
}

static bool find_terminal(struct screen *screen, struct err *err)
{
    if (!isatty(STDOUT_FILENO))
        return err_set(err, ERR_USAGE,
                       _("the workbench needs a terminal: use --plain, or a "
                         "command such as threadlab get"));
    if (!in_foreground(STDOUT_FILENO))
        return err_set(err, ERR_USAGE,
                       _("the workbench cannot be in the background: start it "
                         "without &, or use --plain"));
    if (isatty(STDIN_FILENO))
        return true;
    screen->in = fopen("/dev/tty", "re");
    return screen->in ||
           err_set(err, ERR_USAGE,
                   _("there is no terminal to read keys from: use --plain"));
}

/* Strokes of the terminal that curses does not know, and one that it is not to
 * know: input.c reads the mouse's reports. */
static void define_keys(void)
{
    define_key(NULL, KEY_MOUSE);
    define_key("\033[200~", INPUT_KEY_PASTE);
    define_key("\033[201~", INPUT_KEY_PASTED);
    define_key("\033[I", INPUT_KEY_FOCUS);
    define_key("\033[O", INPUT_KEY_BLUR);
}

static void set_up(struct screen *screen, const struct screen_options *options)
{
    if (!getenv("ESCDELAY"))
        set_escdelay(ESCAPE_MS);
    /* Out of the state in which every move of the cursor is flushed. */
    endwin();
    refresh();
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    tcgetattr(screen_fd(screen), &screen->raw);
    /* Reading through a pad shows nothing; through stdscr it would, over the
     * panels, whenever a new size has touched it. */
    screen->keys = newpad(1, 1);
    keypad(screen->keys, TRUE);
    nodelay(screen->keys, TRUE);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    theme_load(&screen->theme, options->theme, options->colour);
    define_keys();
    prepare_rescue();
}

bool screen_open(struct screen *screen, const struct screen_options *options,
                 struct err *err)
{
    const char *name;

    *screen = (struct screen){.ascii = options->ascii || !shows_lines()};
    if (!find_terminal(screen, err))
        return false;
    if (!screen_name(screen->notice, &name, err))
        goto fail;
    tcgetattr(fileno(screen->in ? screen->in : stdin), &found);
    screen->term = newterm(name, stdout, screen->in ? screen->in : stdin);
    if (!screen->term) {
        err_set(err, ERR_USAGE,
                _("the terminal %s cannot be used: use --plain"), name);
        goto fail;
    }
    set_up(screen, options);
    getmaxyx(stdscr, screen->rows, screen->cols);
    ask(screen);
    turn_on(screen);
    screen_mouse(screen, !options->no_mouse);
    return true;
fail:
    if (screen->in)
        fclose(screen->in);
    screen->in = NULL;
    return false;
}

void screen_close(struct screen *screen)
{
    leave(screen);
    if (screen->keys)
        delwin(screen->keys);
    screen->keys = NULL;
    if (screen->term)
        delscreen(screen->term);
    if (screen->in)
        fclose(screen->in);
    screen->term = NULL;
    screen->in = NULL;
}

int screen_fd(const struct screen *screen)
{
    return fileno(screen->in ? screen->in : stdin);
}

void screen_suspend(struct screen *screen)
{
    leave(screen);
    signals_stop();
    screen_resume(screen);
}

/* A Ctrl+S that the terminal took while it was the shell's would hold every
 * write up, and nobody here could know of the Ctrl+Q. First the mode in which
 * there is no more of them, without waiting for output; and TCOON alone ends
 * only what TCOOFF began. */
static void let_output_go_on(const struct screen *screen)
{
    tcsetattr(screen_fd(screen), TCSANOW, &screen->raw);
    tcflow(STDOUT_FILENO, TCOOFF);
    tcflow(STDOUT_FILENO, TCOON);
}

void screen_resume(struct screen *screen)
{
    if (in_foreground(screen_fd(screen)))
        let_output_go_on(screen);
    if (screen->up)
        turn_off(screen); /* whatever the shell has left of the modes */
    if (!in_foreground(screen_fd(screen)))
        return;
    turn_on(screen);
    screen_mouse(screen, screen->mouse);
    screen_resized(screen);
    screen_redraw(screen);
}

void screen_resized(struct screen *screen)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
        size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    getmaxyx(stdscr, screen->rows, screen->cols);
}

void screen_redraw(struct screen *screen)
{
    (void)screen;
    clearok(curscr, TRUE);
}

void screen_look(struct screen *screen, const struct screen_options *options)
{
    screen->ascii = options->ascii || screen->wide_lines || !shows_lines();
    theme_load(&screen->theme, options->theme, options->colour);
    if (screen->mouse == options->no_mouse)
        screen_mouse(screen, !options->no_mouse);
}

/* Not by curses, which waits for the end of a report however long it takes, and
 * knows no column beyond 223 where the terminal's description is an old one. */
void screen_mouse(struct screen *screen, bool on)
{
    screen->mouse = on;
    if (screen->up && screen_like_xterm())
        send(on ? mouse_on : mouse_off, strlen(on ? mouse_on : mouse_off));
}

void screen_show(struct screen *screen)
{
    static const char begin[] = "\033[?2026h";
    static const char end[] = "\033[?2026l";

    update_panels();
    setsyx(screen->caret_row, screen->caret_col);
    if (screen->sync)
        send(begin, sizeof(begin) - 1);
    doupdate();
    if (screen->sync)
        send(end, sizeof(end) - 1);
}

/* Base64, RFC 4648: libcrypto's, without line ends. */
void screen_copy(const struct screen *screen, const char *text)
{
    size_t len = strlen(text);
    unsigned char *code = mem_new(4 * ((len + 2) / 3) + 1);
    char *sequence;

    EVP_EncodeBlock(code, (const unsigned char *)text, (int)len);
    sequence = mem_printf("\033]52;c;%s\a", (char *)code);
    if (screen->up && screen_like_xterm())
        send(sequence, strlen(sequence));
    mem_free(sequence);
    mem_free(code);
}
