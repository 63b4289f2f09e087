#include "notes.h"

#include <string.h>

#include "base/mem.h"

static void free_note(struct note *note)
{
    mem_free(note->name);
    mem_free(note->value);
    mem_free(note);
}

/* Takes the first one out. */
static struct note *pop(struct notes *notes)
{
    struct note *note = notes->first;

    notes->first = note->next;
    if (!notes->first)
        notes->last = NULL;
    notes->count--;
    return note;
}

void notes_fini(struct notes *notes)
{
    while (notes->first)
        free_note(pop(notes));
}

static void drop(struct notes *notes, const char *name)
{
    struct note *before = NULL;
    struct note *note = notes->first;

    while (note && strcmp(note->name, name) != 0) {
        before = note;
        note = note->next;
    }
    if (!note)
        return;
    if (before)
        before->next = note->next;
    else
        notes->first = note->next;
    if (notes->last == note)
        notes->last = before;
    notes->count--;
    free_note(note);
}

static void append(struct notes *notes, struct note *note)
{
    drop(notes, note->name);
    note->next = NULL;
    if (notes->last)
        notes->last->next = note;
    else
        notes->first = note;
    notes->last = note;
    if (++notes->count > NOTES_MAX)
        free_note(pop(notes));
}

void notes_put(struct notes *notes, const char *name, const char *value)
{
    struct note *note = mem_new(sizeof(*note));

    note->name = mem_strdup(name);
    note->value = mem_strdup(value);
    append(notes, note);
}

void notes_back(struct notes *notes, struct notes *newer)
{
    while (newer->first)
        append(notes, pop(newer));
    *newer = *notes;
    *notes = (struct notes){.first = NULL};
}
