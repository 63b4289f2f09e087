/* The loop: wait for the terminal, for the rooms, or for a moment; take what
 * there is; draw what has changed. */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "base/text.h"
#include "bench_state.h"
#include "catalog.h"
#include "confirm.h"
#include "filter_prompt.h"
#include "history.h"
#include "palette.h"
#include "plain.h"
#include "words.h"

enum {
    FRAMES = 10,
    FRAMES_SSH = 4,
    SECOND_MS = 1000,
    STILL_MS = 3000,
    HISTORY_LINES = 500
};

/* Nothing tells a program that goes on in the background that it has come to
 * the foreground. */
enum { BACKGROUND_MS = 250 };

struct engine *bench_engine(struct bench *bench)
{
    return bench->engine;
}

struct settings *bench_settings(struct bench *bench)
{
    return &bench->settings;
}

bool bench_has_screen(const struct bench *bench)
{
    return !bench->plain;
}

void bench_touch(struct bench *bench)
{
    bench->dirty = true;
}

void bench_say(struct bench *bench, enum bench_tone tone, const char *format,
               ...)
{
    char text[MESSAGE_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    messages_add(&bench->messages, (enum message_tone)tone, text);
    if (bench->plain)
        plain_say(bench->plain, tone, text);
    bench->dirty = true;
}

void bench_fail(struct bench *bench, const struct err *err)
{
    bench_say(bench, BENCH_BAD, "%s", err->text);
}

void bench_copy(struct bench *bench, const char *text)
{
    if (bench->plain) {
        plain_say(bench->plain, BENCH_NOTE, text);
        return;
    }
    screen_copy(&bench->screen, text);
    bench_say(bench, BENCH_GOOD, _("copied: %s"), text);
}

void *bench_pane(struct bench *bench, size_t number)
{
    return number < LAYOUT_PANES ? bench->selves[number] : NULL;
}

size_t bench_focus(const struct bench *bench)
{
    return bench->focus;
}

void bench_set_focus(struct bench *bench, size_t number)
{
    if (number < LAYOUT_PANES && bench->shown[number])
        bench->focus = number;
    bench->dirty = true;
}

bool bench_reveal(struct bench *bench, const char *pane, const char *what)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        if (!bench->shown[i] || strcmp(panes[i]->name, pane) != 0)
            continue;
        if (!panes[i]->reveal || !panes[i]->reveal(bench->selves[i], what))
            return false;
        bench_set_focus(bench, i);
        return true;
    }
    return false;
}

/* Actions. */

const struct action *bench_action(const struct bench *bench, size_t i,
                                  size_t *owner)
{
    const struct action *action;

    for (size_t turn = 0; turn < LAYOUT_PANES; turn++) {
        size_t number = (bench->focus + turn) % LAYOUT_PANES;

        if (!bench->shown[number])
            continue;
        *owner = number;
        for (action = panes[number]->actions; action->name; action++)
            if (i-- == 0)
                return action;
    }
    *owner = LAYOUT_PANES;
    for (action = bench_actions; action->name; action++)
        if (i-- == 0)
            return action;
    return NULL;
}

bool bench_run(struct bench *bench, const struct action *action, size_t owner,
               int argc, char **argv, struct err *err)
{
    void *self = owner < LAYOUT_PANES ? bench->selves[owner] : bench;

    bench->dirty = true;
    if (action->screen && bench->plain)
        return err_set(err, ERR_USAGE, _("%s is for a screen"), action->name);
    if (argc < 2 && action_needs_argument(action))
        return err_set(err, ERR_USAGE, _("%s needs %s"), action->name,
                       action->arguments);
    return action->run(self, bench, argc, argv, err);
}

void bench_catalog(const struct bench *bench, struct catalog *catalog)
{
    const struct action *action;
    size_t owner;

    catalog->count = 0;
    for (size_t i = 0; (action = bench_action(bench, i, &owner)); i++)
        catalog_add(catalog, action, owner);
}

static bool run_words(struct bench *bench, struct words *words, struct err *err)
{
    struct catalog catalog;
    size_t used;
    size_t found;

    bench_catalog(bench, &catalog);
    found = catalog_find(&catalog, words->argv, words->count, &used);
    if (found == SIZE_MAX)
        return err_set(err, ERR_USAGE,
                       _("there is no command \"%s\"; ? lists them"),
                       words->argv[0]);
    return bench_run(bench, catalog.actions[found], catalog.owners[found],
                     (int)(words->count - used + 1), words->argv + used - 1,
                     err);
}

bool bench_command(struct bench *bench, const char *line, struct err *err)
{
    struct words words;

    return words_split(line, WORDS_COMMENTS, &words, err) &&
           (words.count == 0 || run_words(bench, &words, err));
}

