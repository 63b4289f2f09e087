/* What can be done in every pane: the workbench's own rows of the table. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench_state.h"
#include "help.h"
#include "message_log.h"

enum { TWICE_MS = 2000, SIDE = 8 };

#define ACTION(function)                                            \
    static bool function(void *self, struct bench *bench, int argc, \
                         char **argv, struct err *err)
#define UNUSED (void)self, (void)argc, (void)argv, (void)err

/* Movements. */

static struct list *list_here(struct bench *bench)
{
    return panes[bench->focus]->list(bench->selves[bench->focus]);
}

static long page(const struct bench *bench, const struct list *list)
{
    (void)bench;
    return list->height > 1 ? (long)list->height - 1 : 1;
}

ACTION(move_down)
{
    UNUSED;
    list_move(list_here(bench), 1);
    return true;
}

ACTION(move_up)
{
    UNUSED;
    list_move(list_here(bench), -1);
    return true;
}

ACTION(move_first)
{
    UNUSED;
    list_select(list_here(bench), 0);
    return true;
}

ACTION(move_last)
{
    UNUSED;
    list_select(list_here(bench), list_here(bench)->count);
    return true;
}

ACTION(page_down)
{
    UNUSED;
    list_move(list_here(bench), page(bench, list_here(bench)));
    return true;
}

ACTION(page_up)
{
    UNUSED;
    list_move(list_here(bench), -page(bench, list_here(bench)));
    return true;
}

ACTION(half_down)
{
    UNUSED;
    list_move(list_here(bench), (page(bench, list_here(bench)) + 1) / 2);
    return true;
}

ACTION(half_up)
{
    UNUSED;
    list_move(list_here(bench), -((page(bench, list_here(bench)) + 1) / 2));
    return true;
}

ACTION(go_row)
{
    int64_t number;

    (void)self;
    (void)argc;
    if (!fmt_parse_int(argv[1], 1, INT64_MAX, &number, err))
        return false;
    list_select(list_here(bench), (size_t)number - 1);
    return true;
}

ACTION(scroll_left)
{
    struct list *list = list_here(bench);

    UNUSED;
    list->sideways -= list->sideways < SIDE ? list->sideways : SIDE;
    return true;
}

ACTION(scroll_right)
{
    UNUSED;
    list_here(bench)->sideways += SIDE;
    return true;
}

/* Panes. */

static void step(struct bench *bench, size_t by)
{
    size_t number = bench->focus;

    do
        number = (number + by) % LAYOUT_PANES;
    while (!bench->shown[number]);
    bench_set_focus(bench, number);
}

ACTION(pane_next)
{
    UNUSED;
    step(bench, 1);
    return true;
}

ACTION(pane_previous)
{
    UNUSED;
    step(bench, LAYOUT_PANES - 1);
    return true;
}

/* "pane 2", "pane threads". */
ACTION(pane_go)
{
    (void)self;
    (void)argc;
    for (size_t i = 0; i < LAYOUT_PANES; i++) {
        char number[4];

        if (!bench->shown[i])
            continue;
        snprintf(number, sizeof(number), "%zu", i + 1);
        if (strcmp(argv[1], number) == 0 ||
            strcmp(argv[1], panes[i]->name) == 0) {
            bench_set_focus(bench, i);
            return true;
        }
    }
    return err_set(err, ERR_USAGE, _("there is no pane \"%s\""), argv[1]);
}

static bool pane_number(struct bench *bench, size_t number, struct err *err)
{
    if (!bench->shown[number])
        return err_set(err, ERR_USAGE, _("there is no pane %zu"), number + 1);
    bench_set_focus(bench, number);
    return true;
}

ACTION(pane_1)
{
    UNUSED;
    return pane_number(bench, 0, err);
}

ACTION(pane_2)
{
    UNUSED;
    return pane_number(bench, 1, err);
}

static bool go(struct bench *bench, enum layout_way way)
{
    bench_set_focus(bench, layout_neighbour(&bench->layout, bench->focus, way));
    return true;
}

ACTION(pane_left)
{
    UNUSED;
    return go(bench, LAYOUT_LEFT);
}

ACTION(pane_down)
{
    UNUSED;
    return go(bench, LAYOUT_DOWN);
}

ACTION(pane_up)
{
    UNUSED;
    return go(bench, LAYOUT_UP);
}

ACTION(pane_right)
{
    UNUSED;
    return go(bench, LAYOUT_RIGHT);
}

ACTION(pane_zoom)
{
    UNUSED;
    bench->zoom = !bench->zoom;
    return true;
}

