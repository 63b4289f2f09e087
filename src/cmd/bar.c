#include "bar.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"

/* Columns of the fields, without the space before each. */
enum {
    NAME = 12, /* at least */
    BAR = 12,  /* at least, with both ends */
    BAR_MOST = 42,
    PERCENT = 5, /* room for "check" too */
    SIZE = 11,
    SPEED = 7,
    TIME = 8,
    /* Combining marks take bytes and no columns. */
    TEXT = 8 * BAR_COLUMNS_MAX
};

/* Columns of each field; 0: left out. */
struct layout {
    size_t name;
    size_t bar;
    size_t percent;
    size_t size;
    size_t speed;
    size_t time;
};

/* Takes columns (and a space) off what is left for the name, if that leaves
 * the name enough. */
static bool claim(struct layout *layout, size_t *field, size_t columns)
{
    if (layout->name < NAME + 1 + columns)
        return false;
    layout->name -= 1 + columns;
    *field = columns;
    return true;
}

/* What matters most is claimed first; after the first refusal nothing is, so
 * that a field never comes while a more important one is missing. */
static struct layout lay_out(size_t columns)
{
    struct layout layout = {.name = columns};
    size_t spare;

    if (!claim(&layout, &layout.percent, PERCENT) ||
        !claim(&layout, &layout.speed, SPEED) ||
        !claim(&layout, &layout.size, SIZE) ||
        !claim(&layout, &layout.time, TIME) ||
        !claim(&layout, &layout.bar, BAR))
        return layout;
    spare = (layout.name - NAME) * 2 / 5;
    spare = spare > BAR_MOST - BAR ? BAR_MOST - BAR : spare;
    layout.name -= spare;
    layout.bar += spare;
    return layout;
}

static void add_spaces(struct str *out, size_t count)
{
    str_printf(out, "%*s", (int)count, "");
}

/* text is clean and no wider than columns, or is cut. */
static void add_left(struct str *out, const char *text, size_t columns)
{
    char clean[TEXT];
    size_t used = fmt_clean(clean, sizeof clean, text, strlen(text), columns);

    str_puts(out, clean);
    add_spaces(out, columns - used);
}

static void add_right(struct str *out, const char *text, size_t columns)
{
    char clean[TEXT];
    size_t used = fmt_clean(clean, sizeof clean, text, strlen(text), columns);

    add_spaces(out, 1 + columns - used);
    str_puts(out, clean);
}

/* How many of cells are filled, in eighths. Rounded down: full means that all
 * is here. */
static size_t eighths_of(const struct bar *bar, size_t cells)
{
    size_t eighths;

    if (bar->total < 0)
        return 0;
    if (bar->bytes >= (uint64_t)bar->total)
        return 8 * cells;
    eighths =
        (size_t)((double)bar->bytes / (double)bar->total * 8 * (double)cells);
    return eighths < 8 * cells ? eighths : 8 * cells - 1;
}

static void add_cells(struct str *out, size_t eighths, size_t cells, bool utf8)
{
    static const char *const blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t whole = eighths / 8;
    bool part = utf8 && eighths % 8;

    for (size_t i = 0; i < whole; i++)
        str_puts(out, utf8 ? "█" : "#");
    if (part)
        str_puts(out, blocks[eighths % 8]);
    for (size_t i = whole + part; i < cells; i++)
        str_putc(out, utf8 ? ' ' : '.');
}

static void add_bar(struct str *out, const struct bar *bar, size_t columns,
                    struct bar_style style)
{
    size_t cells = columns - 2;

    str_puts(out, style.utf8 ? " ▕" : " [");
    if (style.colour)
        str_puts(out, bar->word ? "\033[33m" : "\033[32m");
    add_cells(out, eighths_of(bar, cells), cells, style.utf8);
    if (style.colour)
        str_puts(out, "\033[m");
    str_puts(out, style.utf8 ? "▏" : "]");
}

static void add_percent(struct str *out, const struct bar *bar)
{
    char text[FMT_MAX] = "";

    if (bar->total > 0)
        snprintf(text, sizeof text, "%u%%", (unsigned)eighths_of(bar, 100) / 8);
    add_right(out, text, PERCENT);
}

static void add_size(struct str *out, const struct bar *bar)
{
    char text[2 * FMT_MAX];
    char done[FMT_MAX];
    char all[FMT_MAX];

    fmt_bytes(done, bar->bytes);
    if (bar->total < 0)
        snprintf(text, sizeof text, "%s", done);
    else
        snprintf(text, sizeof text, "%s/%s", done,
                 fmt_bytes(all, (uint64_t)bar->total));
    add_right(out, text, SIZE);
}

