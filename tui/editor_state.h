/* The inside of an editor, for the files it is made of: editor.c (text),
 * editor_keys.c (keys), editor_recall.c (history, search), editor_complete.c
 * and editor_draw.c. Nobody else includes it. */
#ifndef TUI_EDITOR_STATE_H
#define TUI_EDITOR_STATE_H

#include "editor.h"
#include "killring.h"
#include "undo.h"

/* What a key did: some in a row are one. */
enum editor_act {
    EDITOR_ACT_NONE,
    EDITOR_ACT_TYPE,
    EDITOR_ACT_ERASE,
    EDITOR_ACT_KILL,
    EDITOR_ACT_YANK,
    EDITOR_ACT_RECALL,
    EDITOR_ACT_COMPLETE,
    EDITOR_ACT_OTHER
};

struct editor {
    size_t max;
    unsigned flags;
    const struct history *history;

    char *text; /* max + 1 bytes */
    size_t len;
    size_t caret; /* at a boundary of clusters, and so is left */
    size_t left;  /* first byte shown at the last look */

    enum editor_act act; /* of this key */
    enum editor_act last;
    struct undo undo;
    struct killring kills;
    size_t yanked_from;
    size_t yanked; /* how far back in the ring */

    /* Going through older lines, or searching them. */
    bool recalling;
    bool searching;
    bool search_failed;
    size_t recalled; /* index of the line shown; count: none yet */
    char *draft;     /* what was typed; NULL outside of both */
    size_t draft_caret;
    struct str sought;

    /* Going through candidates. */
    char **candidates; /* NULL: not now */
    size_t candidates_count;
    size_t chosen; /* count: what was typed */
    size_t completed_from;
    size_t completed_to;
    char *typed;
    bool backwards; /* the last key was Shift+Tab */
};

/* Before a change: keeps what was for undo, unless the change goes on with the
 * one before, and ends what only goes on with changes of its kind. */
void editor_change(struct editor *editor, enum editor_act act);

/* Replaces from..to by text; the caret goes behind it. False, and nothing is
 * done, if there is no room. */
bool editor_splice(struct editor *editor, size_t from, size_t to,
                   const char *text, size_t len);

/* Copies text cleaned to out, which has max + 1 bytes: false if it does not
 * fit. len becomes the new length. */
bool editor_clean(const struct editor *editor, char *out, const char *text,
                  size_t *len);

/* Whether editor_clean would leave the text as it is. */
bool editor_takes(const struct editor *editor, const char *text, size_t len);

/* Types one character; those that may not be in the text do nothing. */
enum editor_outcome editor_type(struct editor *editor, uint32_t code);

/* editor_recall.c. recall_key answers keys while searching; false if the search
 * is over and the key is for the line. */
enum editor_outcome editor_recall_older(struct editor *editor);
enum editor_outcome editor_recall_newer(struct editor *editor);
enum editor_outcome editor_search_start(struct editor *editor);
bool editor_search_key(struct editor *editor, struct stroke stroke,
                       enum editor_outcome *outcome);
void editor_recall_end(struct editor *editor);

/* editor_complete.c */
enum editor_outcome editor_complete_next(struct editor *editor, bool backwards);
enum editor_outcome editor_complete_undo(struct editor *editor);
void editor_complete_end(struct editor *editor);

#endif
