#include "theme.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { OWN = -1 }; /* the terminal's own colour */

struct look {
    attr_t attributes;
    short colour; /* OWN, 0..7, 8..15 where there are so many, or of 256 */
};

/* Without any colour: what remains must still tell all of it apart. */
static const struct look mono[ROLES] = {
    [ROLE_TEXT] = {A_NORMAL, OWN},     [ROLE_FAINT] = {A_NORMAL, OWN},
    [ROLE_RULE] = {A_NORMAL, OWN},     [ROLE_TITLE] = {A_NORMAL, OWN},
    [ROLE_FOCUS] = {A_REVERSE, OWN},   [ROLE_SELECTED] = {A_REVERSE, OWN},
    [ROLE_MARKED] = {A_BOLD, OWN},     [ROLE_KEY] = {A_BOLD, OWN},
    [ROLE_RUN] = {A_NORMAL, OWN},      [ROLE_WAIT] = {A_NORMAL, OWN},
    [ROLE_BLOCK] = {A_BOLD, OWN},      [ROLE_GOOD] = {A_NORMAL, OWN},
    [ROLE_BAD] = {A_BOLD, OWN},        [ROLE_BAR] = {A_NORMAL, OWN},
    [ROLE_MATCH] = {A_UNDERLINE, OWN},
};

static const struct look plain[ROLES] = {
    [ROLE_TEXT] = {A_NORMAL, OWN},
    [ROLE_FAINT] = {A_DIM, OWN},
    [ROLE_RULE] = {A_DIM, OWN},
    [ROLE_TITLE] = {A_BOLD, OWN},
    [ROLE_FOCUS] = {A_REVERSE | A_BOLD, OWN},
    [ROLE_SELECTED] = {A_REVERSE, OWN},
    [ROLE_MARKED] = {A_BOLD, OWN},
    [ROLE_KEY] = {A_BOLD, COLOR_CYAN},
    [ROLE_RUN] = {A_NORMAL, COLOR_GREEN},
    [ROLE_WAIT] = {A_NORMAL, COLOR_YELLOW},
    [ROLE_BLOCK] = {A_BOLD, COLOR_MAGENTA},
    [ROLE_GOOD] = {A_NORMAL, COLOR_GREEN},
    [ROLE_BAD] = {A_BOLD, COLOR_RED},
    [ROLE_BAR] = {A_NORMAL, COLOR_CYAN},
    [ROLE_MATCH] = {A_UNDERLINE, COLOR_YELLOW},
};

/* Nothing dim, everything that differs differs twice. */
static const struct look contrast[ROLES] = {
    [ROLE_TEXT] = {A_NORMAL, OWN},
    [ROLE_FAINT] = {A_NORMAL, OWN},
    [ROLE_RULE] = {A_BOLD, OWN},
    [ROLE_TITLE] = {A_BOLD, OWN},
    [ROLE_FOCUS] = {A_REVERSE | A_BOLD, OWN},
    [ROLE_SELECTED] = {A_REVERSE | A_BOLD, OWN},
    [ROLE_MARKED] = {A_BOLD | A_UNDERLINE, OWN},
    [ROLE_KEY] = {A_BOLD | A_UNDERLINE, OWN},
    [ROLE_RUN] = {A_BOLD, OWN},
    [ROLE_WAIT] = {A_NORMAL, OWN},
    [ROLE_BLOCK] = {A_BOLD | A_REVERSE, OWN},
    [ROLE_GOOD] = {A_BOLD, OWN},
    [ROLE_BAD] = {A_BOLD | A_REVERSE, COLOR_RED},
    [ROLE_BAR] = {A_BOLD, OWN},
    [ROLE_MATCH] = {A_BOLD | A_UNDERLINE, OWN},
};

/* Softer shades that are readable on light and on dark. */
static const struct look many[ROLES] = {
    [ROLE_TEXT] = {A_NORMAL, OWN},
    [ROLE_FAINT] = {A_NORMAL, 245},
    [ROLE_RULE] = {A_NORMAL, 244},
    [ROLE_TITLE] = {A_BOLD, OWN},
    [ROLE_FOCUS] = {A_REVERSE | A_BOLD, OWN},
    [ROLE_SELECTED] = {A_REVERSE, OWN},
    [ROLE_MARKED] = {A_BOLD, OWN},
    [ROLE_KEY] = {A_BOLD, 31},
    [ROLE_RUN] = {A_NORMAL, 34},
    [ROLE_WAIT] = {A_NORMAL, 136},
    [ROLE_BLOCK] = {A_BOLD, 133},
    [ROLE_GOOD] = {A_NORMAL, 34},
    [ROLE_BAD] = {A_BOLD, 160},
    [ROLE_BAR] = {A_NORMAL, 31},
    [ROLE_MATCH] = {A_UNDERLINE, 136},
};

static const struct {
    const char *name;
    const struct look *looks;
    int colours; /* the terminal needs at least so many */
} themes[] = {
    {"default", plain, 8},
    {"256", many, 256},
    {"high-contrast", contrast, 0},
    {"mono", mono, 0},
};

static bool coloured(enum theme_colour colour)
{
    const char *no_color = getenv("NO_COLOR");

    if (colour == THEME_COLOUR_NEVER || !has_colors())
        return false;
    return colour == THEME_COLOUR_ALWAYS || !no_color || !*no_color;
}

static const struct look *choose(const char *name, bool colours)
{
    for (size_t i = 0; i < ARRAY_LEN(themes); i++)
        if (strcmp(themes[i].name, name) == 0 &&
            (themes[i].colours == 0 ||
             (colours && themes[i].colours <= COLORS)))
            return themes[i].looks;
    return colours && COLORS >= 8 ? plain : mono;
}

void theme_load(struct theme *theme, const char *name, enum theme_colour colour)
{
    bool colours = coloured(colour);
    const struct look *looks = choose(name, colours);

    for (int i = 0; i < ROLES; i++) {
        int pair = colours && looks[i].colour != OWN
                       ? alloc_pair(looks[i].colour, OWN)
                       : 0;

        theme->attributes[i] = looks[i].attributes;
        theme->pairs[i] = pair > 0 ? pair : 0;
    }
}
