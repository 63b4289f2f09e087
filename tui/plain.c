#include "plain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench_state.h"
#include "catalog.h"
#include "lines.h"
#include "words.h"

enum { INPUTS = 2, LINE_MAX_COLUMNS = 2000, FAILED = 1, SOME = 3, STOP = 130 };

struct plain {
    struct bench *bench;
    struct {
        const char *name;
        struct lines lines;
    } inputs[INPUTS]; /* one after the other */
    size_t input;     /* the one that is read */
    size_t input_count;
    bool watched;  /* by somebody at a terminal */
    bool prompted; /* a prompt stands at the end of the output */
    bool waiting;  /* no command is read until the downloads are over */
    bool closed;
    bool stopping;
    size_t bad; /* lines that could not be run, where nobody watches */

    void (*yes)(struct bench *bench, void *arg);
    void (*release)(void *arg);
    void *arg;
    bool asked;
};

/* Out. */

static void put_line(struct plain *plain, FILE *out, const char *front,
                     const char *text)
{
    char clean[4 * LINE_MAX_COLUMNS];

    if (plain->prompted)
        putchar('\n');
    plain->prompted = false;
    fmt_clean(clean, sizeof(clean), text, strlen(text), LINE_MAX_COLUMNS);
    fflush(stdout);
    fprintf(out, "%s%s\n", front, clean);
}

void plain_say(struct plain *plain, enum bench_tone tone, const char *text)
{
    if (tone == BENCH_BAD)
        put_line(plain, stderr, "threadlab: ", text);
    else
        put_line(plain, stdout, "", text);
}

static void prompt(struct plain *plain)
{
    if (!plain->watched || plain->prompted || plain->waiting)
        return;
    fputs(plain->asked ? "[y/N] " : "> ", stdout);
    plain->prompted = true;
}

bool plain_is_watched(const struct plain *plain)
{
    return plain->watched;
}

/* Questions. */

static void forget_question(struct plain *plain)
{
    if (plain->asked && plain->release)
        plain->release(plain->arg);
    plain->asked = false;
}

void plain_confirm(struct plain *plain, const char *question,
                   void (*yes)(struct bench *bench, void *arg), void *arg,
                   void (*release)(void *arg))
{
    forget_question(plain);
    plain->yes = yes;
    plain->release = release;
    plain->arg = arg;
    plain->asked = true;
    plain_say(plain, BENCH_NOTE, question);
}

static void answer(struct plain *plain, const char *line)
{
    void *arg = plain->arg;
    void (*release)(void *arg) = plain->release;

    plain->asked = false;
    if ((line[0] == 'y' || line[0] == 'Y') && line[1] == '\0')
        plain->yes(plain->bench, arg);
    if (release)
        release(arg);
}

/* What only this front has. */

static void print_rows(struct plain *plain)
{
    struct bench *bench = plain->bench;
    const struct pane *pane = panes[bench->focus];
    struct str line;
    size_t row = 0;

    str_init(&line, 4 * LINE_MAX_COLUMNS);
    while (pane->print &&
           pane->print(bench->selves[bench->focus], row, &line)) {
        plain_say(plain, BENCH_NOTE, line.data);
        str_clear(&line);
        row++;
    }
    if (row == 0)
        plain_say(plain, BENCH_NOTE, _("there are no rows"));
    str_fini(&line);
}

static void print_action(struct plain *plain, const char *name,
                         const char *arguments, const char *summary)
{
    char text[256];

    snprintf(text, sizeof(text), "%s%s%s - %s", name, *arguments ? " " : "",
             arguments, summary);
    plain_say(plain, BENCH_NOTE, text);
}

