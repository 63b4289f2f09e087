/* Lines that were entered. */
#include "tui/history.h"

#include <stdlib.h>

#include "tap.h"

static void test_add(void)
{
    struct history *history = history_new(3);

    history_add(history, "");
    history_add(history, " \t");
    tap_int((long long)history_count(history), 0, "blank lines are not kept");
    history_add(history, "a");
    history_add(history, "b");
    history_add(history, "a");
    tap_int((long long)history_count(history), 2, "a line is kept once");
    tap_is(history_line(history, 0), "b", "the older one");
    tap_is(history_line(history, 1), "a", "the newest");
    tap_is(history_line(history, 2), NULL, "no more");
    history_add(history, "c");
    history_add(history, "d");
    tap_int((long long)history_count(history), 3, "as many as may be");
    tap_is(history_line(history, 0), "a", "the oldest is forgotten");
    history_free(history);
    history_free(NULL);
}

static void test_long(void)
{
    struct history *history = history_new(3);
    char *line = malloc(HISTORY_LINE + 2);

    memset(line, 'x', HISTORY_LINE + 1);
    line[HISTORY_LINE + 1] = '\0';
    history_add(history, line);
    tap_int((long long)history_count(history), 0, "too long a line");
    line[HISTORY_LINE] = '\0';
    history_add(history, line);
    tap_int((long long)history_count(history), 1, "the longest");
    free(line);
    history_free(history);
}

static void test_find(void)
{
    struct history *history = history_new(10);
    size_t index = 5;

    history_add(history, "get a");
    history_add(history, "help");
    history_add(history, "get b");
    tap_ok(history_before(history, "get", "", &index) && index == 2,
           "the newest");
    tap_ok(history_before(history, "get", "", &index) && index == 0,
           "the one before");
    tap_ok(!history_before(history, "get", "", &index) && index == 0,
           "no more, and the place stays");
    tap_ok(history_behind(history, "get", "", &index) && index == 2, "back");
    tap_ok(!history_behind(history, "get", "", &index) && index == 2, "all");
    index = 3;
    tap_ok(history_before(history, "get", "get b", &index) && index == 0,
           "one is left out");
    index = 3;
    tap_ok(history_search(history, "el", &index) && index == 1, "text inside");
    tap_ok(!history_search(history, "el", &index) && index == 1, "once");
    history_free(history);
}

int main(void)
{
    test_add();
    test_long();
    test_find();
    return tap_done();
}
