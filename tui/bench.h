/* The workbench: one thread that sleeps in one poll, shows snapshots and sends
 * requests. Panes, overlays and actions see it through this; UI thread only. */
#ifndef TUI_BENCH_H
#define TUI_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action.h"
#include "base/err.h"
#include "engine/engine.h"
#include "list.h"
#include "overlay.h"
#include "pane.h"
#include "settings.h"

struct bench;
struct catalog;
struct history;

struct engine *bench_engine(struct bench *bench);
struct settings *bench_settings(struct bench *bench);

/* Something has to be drawn. */
void bench_touch(struct bench *bench);

/* A sentence for the user: at the foot for a while, and in the messages. */
enum bench_tone { BENCH_NOTE, BENCH_GOOD, BENCH_BAD };
void bench_say(struct bench *bench, enum bench_tone tone, const char *format,
               ...) __attribute__((format(printf, 3, 4)));
void bench_fail(struct bench *bench, const struct err *err);

/* Overlays can be shown; else all is lines (--plain). */
bool bench_has_screen(const struct bench *bench);

/* Opens an overlay, which then owns self. */
void bench_overlay(struct bench *bench, const struct overlay *overlay,
                   void *self);

/* Asks; yes(arg) only after y. release(arg) in any case. */
void bench_confirm(struct bench *bench, const char *question,
                   void (*yes)(struct bench *bench, void *arg), void *arg,
                   void (*release)(void *arg));

/* For 10 s u does back(arg); release(arg) after it, or when it is too late, or
 * another one comes. past (may be NULL) is done when it is too late. */
void bench_undoable(struct bench *bench, const char *what,
                    void (*back)(struct bench *bench, void *arg),
                    void (*past)(struct bench *bench, void *arg), void *arg,
                    void (*release)(void *arg));

/* It is too late for what could be taken back. */
void bench_undo_past(struct bench *bench);

/* Runs a command line as typed in the palette. */
bool bench_command(struct bench *bench, const char *line, struct err *err);

/* Runs a file of such lines ("#" starts a comment). */
bool bench_script(struct bench *bench, const char *path, struct err *err);

/* Opens the palette with a line to go on with. */
void bench_palette(struct bench *bench, const char *line);

/* Asks for the text that rows of the pane in focus must have; sets it, "" for
 * all rows. */
void bench_filter(struct bench *bench);
void bench_set_filter(struct bench *bench, const char *text);

/* To the clipboard of the terminal (OSC 52). */
void bench_copy(struct bench *bench, const char *text);

/* The panes that are here. */
void *bench_pane(struct bench *bench, size_t number); /* its self; or NULL */
size_t bench_focus(const struct bench *bench);
void bench_set_focus(struct bench *bench, size_t number);

/* Goes to the pane of that name and selects there what is called so; false: it
 * is not there. */
bool bench_reveal(struct bench *bench, const char *pane, const char *what);

/* Every action, those of the pane in focus first: action number i, whose
 * *owner is a pane's number or LAYOUT_PANES for the workbench's own; NULL at
 * the end. */
const struct action *bench_action(const struct bench *bench, size_t i,
                                  size_t *owner);
/* Its keys now ("j, Down"), with what bind has changed, and the first of them;
 * or "". Stays until the next call of either. */
const char *bench_keys(struct bench *bench, const struct action *action);
const char *bench_key(struct bench *bench, const struct action *action);
bool bench_run(struct bench *bench, const struct action *action, size_t owner,
               int argc, char **argv, struct err *err);

/* The same once the key that is being taken is done, as if its own key had been
 * pressed: for an overlay that closes. */
void bench_later(struct bench *bench, const struct action *action,
                 size_t owner);

/* The same with a command line. If it fails the palette is there with it. */
void bench_command_later(struct bench *bench, const char *line);

/* Every action there is now. */
void bench_catalog(const struct bench *bench, struct catalog *catalog);

/* What argv[argc - 1], of which only the beginning is there, may be in a line
 * that begins with action's name, argv[0]. */
void bench_complete(struct bench *bench, const struct action *action,
                    size_t owner, int argc, char **argv,
                    struct candidates *candidates);

/* The command lines of this session. */
struct history *bench_history(struct bench *bench);

/* What is to be there at the next start: a download as it is now, or not any
 * more, or right before another (0: last); a line of the palette. */
void bench_remember(struct bench *bench, uint64_t id);
void bench_forget(struct bench *bench, uint64_t id);
void bench_remember_place(struct bench *bench, uint64_t id, uint64_t other);
void bench_remember_line(struct bench *bench, const char *line);

/* The end: at once, or after a question if work would stop. */
void bench_quit(struct bench *bench);

enum { BENCH_GIVEN = 8 };

struct bench_options {
    struct {
        const char *name;
        const char *value;
    } given[BENCH_GIVEN]; /* settings from the command line, known to be good */
    size_t given_count;
    const char
        *script;    /* a file of commands, "-" the standard input; or NULL */
    bool plain;     /* no screen: lines in, lines out (plain.h) */
    bool has_urls;  /* were on the command line */
    size_t refused; /* of them cannot be downloaded */
};

/* Until the user leaves. Returns the exit status. The engine's rooms exist;
 * signals are taken (signals.h). */
int bench_main(struct engine *engine, const struct bench_options *options);

#endif
