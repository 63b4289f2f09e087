/* The page is asked for when its field is left; what picks the links at every
 * key. The room answers by number, and what it answers last is shown. */
#include "harvest_dialog.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "harvest_state.h"

enum { SIDEWAYS = 8, WHEEL_ROWS = 3 };

static const char *text_of(const struct harvest_dialog *dialog,
                           enum harvest_place i)
{
    return editor_text(dialog->fields[i]);
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

void harvest_see(struct harvest_dialog *dialog)
{
    uint64_t before = dialog->shown.number;

    fetch_preview_see(dialog->fetch, &dialog->shown);
    if (dialog->shown.number == before)
        return;
    mem_free(dialog->off);
    dialog->off_count = dialog->shown.links;
    dialog->off = mem_new(dialog->off_count * sizeof(*dialog->off));
    list_select(&dialog->list, 0);
    dialog->list.first = 0;
}

size_t harvest_on(const struct harvest_dialog *dialog)
{
    size_t on = 0;

    for (size_t i = 0; i < dialog->off_count; i++)
        on += !dialog->off[i];
    return on;
}

static void ask(struct harvest_dialog *dialog, bool again)
{
    char *page = path_expand(dialog->page);
    const struct fetch_look look = {
        .page = page,
        .match = or_null(text_of(dialog, HARVEST_MATCH)),
        .json_path = or_null(text_of(dialog, HARVEST_PATH)),
        .again = again,
    };

    if (*page &&
        !fetch_preview(dialog->fetch, &look, &dialog->asked, &dialog->why))
        bench_fail(dialog->bench, &dialog->why);
    mem_free(page);
}

/* The page's field is left. again: though it is the same as before. */
static void ask_page(struct harvest_dialog *dialog, bool again)
{
    bool same = strcmp(dialog->page, text_of(dialog, HARVEST_PAGE)) == 0;

    if (same && !again)
        return;
    mem_free(dialog->page);
    dialog->page = mem_strdup(text_of(dialog, HARVEST_PAGE));
    if (*dialog->page) {
        ask(dialog, same);
    } else {
        fetch_preview_end(dialog->fetch);
        dialog->asked = 0;
    }
}

static void go(struct harvest_dialog *dialog, size_t place)
{
    if (dialog->place == HARVEST_PAGE)
        ask_page(dialog, false);
    dialog->place = (enum harvest_place)(place % HARVEST_PLACES);
}

/* Enter on the links. */
static enum overlay_outcome take(struct harvest_dialog *dialog)
{
    size_t on = harvest_on(dialog);
    char *dir = path_expand(text_of(dialog, HARVEST_INTO));
    bool ok;

    if (on == 0)
        ok = err_set(&dialog->why, ERR_MISSING,
                     _("there is no link to download"));
    else
        ok = fetch_preview_take(dialog->fetch, dialog->shown.number,
                                dialog->off, or_null(dir), &dialog->why);
    mem_free(dir);
    if (!ok)
        return OVERLAY_STAY;
    bench_say(dialog->bench, BENCH_GOOD,
              ngettext("%zu link becomes a download",
                       "%zu links become downloads", on),
              on);
    return OVERLAY_CLOSE;
}

static void toggle(struct harvest_dialog *dialog)
{
    size_t row = dialog->list.selected;

    if (row < dialog->off_count)
        dialog->off[row] = !dialog->off[row];
    list_move(&dialog->list, 1);
}

/* All on; if they are, all off. */
static void toggle_all(struct harvest_dialog *dialog)
{
    bool off = harvest_on(dialog) == dialog->off_count;

    for (size_t i = 0; i < dialog->off_count; i++)
        dialog->off[i] = off;
}

static void scroll(struct harvest_dialog *dialog, bool right)
{
    size_t *at = &dialog->list.sideways;

    if (right && *at + SIDEWAYS < FETCH_LINK)
        *at += SIDEWAYS;
    else if (!right)
        *at -= *at < SIDEWAYS ? *at : SIDEWAYS;
}

static enum overlay_outcome links_key(struct harvest_dialog *dialog,
                                      struct stroke stroke)
{
    stroke = stroke_fold(stroke);
    if (stroke.mods != 0)
        return OVERLAY_STAY;
    switch (stroke.code) {
    case STROKE_ENTER:
        return take(dialog);
    case ' ':
        toggle(dialog);
        break;
    case 'a':
        toggle_all(dialog);
        break;
    case STROKE_LEFT:
    case STROKE_RIGHT:
        scroll(dialog, stroke.code == STROKE_RIGHT);
        break;
    case STROKE_UP:
    case 'k':
        if (dialog->list.selected == 0)
            go(dialog, HARVEST_INTO);
        else
            list_move(&dialog->list, -1);
        break;
    default:
        list_key(&dialog->list, stroke);
    }
    return OVERLAY_STAY;
}

static void changed(struct harvest_dialog *dialog)
{
    if (*dialog->page &&
        (dialog->place == HARVEST_MATCH || dialog->place == HARVEST_PATH))
        ask(dialog, false);
}

static enum overlay_outcome field_key(struct harvest_dialog *dialog,
                                      struct stroke stroke)
{
    switch (editor_key(dialog->fields[dialog->place], stroke)) {
    case EDITOR_CHANGED:
        changed(dialog);
        break;
    case EDITOR_ENTER:
        if (dialog->place == HARVEST_PAGE)
            ask_page(dialog, true);
        go(dialog,
           dialog->place == HARVEST_MATCH ? HARVEST_INTO : dialog->place + 1);
        break;
    case EDITOR_CANCEL:
        return OVERLAY_CLOSE;
    case EDITOR_IGNORED:
        if (stroke.code == STROKE_UP && dialog->place > 0)
            go(dialog, dialog->place - 1);
        else if (stroke.code == STROKE_DOWN)
            go(dialog, dialog->place + 1);
        else if (stroke.code == STROKE_F1)
            return OVERLAY_PASS;
        break;
    case EDITOR_SAME:
    case EDITOR_MOVED:
    case EDITOR_COMPLETE:
        break;
    }
    return OVERLAY_STAY;
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct harvest_dialog *dialog = self;