static void print_help(struct plain *plain)
{
    struct catalog catalog;

    bench_catalog(plain->bench, &catalog);
    for (size_t i = 0; i < catalog.count; i++) {
        const struct action *action = catalog.actions[i];

        if (!action->screen)
            print_action(plain, action->name,
                         action->arguments ? action->arguments : "",
                         _(action->summary));
    }
    print_action(plain, "list", "", _("Print the rows of this pane"));
    print_action(plain, "wait", "", _("Go on when no download is left to do"));
    print_action(plain, "help", "", _("Print the commands"));
}

static bool is_alone(const char *line, const char *word)
{
    size_t len = strlen(word);

    line += strspn(line, " \t");
    return strncmp(line, word, len) == 0 &&
           line[len + strspn(line + len, " \t\r")] == '\0';
}

static bool run_own(struct plain *plain, const char *line)
{
    if (is_alone(line, "list") || is_alone(line, "rows"))
        print_rows(plain);
    else if (is_alone(line, "help"))
        print_help(plain);
    else if (is_alone(line, "wait"))
        plain->waiting = true;
    else
        return false;
    return true;
}

/* In. */

static void copy_rows(struct bench *bench)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        if (!bench->shown[i])
            continue;
        /* A window of one row follows the selection. */
        panes[i]->list(bench->selves[i])->height = 1;
        (void)panes[i]->refresh(bench->selves[i], clock_ms());
    }
}

static void complain(struct plain *plain, const struct err *err)
{
    char *text;

    if (plain->watched) {
        plain_say(plain, BENCH_BAD, err->text);
        return;
    }
    text = mem_printf("%s:%zu: %s", plain->inputs[plain->input].name,
                      plain->inputs[plain->input].lines.number, err->text);
    plain_say(plain, BENCH_BAD, text);
    mem_free(text);
    plain->bad++;
}

static void take_line(struct plain *plain, const char *line)
{
    struct err err;

    plain->prompted = false;
    if (plain->asked) {
        answer(plain, line);
        return;
    }
    copy_rows(plain->bench);
    if (!run_own(plain, line) && !bench_command(plain->bench, line, &err))
        complain(plain, &err);
}

static bool is_reading(const struct plain *plain)
{
    return plain->input < plain->input_count && !plain->stopping;
}

static void take_lines(struct plain *plain)
{
    while (is_reading(plain) && !plain->waiting && !plain->bench->over) {
        struct lines *lines = &plain->inputs[plain->input].lines;
        const char *line = lines_next(lines);

        if (line)
            take_line(plain, line);
        else if (lines->end)
            plain->input++;
        else
            return;
    }
}

/* The loop. */

static bool is_idle(const struct fetch_totals *totals)
{
    return !totals->reading &&
           totals->count[FETCH_QUEUED] + totals->count[FETCH_RUN] +
                   totals->count[FETCH_WAIT] + totals->count[FETCH_CHECK] ==
               0;
}

static void stop(struct plain *plain)
{
    struct fetch *fetch = plain->bench->engine->fetch;

    plain->stopping = true;
    plain->waiting = false;
    forget_question(plain);
    fetch_stop(fetch);
    plain_say(plain, BENCH_NOTE,
              _("stopping; what is here is kept. Once more to leave at once."));
}

/* Totals are copied before events are taken: what is counted as over has left
 * its event. */
static void look(struct plain *plain, struct fetch_totals *totals)
{
    fetch_totals(plain->bench->engine->fetch, totals);
    bench_news_take(plain->bench, clock_ms());
    if (is_idle(totals))
        plain->waiting = false;
}

static void close_when_read(struct plain *plain, struct fetch_totals *totals)
{
    if (is_reading(plain) || plain->closed)
        return;
    plain->closed = true;
    forget_question(plain);
    fetch_close(plain->bench->engine->fetch);
    look(plain, totals);
}

