/* The workbench's own structure, for the bench_*.c files only. */
#ifndef TUI_BENCH_STATE_H
#define TUI_BENCH_STATE_H

#include "base/str.h"
#include "bench.h"
#include "bindings.h"
#include "input.h"
#include "layout.h"
#include "messages.h"
#include "news.h"
#include "screen.h"

enum { BENCH_OVERLAYS = 4 };

struct bench_layer {
    const struct overlay *overlay;
    void *self;
    struct _win_st *window;
    void *panel; /* PANEL, whose header only bench_draw.c needs */
    int row;     /* of the screen, where its window begins */
    int col;
    struct rect inside; /* of the window, where it draws */
};

/* What u would take back. */
struct bench_undo {
    char *what; /* NULL: nothing */
    int64_t until_ms;
    void (*back)(struct bench *bench, void *arg);
    void (*past)(struct bench *bench, void *arg);
    void *arg;
    void (*release)(void *arg);
};

/* A download as the session knows it. */
struct bench_known {
    uint64_t key; /* 0: it is not remembered */
    int64_t added_ms;
};

struct bench {
    struct engine *engine;
    struct settings settings;
    struct screen screen;
    struct input input;
    struct bindings bindings;
    struct messages messages;
    struct news news;
    struct plain *plain; /* NULL: there is a screen */
    struct bench_undo undo;

    void *selves[LAYOUT_PANES]; /* of the panes that are here */
    bool shown[LAYOUT_PANES];
    int64_t again_ms[LAYOUT_PANES]; /* what refresh said */
    size_t focus;
    bool zoom;
    struct layout layout;
    struct _win_st *base; /* the whole screen, below the overlays */
    void *base_panel;

    struct bench_layer layers[BENCH_OVERLAYS];
    size_t layer_count;

    struct stroke pending[ACTION_STROKES]; /* the beginning of a sequence */
    size_t pending_count;

    const struct action *later; /* bench_later */
    size_t later_owner;
    char *later_line; /* bench_command_later; or NULL */
    struct history *history;
    struct bench_known *known; /* by the download room's id */
    size_t known_count;
    char keys[BINDINGS_SHOWN]; /* bench_keys' answer */

    bool dirty;        /* something has to be drawn */
    bool frozen;       /* Z: snapshots stand still */
    int64_t drawn_ms;  /* the last frame that a ping caused */
    int64_t cancel_ms; /* the last Ctrl+C */
    int script_depth;
    bool over;
};

/* bench_draw.c */
void bench_layers_place(struct bench *bench);
void bench_draw(struct bench *bench);
void bench_screen_init(struct bench *bench);
void bench_screen_fini(struct bench *bench);
void bench_layer_close(struct bench *bench, size_t at);

/* bench_actions.c */
extern const struct action bench_actions[];

/* bench_complete.c */
void bench_complete_set(void *self, struct bench *bench, int argc, char **argv,
                        struct candidates *candidates);
void bench_complete_bind(void *self, struct bench *bench, int argc, char **argv,
                         struct candidates *candidates);
void bench_complete_pane(void *self, struct bench *bench, int argc, char **argv,
                         struct candidates *candidates);

/* bench_config.c */
bool bench_do_set(void *self, struct bench *bench, int argc, char **argv,
                  struct err *err);
bool bench_do_bind(void *self, struct bench *bench, int argc, char **argv,
                   struct err *err);
bool bench_do_source(void *self, struct bench *bench, int argc, char **argv,
                     struct err *err);
bool bench_do_screenshot(void *self, struct bench *bench, int argc, char **argv,
                         struct err *err);
void bench_configure(struct bench *bench, const struct bench_options *options);

/* bench_memory.c */
bool bench_remembers(const struct bench *bench);
/* How many downloads, of most that are not over, end with the workbench. */
uint64_t bench_passing(const struct bench *bench, uint64_t most);
void bench_memory_load(struct bench *bench);
void bench_memory_event(struct bench *bench, const struct fetch_event *event);
void bench_memory_status(struct bench *bench);
void bench_memory_save(struct bench *bench);

/* bench_input.c */
void bench_take(struct bench *bench, const struct input_event *event);

/* bench_news.c */
void bench_news_take(struct bench *bench, int64_t now_ms);

/* bench_undo.c */
void bench_undo_back(struct bench *bench);

#endif
