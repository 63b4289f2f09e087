#include "undo.h"

#include <string.h>

#include "base/mem.h"

void undo_init(struct undo *undo)
{
    undo->count = 0;
}

void undo_fini(struct undo *undo)
{
    undo_clear(undo);
}

void undo_clear(struct undo *undo)
{
    while (undo->count > 0)
        mem_free(undo->steps[--undo->count].text);
}

void undo_push(struct undo *undo, const char *text, size_t caret)
{
    if (undo->count == UNDO_SIZE) {
        mem_free(undo->steps[0].text);
        undo->count--;
        memmove(undo->steps, undo->steps + 1,
                undo->count * sizeof(undo->steps[0]));
    }
    undo->steps[undo->count++] =
        (struct undo_step){.text = mem_strdup(text), .caret = caret};
}

struct undo_step undo_pop(struct undo *undo)
{
    if (undo->count == 0)
        return (struct undo_step){.text = NULL};
    return undo->steps[--undo->count];
}
