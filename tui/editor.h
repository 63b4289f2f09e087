/* A line that is being typed: text of UTF-8, a caret between characters as a
 * person sees them, and the keys of readline. It draws nothing; it says what
 * part of the text fits into how many columns, and where the caret is then.
 *
 *   Left Right, Ctrl+B F      Ctrl+Left Right, Alt+B F   a character, a word
 *   Home End, Ctrl+A E        Backspace Delete Ctrl+D
 *   Ctrl+K U, Ctrl+W, Alt+D, Alt+Backspace   cut to the end, to the start, the
 *                             blank-separated word before, the word behind, the
 *                             word before; cuts in a row are one
 *   Ctrl+Y, then Alt+Y        put back what was cut, then what was cut before
 *   Ctrl+T, Ctrl+_            swap two characters, undo
 *   Up Down, Ctrl+P N         older and newer lines that start with what is
 *                             typed, which itself comes back at the end
 *   Ctrl+R                    search for text in older lines: typing adds to
 *                             it, Ctrl+R goes on, Esc goes back, any other key
 *                             takes the line
 *   Tab, Shift+Tab            complete
 *   Enter; Alt+Enter          done; a newline, with EDITOR_LINES
 *   Esc, Ctrl+C, Ctrl+G       cancel; so does Ctrl+D in an empty line
 *
 * Pure; belongs to one thread at a time. */
#ifndef TUI_EDITOR_H
#define TUI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "history.h"
#include "stroke.h"

struct editor;

enum editor_flags {
    /* The text may hold newlines; else they become spaces. */
    EDITOR_LINES = 1,
    /* A password: drawn as bullets, words and history are not known, nothing
     * is kept to be put back, and memory is wiped. */
    EDITOR_MASKED = 2
};

/* max: ceiling of the text in bytes, allocated at once. history: lent, and may
 * be NULL; then Up, Down and Ctrl+R are not the editor's. */
struct editor *editor_new(size_t max, unsigned flags,
                          const struct history *history);
void editor_free(struct editor *editor);

/* What is in the line, and which byte of it the caret is before. Stays until
 * the next call that changes it. */
const char *editor_text(const struct editor *editor);
size_t editor_len(const struct editor *editor);
size_t editor_caret(const struct editor *editor);

/* Another text, with the caret at its end; there is then nothing to undo. The
 * text is cleaned as by editor_paste. ERR_LIMIT as there. */
bool editor_set(struct editor *editor, const char *text, struct err *err)
    __attribute__((warn_unused_result));

/* The empty text. */
void editor_clear(struct editor *editor);

/* Inserts at the caret: all of it, or nothing with ERR_LIMIT. Tabs become
 * spaces, so do newlines without EDITOR_LINES (those at the end are dropped);
 * other controls and bytes that are not UTF-8 become U+FFFD each. The joiners
 * U+200C and U+200D stay: words and emoji are made with them. */
bool editor_paste(struct editor *editor, const char *text, size_t len,
                  struct err *err) __attribute__((warn_unused_result));

enum editor_outcome {
    EDITOR_IGNORED,  /* no key of the editor's */
    EDITOR_SAME,     /* nothing to do: at an end, the text is full */
    EDITOR_MOVED,    /* the caret, or what is searched */
    EDITOR_CHANGED,  /* the text */
    EDITOR_COMPLETE, /* call editor_complete, or do nothing */
    EDITOR_ENTER,
    EDITOR_CANCEL
};

enum editor_outcome editor_key(struct editor *editor, struct stroke stroke);

/* Completion, after EDITOR_COMPLETE. The bytes from..to (the word under the
 * caret) are replaced by what all candidates start with, if that is more than
 * there is, else by one candidate after the other at each Tab, and by what was
 * typed after the last one; Esc brings that back, too. Candidates are whole
 * words, quoted as they need be, and copied (no more than
 * EDITOR_CANDIDATES). */
enum { EDITOR_CANDIDATES = 512 };
enum editor_outcome editor_complete(struct editor *editor, size_t from,
                                    size_t to, const char *const *candidates,
                                    size_t count);

/* Which of the candidates stands in the line; SIZE_MAX if they are not gone
 * through at present. */
size_t editor_candidate(const struct editor *editor);

/* The text that Ctrl+R searches for; NULL outside of a search. failed may be
 * NULL; true means that no older line has it. */
const char *editor_search(const struct editor *editor, bool *failed);

/* What fits into so many columns. */
struct editor_window {
    size_t from;    /* first byte shown */
    size_t to;      /* behind the last */
    size_t caret;   /* its column, less than columns if there is any */
    size_t columns; /* used by from..to */
};

/* Scrolls only where it must, then by some columns at once, so that the caret
 * is in it with the character it is before, and some of the text before that.
 * No character is cut in half. The column behind the last character is free for
 * the caret. Widths are those of fmt_clean and so of the screen, which counts
 * code points: a family emoji is as wide as its members. */
struct editor_window editor_window(struct editor *editor, size_t columns);

/* Appends what a screen may show of a window: as fmt_clean would, joiners and
 * variation selectors left out, a newline as U+21B5. ascii: "*" for each bullet
 * (which a terminal may draw two columns wide) and a space for a newline. */
void editor_draw(const struct editor *editor, struct editor_window window,
                 bool ascii, struct str *out);

#endif
