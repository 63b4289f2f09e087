/* Texts that were cut. */
#include "tui/killring.h"

#include "tap.h"

int main(void)
{
    struct killring ring;
    char text[] = "0";

    killring_init(&ring);
    tap_is(killring_get(&ring, 0), NULL, "nothing was cut");
    killring_extend(&ring, "ab", 2, false);
    tap_is(killring_get(&ring, 3), "ab", "one text, round and round");
    killring_extend(&ring, "cd", 2, false);
    killring_extend(&ring, "xyz", 2, true);
    tap_is(killring_get(&ring, 0), "xyabcd", "more behind and before it");
    killring_add(&ring, "new", 3);
    tap_is(killring_get(&ring, 0), "new", "another one");
    tap_is(killring_get(&ring, 1), "xyabcd", "the one before");
    tap_is(killring_get(&ring, 2), "new", "round");
    for (; text[0] <= '9'; text[0]++)
        killring_add(&ring, text, 1);
    tap_is(killring_get(&ring, 0), "9", "the newest of many");
    tap_is(killring_get(&ring, KILLRING_SIZE - 1), "2", "the oldest kept");
    tap_is(killring_get(&ring, KILLRING_SIZE), "9", "round over all");
    killring_fini(&ring);
    return tap_done();
}
