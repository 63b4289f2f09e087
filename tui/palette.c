/* Up and Down go through the history while the line is empty or from there,
 * else through the rows. Enter runs the line; if that is only the beginning of
 * a command, the row that was chosen, or the only one that begins so. */
#include "palette.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "complete.h"
#include "palette_state.h"
#include "words.h"

const char *palette_line(const struct palette *palette)
{
    return editor_text(palette->editor);
}

static void drop_words(struct palette *palette)
{
    candidates_fini(&palette->words);
    candidates_init(&palette->words, "");
}

static void complain(struct palette *palette, const char *why)
{
    mem_free(palette->why);
    palette->why = mem_strdup(why);
}

/* The rows that the line may become. */
static void fill(struct palette *palette)
{
    palette->list.count =
        catalog_match(&palette->catalog, palette_line(palette), palette->rows);
    palette->list.first = 0;
    palette->list.selected = 0;
    palette->chosen = false;
}

const struct action *palette_action(const struct palette *palette, size_t row)
{
    return row < palette->list.count
               ? palette->catalog.actions[palette->rows[row]]
               : NULL;
}

size_t palette_named(const struct palette *palette)
{
    struct words words;
    size_t used;

    words_read(palette_line(palette), WORDS_COMMENTS, &words);
    return catalog_find(&palette->catalog, words.argv, words.count, &used);
}

/* Whether only the first row is meant: no other is there, or begins so. */
static bool is_plain(const struct palette *palette)
{
    const char *line =
        palette_line(palette) + strspn(palette_line(palette), " \t");
    size_t begun = 0;

    for (size_t i = 0; *line && i < palette->list.count; i++)
        if (complete_fit(line, palette_action(palette, i)->name) <=
            COMPLETE_FOLDED)
            begun++;
    return begun == 1 || palette->list.count == 1;
}

size_t palette_enter_row(const struct palette *palette)
{
    if (palette->chosen)
        return palette->list.selected;
    if (palette_named(palette) == SIZE_MAX && is_plain(palette))
        return 0;
    return SIZE_MAX;
}

const char *palette_arguments(const struct palette *palette,
                              const struct action *action)
{
    struct words words;
    size_t used;

    words_read(palette_line(palette), WORDS_COMMENTS, &words);
    used = action_named(action, words.argv, words.count);
    if (used == 0 || used == words.count)
        return "";
    return palette_line(palette) + words.ranges[used].from;
}

/* Completion. */

/* What the word under the caret may be, and which bytes it has. */
static void gather(struct palette *palette, const char *line,
                   struct words *words, size_t *from)
{
    size_t caret = strlen(line);
    size_t at = words_at(words, caret);
    const char *typed = at < words->count ? words->argv[at] : "";
    size_t used;
    size_t found;

    *from = at < words->count ? words->ranges[at].from : caret;
    palette->words.typed = typed;
    catalog_names(&palette->catalog, line, *from, &palette->words);
    found = catalog_find(&palette->catalog, words->argv, at, &used);
    if (found != SIZE_MAX) {
        char empty[] = "";

        if (at == words->count)
            words->argv[at] = empty;
        bench_complete(palette->bench, palette->catalog.actions[found],
                       palette->catalog.owners[found], (int)(at - used + 2),
                       words->argv + used - 1, &palette->words);
    }
    palette->words.typed = "";
}

/* Nothing begins so: names that have it elsewhere, for the whole line. */
static void gather_others(struct palette *palette, const char *line,
                          size_t *from)
{
    *from = strspn(line, " \t");
    if (!line[*from] || palette_named(palette) != SIZE_MAX)
        return;
    for (size_t i = 0; i < palette->list.count; i++)
        candidates_add_text(&palette->words, palette_action(palette, i)->name);
}

static void complete(struct palette *palette)
{
    size_t caret = editor_caret(palette->editor);
    char *line = mem_strndup(palette_line(palette), caret);
    struct words words;
    struct err err;
    size_t from;
    size_t count;

    drop_words(palette);
    words_read(line, WORDS_COMMENTS, &words);
    gather(palette, line, &words, &from);
    if (palette->words.count == 0)
        gather_others(palette, line, &from);
    count = palette->words.count;
    if (count == 0)
        complain(palette, _("nothing begins so"));
    editor_complete(palette->editor, from, caret,
                    (const char *const *)palette->words.items, count);
    mem_free(line);
    fill(palette);
    /* On with its arguments. */
    if (count == 1 && palette_action(palette, 0) &&
        palette_action(palette, 0)->arguments &&
        strcmp(palette_line(palette), palette_action(palette, 0)->name) == 0 &&
        editor_paste(palette->editor, " ", 1, &err))
        fill(palette);
}

/* Enter. */

static enum overlay_outcome run(struct palette *palette, const char *line)
{
    history_add(bench_history(palette->bench), line);
    bench_remember_line(palette->bench, line);
    bench_command_later(palette->bench, line);
    return OVERLAY_CLOSE;
}

/* Its name into the line, so that the arguments can be typed. */
static enum overlay_outcome go_on(struct palette *palette,
                                  const struct action *action)
{
    char *line = mem_printf("%s ", action->name);
    struct err err;

    if (!editor_set(palette->editor, line, &err))
        complain(palette, err.text);
    mem_free(line);
    fill(palette);
    return OVERLAY_STAY;
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t")] == '\0';
}

