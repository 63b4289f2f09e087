/* What a piece of text is; theme.c says how that looks. */
#ifndef TUI_ROLE_H
#define TUI_ROLE_H

enum role {
    ROLE_TEXT,
    ROLE_FAINT,    /* columns' heads, what is over */
    ROLE_RULE,     /* lines between panes */
    ROLE_TITLE,    /* a pane's */
    ROLE_FOCUS,    /* the title of the pane in focus */
    ROLE_SELECTED, /* the selected row of the pane in focus */
    ROLE_MARKED,   /* the selected row of another pane; a tagged row */
    ROLE_KEY,      /* a key in a hint */
    ROLE_RUN,
    ROLE_WAIT,
    ROLE_BLOCK,
    ROLE_GOOD,
    ROLE_BAD,
    ROLE_BAR,
    ROLE_MATCH, /* what a filter found */
    ROLES
};

#endif