/* Words. */

ACTION(help)
{
    UNUSED;
    help_open(bench);
    return true;
}

ACTION(palette)
{
    UNUSED;
    bench_palette(bench, "");
    return true;
}

ACTION(filter_rows)
{
    (void)self;
    if (argc < 2 && bench->plain)
        return err_set(err, ERR_USAGE, _("write: filter TEXT, or filter ''"));
    if (argc < 2) {
        bench_filter(bench);
        return true;
    }
    bench_set_filter(bench, argv[1]);
    return true;
}

ACTION(messages)
{
    UNUSED;
    message_log_open(bench, &bench->messages);
    return true;
}

static bool copy_from(struct bench *bench,
                      bool (*get)(void *self, struct str *out), struct err *err)
{
    struct str text;
    bool ok;

    str_init(&text, MESSAGE_TEXT * 16);
    ok = get && get(bench->selves[bench->focus], &text);
    if (ok)
        bench_copy(bench, text.data);
    str_fini(&text);
    return ok || err_set(err, ERR_MISSING, _("there is nothing to copy here"));
}

ACTION(copy_value)
{
    UNUSED;
    return copy_from(bench, panes[bench->focus]->value, err);
}

ACTION(copy_command)
{
    UNUSED;
    return copy_from(bench, panes[bench->focus]->command, err);
}

ACTION(undo)
{
    UNUSED;
    bench_undo_back(bench);
    return true;
}

/* The display. */

ACTION(freeze)
{
    UNUSED;
    bench->frozen = !bench->frozen;
    bench_say(bench, BENCH_NOTE,
              bench->frozen ? _("the display stands still; Z goes on")
                            : _("the display goes on"));
    return true;
}

ACTION(mouse)
{
    UNUSED;
    bench->settings.mouse = !bench->settings.mouse;
    screen_mouse(&bench->screen, bench->settings.mouse);
    bench_say(bench, BENCH_NOTE,
              bench->settings.mouse ? _("mouse on") : _("mouse off"));
    return true;
}

ACTION(redraw_all)
{
    UNUSED;
    screen_redraw(&bench->screen);
    return true;
}

ACTION(suspend)
{
    UNUSED;
    screen_suspend(&bench->screen);
    bench_layers_place(bench);
    return true;
}

/* The end. */

ACTION(interrupt)
{
    int64_t now_ms = clock_ms();

    UNUSED;
    if (now_ms - bench->cancel_ms < TWICE_MS)
        bench_quit(bench);
    else
        bench_say(bench, BENCH_NOTE, _("Ctrl+C again to quit"));
    bench->cancel_ms = now_ms;
    return true;
}

ACTION(quit)
{
    UNUSED;
    bench_quit(bench);
    return true;
}