/* False at the end. */
static bool turn(struct plain *plain, struct fetch_totals *totals)
{
    struct bench *bench = plain->bench;
    bool waited;

    if (signals_stops() > 0 && !plain->stopping)
        stop(plain);
    do {
        look(plain, totals);
        take_lines(plain);
        waited = plain->waiting;
        look(plain, totals);
    } while (waited && !plain->waiting);
    close_when_read(plain, totals);
    if (bench->undo.what && clock_ms() >= bench->undo.until_ms)
        bench_undo_past(bench);
    if (bench->over || totals->finished || ferror(stdout))
        return false;
    prompt(plain);
    fflush(stdout);
    return true;
}

static void wait_for_more(struct plain *plain)
{
    struct bench *bench = plain->bench;
    bool reads = is_reading(plain) && !plain->waiting;
    struct lines *lines = reads ? &plain->inputs[plain->input].lines : NULL;
    struct pollfd polled[] = {
        {.fd = bench->engine->notify.fd, .events = POLLIN},
        {.fd = lines ? lines->fd : -1, .events = POLLIN},
    };

    signals_wait(polled, ARRAY_LEN(polled),
                 bench->undo.what ? bench->undo.until_ms : -1);
    if (polled[0].revents)
        notify_drain(&bench->engine->notify);
    if (lines && polled[1].revents)
        lines_read(lines);
}

static int status_of(const struct plain *plain,
                     const struct fetch_totals *totals,
                     const struct bench_options *options)
{
    uint64_t wrong = plain->bad + options->refused + totals->bad;
    uint64_t good = totals->count[FETCH_DONE] + totals->count[FETCH_SKIPPED];

    for (size_t i = 0; i < FETCH_STATES; i++)
        if (i != FETCH_DONE && i != FETCH_SKIPPED)
            wrong += totals->count[i];
    if (plain->stopping)
        return STOP;
    if (wrong > 0)
        return good > 0 ? SOME : FAILED;
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : FAILED;
}

static void add_input(struct plain *plain, const char *name, int fd)
{
    plain->inputs[plain->input_count].name = name;
    lines_init(&plain->inputs[plain->input_count++].lines, fd);
}

/* The script, and then the standard input, if that is meant: a script that runs
 * this with URLs has other plans for its own. */
static bool open_inputs(struct plain *plain,
                        const struct bench_options *options, struct err *err)
{
    bool from_input = options->script && strcmp(options->script, "-") == 0;

    plain->watched = isatty(STDIN_FILENO);
    if (options->script && !from_input) {
        int fd = open(options->script, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            return err_errno(err, errno, _("cannot read %s"), options->script);
        add_input(plain, options->script, fd);
    }
    if (from_input || plain->watched ||
        (!options->script && !options->has_urls))
        add_input(plain, _("standard input"), STDIN_FILENO);
    return true;
}

static void close_inputs(struct plain *plain)
{
    for (size_t i = 0; i < plain->input_count; i++) {
        if (plain->inputs[i].lines.fd != STDIN_FILENO)
            close(plain->inputs[i].lines.fd);
        lines_fini(&plain->inputs[i].lines);
    }
}

/* Of the configuration, which was read before. */
static void repeat_messages(struct plain *plain)
{
    const struct messages *messages = &plain->bench->messages;

    for (uint64_t i = 0; i < messages->count; i++) {
        const struct message *message = messages_get(messages, i);

        if (message)
            plain_say(plain, (enum bench_tone)message->tone, message->text);
    }
}

int plain_main(struct bench *bench, const struct bench_options *options)
{
    struct plain plain = {.bench = bench};
    struct fetch_totals totals = {.added = 0};
    struct err err;
    int status;

    bench->plain = &plain;
    repeat_messages(&plain);
    if (open_inputs(&plain, options, &err)) {
        while (turn(&plain, &totals))
            wait_for_more(&plain);
        status = status_of(&plain, &totals, options);
    } else {
        plain_say(&plain, BENCH_BAD, err.text);
        status = err_exit_status(err.code);
    }
    forget_question(&plain);
    close_inputs(&plain);
    bench_undo_past(bench);
    bench->plain = NULL;
    return status;
}
