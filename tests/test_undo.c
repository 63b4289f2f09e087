/* How a text was before. */
#include "tui/undo.h"

#include "base/mem.h"
#include "tap.h"

/* The text of the last step, and the caret, which is the step's number. */
static int pop(struct undo *undo)
{
    struct undo_step step = undo_pop(undo);
    int caret = step.text ? (int)step.caret : -1;

    if (step.text && (step.text[0] != 'a' || step.text[1]))
        caret = -2;
    mem_free(step.text);
    return caret;
}

int main(void)
{
    struct undo undo;
    int wrong = 0;

    undo_init(&undo);
    tap_int(pop(&undo), -1, "nothing was done");
    undo_push(&undo, "a", 1);
    undo_push(&undo, "a", 2);
    tap_int(pop(&undo), 2, "the last step first");
    tap_int(pop(&undo), 1, "then the one before");
    for (size_t i = 0; i < UNDO_SIZE + 3; i++)
        undo_push(&undo, "a", i);
    for (int i = UNDO_SIZE + 2; i >= 3; i--)
        wrong += pop(&undo) != i;
    tap_int(wrong, 0, "as many as may be");
    tap_int(pop(&undo), -1, "the oldest were forgotten");
    undo_push(&undo, "a", 1);
    undo_clear(&undo);
    tap_int(pop(&undo), -1, "all forgotten");
    undo_push(&undo, "a", 1);
    undo_fini(&undo);
    return tap_done();
}