    (void)bench;
    dialog->why = (struct err){.code = ERR_NONE};
    if (stroke.code == STROKE_TAB) {
        bool back = (stroke.mods & STROKE_SHIFT) != 0;

        go(dialog, dialog->place + (back ? HARVEST_PLACES - 1 : 1));
        return OVERLAY_STAY;
    }
    if (dialog->place != HARVEST_LINKS)
        return field_key(dialog, stroke);
    return stroke.code == STROKE_ESCAPE ? OVERLAY_CLOSE
                                        : links_key(dialog, stroke);
}

static enum overlay_outcome paste(void *self, struct bench *bench,
                                  const char *text)
{
    struct harvest_dialog *dialog = self;

    (void)bench;
    dialog->why = (struct err){.code = ERR_NONE};
    if (dialog->place < HARVEST_FIELDS &&
        editor_paste(dialog->fields[dialog->place], text, strlen(text),
                     &dialog->why))
        changed(dialog);
    return OVERLAY_STAY;
}

static enum overlay_outcome mouse(void *self, struct bench *bench,
                                  const struct input_event *event)
{
    struct harvest_dialog *dialog = self;
    size_t row = dialog->list.first + (size_t)(event->row - dialog->links_row);

    (void)bench;
    if (event->kind == INPUT_WHEEL_UP || event->kind == INPUT_WHEEL_DOWN) {
        list_scroll(&dialog->list,
                    event->kind == INPUT_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS);
        return OVERLAY_STAY;
    }
    for (size_t i = 0; i < HARVEST_FIELDS; i++)
        if (dialog->rows[i] == event->row)
            go(dialog, i);
    if (event->row < dialog->links_row || row >= dialog->list.count)
        return OVERLAY_STAY;
    go(dialog, HARVEST_LINKS);
    list_select(&dialog->list, row);
    if (event->kind == INPUT_DOUBLE_CLICK)
        toggle(dialog);
    return OVERLAY_STAY;
}

/* What it looks like. */

static struct rect place(void *self, int rows, int cols)
{
    struct harvest_dialog *dialog = self;
    int margin = rows >= 30 ? 2 : 1;

    dialog->bare = layout_class_of(cols, rows) == LAYOUT_XS;
    return (struct rect){margin, 2, rows - 2 * margin, cols - 4};
}

static const char *title(void *self)
{
    (void)self;
    return _("Harvest the links of a page");
}

const char *harvest_hint(void *self)
{
    const struct harvest_dialog *dialog = self;

    switch (dialog->place) {
    case HARVEST_PAGE:
        return _("Enter fetch the page  Tab next  Esc close");
    case HARVEST_LINKS:
        return _("Enter download them  Space on or off  a all  Tab fields  "
                 "Esc close");
    case HARVEST_MATCH:
    case HARVEST_PATH:
    case HARVEST_INTO:
    case HARVEST_PLACES:
        break;
    }
    return _("Tab next, to the links  Enter on  Esc close");
}

static void close(void *self)
{
    struct harvest_dialog *dialog = self;

    fetch_preview_end(dialog->fetch);
    for (size_t i = 0; i < HARVEST_FIELDS; i++)
        editor_free(dialog->fields[i]);
    mem_free(dialog->page);
    mem_free(dialog->off);
    mem_free(dialog->links);
    mem_free(dialog);
}

static const struct overlay harvest_overlay = {
    .name = "harvest",
    .frame = true,
    .place = place,
    .title = title,
    .hint = harvest_hint,
    .draw = harvest_draw,
    .key = key,
    .paste = paste,
    .mouse = mouse,
    .close = close,
};

void harvest_dialog_open(struct bench *bench, const char *page,
                         const char *match)
{
    struct harvest_dialog *dialog = mem_new(sizeof(*dialog));

    dialog->bench = bench;
    dialog->fetch = bench_engine(bench)->fetch;
    dialog->page = mem_strdup("");
    for (size_t i = 0; i < HARVEST_FIELDS; i++)
        dialog->fields[i] = editor_new(HARVEST_TEXT, 0, NULL);
    if (editor_set(dialog->fields[HARVEST_PAGE], page, &dialog->why) && *page)
        dialog->place = HARVEST_MATCH;
    if (editor_set(dialog->fields[HARVEST_MATCH], match, &dialog->why) && *page)
        ask_page(dialog, false);
    bench_overlay(bench, &harvest_overlay, dialog);
}
