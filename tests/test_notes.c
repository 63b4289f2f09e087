#include "session/notes.h"

#include <stdio.h>

#include "tap.h"

/* "name=value name ..." */
static const char *shown(const struct notes *notes)
{
    static char text[400];
    size_t len = 0;

    text[0] = '\0';
    for (const struct note *note = notes->first; note; note = note->next)
        len += (size_t)snprintf(
            text + len, sizeof(text) - len, "%s%s%s%s", len ? " " : "",
            note->name, note->value ? "=" : "", note->value ? note->value : "");
    return text;
}

int main(void)
{
    struct notes notes = {.first = NULL};
    struct notes newer = {.first = NULL};

    notes_put(&notes, "a", "1");
    notes_put(&notes, "b", NULL);
    notes_put(&notes, "c", "3");
    tap_is(shown(&notes), "a=1 b c=3", "in order");
    notes_put(&notes, "a", "4");
    notes_put(&notes, "a", "5");
    tap_is(shown(&notes), "b c=3 a=5", "each name once, the newest last");
    notes_put(&notes, "c", NULL);
    tap_is(shown(&notes), "b a=5 c", "from the middle");
    tap_int((long long)notes.count, 3, "three");
    notes_put(&newer, "a", "6");
    notes_put(&newer, "d", "7");
    notes_back(&notes, &newer);
    tap_is(shown(&newer), "b c a=6 d=7", "what came since stands last");
    tap_ok(!notes.first && notes.count == 0, "the older list is empty");
    notes_back(&notes, &newer);
    tap_is(shown(&newer), "b c a=6 d=7", "nothing before it");
    for (int i = 0; i < 2 * NOTES_MAX; i++) {
        char name[16];

        snprintf(name, sizeof(name), "%d", i);
        notes_put(&newer, name, NULL);
    }
    tap_int((long long)newer.count, NOTES_MAX, "never more than the most");
    tap_is(newer.first->name, "1000", "the oldest goes");
    tap_is(newer.last->name, "1999", "the newest stays");
    notes_fini(&newer);
    tap_ok(!newer.first && newer.count == 0, "gone");
    return tap_done();
}
