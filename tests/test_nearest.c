/* The word that was probably meant. */
#include "base/nearest.h"

#include "tap.h"

static void test_near(void)
{
    static const char *const words[] = {"demo", "get", "help", "origin"};

    tap_is(nearest("gt", words, 4), "get", "a letter left out");
    tap_is(nearest("gett", words, 4), "get", "a letter added");
    tap_is(nearest("origim", words, 4), "origin", "a letter changed");
    tap_is(nearest("gte", words, 4), "get", "two letters swapped");
    tap_is(nearest("help", words, 4), "help", "the word itself");
    tap_is(nearest("download", words, 4), NULL, "nothing is near");
    tap_is(nearest("x", words, 0), NULL, "no words");
}

static void test_choice(void)
{
    static const char *const words[] = {"pause", "paste", "past"};

    tap_is(nearest("paste", words, 3), "paste", "the nearest of several");
    tap_is(nearest("pasue", words, 3), "pause", "a swap counts once");
}

int main(void)
{
    test_near();
    test_choice();
    return tap_done();
}