/* Panes. */

static void add_keys(struct bench *bench, const struct action *actions,
                     size_t owner)
{
    for (const struct action *action = actions; action->name; action++)
        bindings_add(&bench->bindings, action, owner);
}

static void open_panes(struct bench *bench)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        if (!panes[i])
            continue;
        bench->selves[i] = panes[i]->open(bench);
        bench->shown[i] = bench->selves[i] != NULL;
        bench->again_ms[i] = -1;
        if (!bench->shown[i])
            continue;
        add_keys(bench, panes[i]->actions, i);
    }
    add_keys(bench, bench_actions, LAYOUT_PANES);
}

static void close_panes(struct bench *bench)
{
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (bench->selves[i])
            panes[i]->close(bench->selves[i]);
}

static void refresh_panes(struct bench *bench, int64_t now_ms)
{
    if (bench->frozen)
        return;
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (bench->shown[i])
            bench->again_ms[i] = panes[i]->refresh(bench->selves[i], now_ms);
}

/* The loop. */

static int64_t frame_ms(const struct bench *bench)
{
    int frames = bench->settings.frames;

    if (!bench->settings.motion)
        return STILL_MS;
    if (frames == 0)
        frames = getenv("SSH_TTY") ? FRAMES_SSH : FRAMES;
    return SECOND_MS / frames;
}