/* "wait 0:04" over the columns of speed and time, or of what there is. */
static void add_word(struct str *out, const struct bar *bar,
                     const struct layout *layout)
{
    char text[64];
    char time[FMT_MAX];

    if (layout->time && bar->ms >= 0)
        snprintf(text, sizeof text, "%s %s", bar->word, fmt_ms(time, bar->ms));
    else
        snprintf(text, sizeof text, "%s", bar->word);
    add_right(out, text, layout->speed + (layout->time ? layout->time + 1 : 0));
}

static void add_speed(struct str *out, const struct bar *bar,
                      const struct layout *layout)
{
    char text[FMT_MAX];

    add_right(out, fmt_rate(text, bar->speed), layout->speed);
    if (layout->time)
        add_right(out, fmt_ms(text, bar->ms), layout->time);
}

void bar_line(struct str *out, const struct bar *bar, size_t columns,
              struct bar_style style)
{
    struct layout layout;

    if (columns < 4)
        return;
    layout = lay_out(columns < BAR_COLUMNS_MAX ? columns : BAR_COLUMNS_MAX);
    add_left(out, bar->name, layout.name);
    if (layout.bar)
        add_bar(out, bar, layout.bar, style);
    if (layout.percent && !layout.speed && bar->word)
        add_right(out, bar->word, layout.percent);
    else if (layout.percent)
        add_percent(out, bar);
    if (layout.size)
        add_size(out, bar);
    if (layout.speed && bar->word)
        add_word(out, bar, &layout);
    else if (layout.speed)
        add_speed(out, bar, &layout);
}

/* The parts of the line of all files, as they follow each other. */
enum part {
    PART_COUNT,
    PART_FAILED,
    PART_BYTES,
    PART_SPEED,
    PART_LEFT,
    PART_CONNECTIONS,
    PART_NOTE,
    PARTS
};

enum { PART_TEXT = 64, PART_GAP = 2 };

static void fill_parts(char parts[PARTS][PART_TEXT],
                       const struct bar_total *total)
{
    char text[FMT_MAX];

    memset(parts, 0, PARTS * sizeof parts[0]);
    snprintf(parts[PART_COUNT], PART_TEXT,
             total->more ? "%" PRIu64 " of %" PRIu64 "+ files"
                         : "%" PRIu64 " of %" PRIu64 " files",
             total->done, total->of);
    if (total->failed)
        snprintf(parts[PART_FAILED], PART_TEXT, "%" PRIu64 " failed",
                 total->failed);
    snprintf(parts[PART_BYTES], PART_TEXT, "%s", fmt_bytes(text, total->bytes));
    snprintf(parts[PART_SPEED], PART_TEXT, "%s", fmt_rate(text, total->speed));
    if (total->eta_ms >= 0)
        snprintf(parts[PART_LEFT], PART_TEXT, "%s left",
                 fmt_ms(text, total->eta_ms));
    if (total->connections)
        snprintf(parts[PART_CONNECTIONS], PART_TEXT,
                 total->connections == 1 ? "%u connection" : "%u connections",
                 total->connections);
    if (total->note)
        snprintf(parts[PART_NOTE], PART_TEXT, "%s", total->note);
}

static size_t parts_columns(char parts[PARTS][PART_TEXT])
{
    size_t columns = 0;

    for (unsigned i = 0; i < PARTS; i++)
        if (parts[i][0])
            columns += fmt_columns(parts[i]) + (columns ? PART_GAP : 0);
    return columns;
}

void bar_total_line(struct str *out, const struct bar_total *total,
                    size_t columns, struct bar_style style)
{
    static const enum part least[] = {PART_CONNECTIONS, PART_BYTES,
                                      PART_LEFT,        PART_SPEED,
                                      PART_NOTE,        PART_FAILED};
    char parts[PARTS][PART_TEXT];
    bool first = true;

    fill_parts(parts, total);
    for (size_t i = 0; i < ARRAY_LEN(least); i++)
        if (parts_columns(parts) > columns)
            parts[least[i]][0] = '\0';
    for (unsigned i = 0; i < PARTS; i++) {
        char clean[4 * PART_TEXT];
        bool red = style.colour && i == PART_FAILED;

        if (!parts[i][0])
            continue;
        fmt_clean(clean, sizeof clean, parts[i], strlen(parts[i]), columns);
        str_printf(out, "%*s%s%s%s", first ? 0 : PART_GAP, "",
                   red ? "\033[31m" : "", clean, red ? "\033[m" : "");
        first = false;
    }
}

void bar_more_line(struct str *out, size_t more, size_t columns)
{
    char text[FMT_MAX];
    char clean[4 * FMT_MAX];

    snprintf(text, sizeof text, "+ %zu more", more);
    fmt_clean(clean, sizeof clean, text, strlen(text), columns);
    str_puts(out, clean);
}

struct bar_style bar_style_here(void)
{
    const char *no = getenv("NO_COLOR");

    return (struct bar_style){
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .colour = !no || !*no,
    };
}