const struct action bench_actions[] = {
    {
        .name = "down",
        .keys = {"j", "Down"},
        .summary = N_("Down a row"),
        .run = move_down,
    },
    {
        .name = "up",
        .keys = {"k", "Up"},
        .summary = N_("Up a row"),
        .run = move_up,
    },
    {
        .name = "first",
        .keys = {"g", "Home"},
        .summary = N_("To the first row"),
        .run = move_first,
    },
    {
        .name = "last",
        .keys = {"G", "End"},
        .summary = N_("To the last row"),
        .run = move_last,
    },
    {
        .name = "row",
        .arguments = "N",
        .summary = N_("To a row by its number"),
        .run = go_row,
    },
    {
        .name = "page down",
        .keys = {"PgDn"},
        .summary = N_("Down a page"),
        .run = page_down,
        .screen = true,
    },
    {
        .name = "page up",
        .keys = {"PgUp"},
        .summary = N_("Up a page"),
        .run = page_up,
        .screen = true,
    },
    {
        .name = "half down",
        .keys = {"Ctrl+D"},
        .summary = N_("Down half a page"),
        .run = half_down,
        .screen = true,
    },
    {
        .name = "half up",
        .keys = {"Ctrl+U"},
        .summary = N_("Up half a page"),
        .run = half_up,
        .screen = true,
    },
    {
        .name = "left",
        .keys = {"h", "Left"},
        .summary = N_("Scroll to the left"),
        .run = scroll_left,
        .screen = true,
    },
    {
        .name = "right",
        .keys = {"l", "Right"},
        .summary = N_("Scroll to the right"),
        .run = scroll_right,
        .screen = true,
    },
    {
        .name = "pane next",
        .keys = {"Tab"},
        .summary = N_("To the next pane"),
        .run = pane_next,
    },
    {
        .name = "pane previous",
        .keys = {"Shift+Tab"},
        .summary = N_("To the pane before"),
        .run = pane_previous,
    },
    {
        .name = "pane left",
        .keys = {"Ctrl+W h", "Ctrl+W Left"},
        .summary = N_("To the pane at the left"),
        .run = pane_left,
        .screen = true,
    },
    {
        .name = "pane down",
        .keys = {"Ctrl+W j", "Ctrl+W Down"},
        .summary = N_("To the pane below"),
        .run = pane_down,
        .screen = true,
    },
    {
        .name = "pane up",
        .keys = {"Ctrl+W k", "Ctrl+W Up"},
        .summary = N_("To the pane above"),
        .run = pane_up,
        .screen = true,
    },
    {
        .name = "pane right",
        .keys = {"Ctrl+W l", "Ctrl+W Right"},
        .summary = N_("To the pane at the right"),
        .run = pane_right,
        .screen = true,
    },
    {
        .name = "pane 1",
        .keys = {"1"},
        .summary = N_("To the downloads"),
        .run = pane_1,
    },
    {
        .name = "pane 2",
        .keys = {"2"},
        .summary = N_("To the threads"),
        .run = pane_2,
    },
    {
        .name = "pane",
        .arguments = "NAME",
        .summary = N_("To a pane by its name"),
        .run = pane_go,
        .complete = bench_complete_pane,
    },
    {
        .name = "zoom",
        .keys = {"z"},
        .summary = N_("This pane alone, and back"),
        .hint = N_("zoom"),
        .run = pane_zoom,
        .screen = true,
    },
    {
        .name = "help",
        .keys = {"?", "F1"},
        .summary = N_("What can be done here"),
        .run = help,
        .screen = true,
    },
    {
        .name = "palette",
        .keys = {":"},
        .summary = N_("Type a command"),
        .run = palette,
        .screen = true,
    },
    {
        .name = "filter",
        .keys = {"/"},
        .arguments = "[TEXT]",
        .summary = N_("Only rows with a text in them"),
        .hint = N_("filter"),
        .run = filter_rows,
    },
    {
        .name = "messages",
        .keys = {"M"},
        .summary = N_("What has been said"),
        .run = messages,
        .screen = true,
    },
    {
        .name = "copy",
        .keys = {"y"},
        .summary = N_("Copy what the row stands for"),
        .run = copy_value,
    },
    {
        .name = "copy command",
        .keys = {"Y"},
        .summary = N_("Copy the command line that does the same"),
        .run = copy_command,
    },
    {
        .name = "undo",
        .keys = {"u"},
        .summary = N_("Take the last removal back"),
        .run = undo,
    },
    {
        .name = "set",
        .arguments = "[NAME VALUE]",
        .summary = N_("Change a setting; alone: list them"),
        .run = bench_do_set,
        .complete = bench_complete_set,
    },
    {
        .name = "bind",
        .arguments = "KEY COMMAND",
        .summary = N_("Give a command another key"),
        .run = bench_do_bind,
        .complete = bench_complete_bind,
    },
    {
        .name = "source",
        .arguments = "FILE",
        .summary = N_("Run the commands in a file"),
        .run = bench_do_source,
    },
    {
        .name = "screenshot",
        .arguments = "FILE",
        .summary = N_("Keep the screen as text, .ans or .svg"),
        .run = bench_do_screenshot,
        .screen = true,
    },
    {
        .name = "freeze",
        .keys = {"Z"},
        .summary = N_("Let the display stand still"),
        .run = freeze,
        .screen = true,
    },
    {
        .name = "mouse",
        .keys = {"m"},
        .summary = N_("Mouse on or off"),
        .run = mouse,
        .screen = true,
    },
    {
        .name = "redraw",
        .keys = {"Ctrl+L"},
        .summary = N_("Draw everything anew"),
        .run = redraw_all,
        .screen = true,
    },
    {
        .name = "suspend",
        .keys = {"Ctrl+Z"},
        .summary = N_("Back to the shell; fg returns"),
        .run = suspend,
        .screen = true,
    },
    {
        .name = "interrupt",
        .keys = {"Ctrl+C"},
        .summary = N_("Twice: quit"),
        .run = interrupt,
        .screen = true,
    },
    {
        .name = "quit",
        .keys = {"q"},
        .summary = N_("Quit; what is unfinished waits"),
        .hint = N_("quit"),
        .run = quit,
    },
    {.name = NULL},
};