static int64_t earlier(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static int64_t deadline(struct bench *bench)
{
    int64_t next_ms = -1;

    if (!bench->screen.up)
        return clock_ms() + BACKGROUND_MS;
    if (bench->dirty)
        return bench->drawn_ms + frame_ms(bench);
    for (size_t i = 0; i < LAYOUT_PANES; i++)
        if (bench->shown[i] && !bench->frozen)
            next_ms = earlier(next_ms, bench->again_ms[i]);
    if (next_ms >= 0 && next_ms < bench->drawn_ms + frame_ms(bench))
        next_ms = bench->drawn_ms + frame_ms(bench);
    if (bench->messages.showing)
        next_ms = earlier(next_ms, bench->messages.until_ms);
    if (bench->undo.what)
        next_ms = earlier(next_ms, bench->undo.until_ms);
    next_ms = earlier(next_ms, news_deadline(&bench->news));
    return next_ms;
}

static void frame(struct bench *bench, int64_t now_ms)
{
    refresh_panes(bench, now_ms);
    bench->drawn_ms = now_ms;
    bench->dirty = false;
    bench_draw(bench);
}

/* True if keys came: what they did is shown at once. */
static bool take_input(struct bench *bench)
{
    struct input_event event;
    bool any = false;

    while (!bench->over && bench->screen.up &&
           input_next(&bench->input, &event)) {
        bench_take(bench, &event);
        any = true;
    }
    return any;
}

static void take_signals(struct bench *bench)
{
    if (signals_stops() > 0)
        bench->over = true;
    if (signals_resized()) {
        screen_resized(&bench->screen);
        bench_layers_place(bench);
        bench->dirty = true;
        bench->drawn_ms = 0;
    }
    if (signals_child())
        spawn_reap();
    if (signals_suspend()) {
        screen_suspend(&bench->screen);
        bench_layers_place(bench);
        bench->dirty = true;
    }
    if (signals_continued() || !bench->screen.up) {
        screen_resume(&bench->screen);
        bench_layers_place(bench);
        bench->dirty = true;
    }
}

static void turn(struct bench *bench)
{
    struct pollfd polled[] = {
        {.fd = bench->screen.up ? screen_fd(&bench->screen) : -1,
         .events = POLLIN},
        {.fd = bench->engine->notify.fd, .events = POLLIN},
    };
    bool typed = false;
    int64_t now_ms;

    signals_wait(polled, ARRAY_LEN(polled), deadline(bench));
    take_signals(bench);
    if (polled[1].revents) {
        notify_drain(&bench->engine->notify);
        bench_memory_status(bench);
        bench->dirty = true;
    }
    if (polled[0].revents & POLLIN)
        typed = take_input(bench);
    if (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        bench->over = true;
    now_ms = clock_ms();
    if (bench->undo.what && now_ms >= bench->undo.until_ms)
        bench_undo_past(bench);
    bench_news_take(bench, now_ms);
    if (!bench->over && bench->screen.up &&
        (typed || now_ms >= deadline(bench)) && (typed || deadline(bench) >= 0))
        frame(bench, now_ms);
}

void bench_palette(struct bench *bench, const char *line)
{
    palette_open(bench, line, NULL);
}

void bench_filter(struct bench *bench)
{
    filter_prompt_open(
        bench, panes[bench->focus]->filtered(bench->selves[bench->focus]));
}

void bench_set_filter(struct bench *bench, const char *text)
{
    panes[bench->focus]->filter(bench->selves[bench->focus], text);
    bench->dirty = true;
}

struct history *bench_history(struct bench *bench)
{
    return bench->history;
}

void bench_command_later(struct bench *bench, const char *line)
{
    mem_free(bench->later_line);
    bench->later_line = mem_strdup(line);
}

void bench_later(struct bench *bench, const struct action *action, size_t owner)
{
    bench->later = action;
    bench->later_owner = owner;
}

const char *bench_keys(struct bench *bench, const struct action *action)
{
    return bindings_keys(&bench->bindings, action, SIZE_MAX, bench->keys);
}

const char *bench_key(struct bench *bench, const struct action *action)
{
    return bindings_keys(&bench->bindings, action, 1, bench->keys);
}

void bench_confirm(struct bench *bench, const char *question,
                   void (*yes)(struct bench *bench, void *arg), void *arg,
                   void (*release)(void *arg))
{
    if (bench->plain)
        plain_confirm(bench->plain, question, yes, arg, release);
    else
        confirm_open(bench, question, yes, arg, release);
}

static void leave(struct bench *bench, void *arg)
{
    (void)arg;
    bench->over = true;
}

void bench_quit(struct bench *bench)
{
    char question[MESSAGE_TEXT];
    struct fetch_totals totals = {.added = 0};
    uint64_t left;
    uint64_t waiting;

    if (bench->engine->fetch)
        fetch_totals(bench->engine->fetch, &totals);
    left = totals.listed[FETCH_QUEUED] + totals.listed[FETCH_RUN] +
           totals.listed[FETCH_WAIT] + totals.listed[FETCH_CHECK];
    if (left == 0 || (bench->plain && !plain_is_watched(bench->plain))) {
        leave(bench, NULL);
        return;
    }
    waiting = bench_remembers(bench) ? left - bench_passing(bench, left) : 0;
    snprintf(question, sizeof(question),
             waiting > 0
                 ? ngettext("%llu download waits for the next start. Quit?",
                            "%llu downloads wait for the next start. Quit?",
                            (unsigned long)waiting)
                 : ngettext("%llu download is not finished and stops. Quit?",
                            "%llu downloads are not finished and stop. Quit?",
                            (unsigned long)left),
             (unsigned long long)(waiting > 0 ? waiting : left));
    bench_confirm(bench, question, leave, NULL, NULL);
}

static void run_script(struct bench *bench, const char *path)
{
    struct err err;
    bool typed = path && strcmp(path, "-") == 0 && isatty(STDIN_FILENO);

    if (path && !typed && !bench_script(bench, path, &err))
        bench_fail(bench, &err);
}

static bool open_screen(struct bench *bench, struct err *err)
{
    const struct screen_options options = {
        .theme = bench->settings.theme,
        .colour = settings_colour(&bench->settings),
        .ascii = bench->settings.ascii,
        .no_mouse = !bench->settings.mouse,
    };

    if (!screen_open(&bench->screen, &options, err))
        return false;
    signals_rescue(screen_rescue);
    input_init(&bench->input, &bench->screen);
    bench_screen_init(bench);
    return true;
}

/* On a screen, until the user leaves. */
static int screen_main(struct bench *bench, const struct bench_options *options)
{
    struct err err;

    if (!open_screen(bench, &err)) {
        fprintf(stderr, "threadlab: %s\n", err.text);
        return err_exit_status(err.code);
    }
    if (*bench->screen.notice)
        bench_say(bench, BENCH_NOTE, "%s", bench->screen.notice);
    bench_memory_load(bench);
    run_script(bench, options->script);
    bench->dirty = true;
    frame(bench, clock_ms());
    while (!bench->over)
        turn(bench);
    bench_undo_past(bench);
    bench_memory_save(bench);
    bench_screen_fini(bench);
    screen_close(&bench->screen);
    input_fini(&bench->input);
    return 0;
}

int bench_main(struct engine *engine, const struct bench_options *options)
{
    struct bench bench = {.engine = engine};
    int status;

    settings_init(&bench.settings);
    messages_init(&bench.messages);
    bindings_init(&bench.bindings);
    bench.history = history_new(HISTORY_LINES);
    open_panes(&bench);
    bench_configure(&bench, options);
    status = options->plain ? plain_main(&bench, options)
                            : screen_main(&bench, options);
    close_panes(&bench);
    bindings_fini(&bench.bindings);
    messages_fini(&bench.messages);
    history_free(bench.history);
    mem_free(bench.later_line);
    return status;
}