static enum overlay_outcome enter(struct palette *palette)
{
    size_t row = palette_enter_row(palette);
    size_t entry =
        row != SIZE_MAX ? palette->rows[row] : palette_named(palette);
    const struct action *action;

    if (entry == SIZE_MAX && is_blank(palette_line(palette)))
        return OVERLAY_CLOSE;
    if (entry == SIZE_MAX && palette->list.count > 1) {
        complain(palette, _("several commands fit: Tab or Down chooses one"));
        return OVERLAY_STAY;
    }
    if (entry == SIZE_MAX)
        return run(palette, palette_line(palette));
    action = palette->catalog.actions[entry];
    if (*palette_arguments(palette, action))
        return run(palette, palette_line(palette));
    return action_needs_argument(action) ? go_on(palette, action)
                                         : run(palette, action->name);
}

/* Keys. */

static enum overlay_outcome edited(struct palette *palette,
                                   enum editor_outcome outcome)
{
    switch (outcome) {
    case EDITOR_CHANGED:
        fill(palette);
        break;
    case EDITOR_COMPLETE:
        complete(palette);
        break;
    case EDITOR_ENTER:
        return enter(palette);
    case EDITOR_CANCEL:
        return OVERLAY_CLOSE;
    case EDITOR_IGNORED:
    case EDITOR_SAME:
    case EDITOR_MOVED:
        break;
    }
    return OVERLAY_STAY;
}

static bool is_in_history(const struct palette *palette, struct stroke stroke)
{
    if (stroke.mods == STROKE_CTRL)
        return stroke.code == 'p' || stroke.code == 'n';
    if (stroke.mods != 0 || palette->chosen)
        return false;
    if (stroke.code == STROKE_UP)
        return palette->recalled || !*palette_line(palette);
    return stroke.code == STROKE_DOWN && palette->recalled;
}

/* True if the stroke moved among the rows. */
static bool choose(struct palette *palette, struct stroke stroke)
{
    bool up = stroke.code == STROKE_UP;

    if (stroke.mods != 0 ||
        (!up && stroke.code != STROKE_DOWN && stroke.code != STROKE_PAGE_UP &&
         stroke.code != STROKE_PAGE_DOWN))
        return false;
    if (palette->list.count == 0)
        return true;
    if (palette->chosen && up && palette->list.selected == 0)
        palette->chosen = false;
    else if (palette->chosen)
        list_key(&palette->list, stroke);
    else
        palette->chosen = true;
    return true;
}

static enum overlay_outcome key(void *self, struct bench *bench,
                                struct stroke stroke)
{
    struct palette *palette = self;
    bool tab = stroke.code == STROKE_TAB;
    bool recall;
    enum editor_outcome outcome;

    (void)bench;
    MEM_CLEAR(palette->why);
    if (!tab)
        drop_words(palette);
    recall = is_in_history(palette, stroke);
    if (!editor_search(palette->editor, NULL) && !recall &&
        choose(palette, stroke))
        return OVERLAY_STAY;
    outcome = editor_key(palette->editor, stroke);
    if (outcome == EDITOR_IGNORED)
        return stroke.code == STROKE_F1 ? OVERLAY_PASS : OVERLAY_STAY;
    palette->recalled = recall ? *palette_line(palette) != '\0'
                               : palette->recalled && outcome != EDITOR_CHANGED;
    return edited(palette, outcome);
}

static enum overlay_outcome paste(void *self, struct bench *bench,
                                  const char *text)
{
    struct palette *palette = self;
    struct err err;

    (void)bench;
    MEM_CLEAR(palette->why);
    if (!editor_paste(palette->editor, text, strlen(text), &err))
        complain(palette, err.text);
    palette->recalled = false;
    fill(palette);
    return OVERLAY_STAY;
}

static enum overlay_outcome mouse(void *self, struct bench *bench,
                                  const struct input_event *event)
{
    struct palette *palette = self;
    size_t row = palette->list.first + (size_t)event->row;

    (void)bench;
    if (event->kind == INPUT_WHEEL_UP || event->kind == INPUT_WHEEL_DOWN) {
        list_scroll(&palette->list, event->kind == INPUT_WHEEL_UP ? -3 : 3);
        return OVERLAY_STAY;
    }
    if (event->row < 1 || (size_t)event->row > palette->list.height ||
        row - 1 >= palette->list.count)
        return OVERLAY_STAY;
    list_select(&palette->list, row - 1);
    palette->chosen = true;
    return event->kind == INPUT_DOUBLE_CLICK ? enter(palette) : OVERLAY_STAY;
}

static void close(void *self)
{
    struct palette *palette = self;

    candidates_fini(&palette->words);
    editor_free(palette->editor);
    mem_free(palette->why);
    mem_free(palette);
}

static const struct overlay palette_overlay = {
    .name = "palette",
    .place = palette_place,
    .draw = palette_draw,
    .key = key,
    .paste = paste,
    .mouse = mouse,
    .close = close,
};

void palette_open(struct bench *bench, const char *line, const char *why)
{
    struct palette *palette = mem_new(sizeof(*palette));
    struct err err;

    palette->bench = bench;
    palette->editor = editor_new(WORDS_LINE, 0, bench_history(bench));
    palette->why = mem_strdup(why);
    candidates_init(&palette->words, "");
    bench_catalog(bench, &palette->catalog);
    if (!editor_set(palette->editor, line, &err))
        complain(palette, err.text);
    fill(palette);
    bench_overlay(bench, &palette_overlay, palette);
}
