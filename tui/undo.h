/* How a text was before its last changes: whole copies, for texts of a few
 * KiB. Pure; belongs to one thread at a time. */
#ifndef TUI_UNDO_H
#define TUI_UNDO_H

#include <stddef.h>

enum { UNDO_SIZE = 64 };

struct undo_step {
    char *text;
    size_t caret;
};

/* Read no fields. */
struct undo {
    struct undo_step steps[UNDO_SIZE]; /* oldest first */
    size_t count;
};

void undo_init(struct undo *undo);
void undo_fini(struct undo *undo);
void undo_clear(struct undo *undo);

/* Keeps a copy; the oldest of UNDO_SIZE is forgotten. */
void undo_push(struct undo *undo, const char *text, size_t caret);

/* The last step, whose text the caller frees; text is NULL if there is none. */
struct undo_step undo_pop(struct undo *undo);

#endif
