#include "threads/stat_line.h"

#include "tap.h"

#define REST                                                              \
    " S 1 2 3 4 -1 4194304 107 0 0 0 11 22 0 0 20 0 1 0 1524726 3133440 " \
    "398 18446744073709551615 0 0\n"

static bool parse(const char *text, struct stat_line *line)
{
    return stat_line_read(text, strlen(text), line);
}

static void test_read(void)
{
    struct stat_line line;

    tap_ok(parse("4711 (fetch-1)" REST, &line), "a line of the kernel");
    tap_int(line.tid, 4711, "its thread");
    tap_is(line.name, "fetch-1", "its name");
    tap_ok(line.state == 'S', "its state");
    tap_int((long long)line.run_ticks, 33, "user and system time");
    tap_int((long long)line.start_ticks, 1524726, "its start");
}

static void test_names(void)
{
    struct stat_line line;

    tap_ok(parse("1 (a) R 2 (b)" REST, &line) && line.state == 'S',
           "the name ends at the last parenthesis");
    tap_is(line.name, "a) R 2 (b", "and has all before it");
    tap_ok(parse("1 ()" REST, &line) && line.name[0] == '\0', "no name");
    tap_ok(parse("1 (\x1b[31m\n)" REST, &line), "any bytes");
    tap_is(line.name, "\x1b[31m\n", "stay as they are");
    tap_ok(parse("1 (123456789012345)" REST, &line), "15 bytes");
    tap_ok(!parse("1 (1234567890123456)" REST, &line), "16 are too many");
}

static void test_refused(void)
{
    static const char *const bad[] = {"",
                                      "1",
                                      "1 (a",
                                      "1 (a)",
                                      "1 (a) ",
                                      "1 (a) S",
                                      "1 (a) S ",
                                      "1 (a)S 1 2 3",
                                      "1 a) S 1 2 3",
                                      "0 (a)" REST,
                                      "x (a)" REST,
                                      "2147483648 (a)" REST,
                                      "1 (a) S 1 2 3 4 5 6 7 8 9 10\n",
                                      ")",
                                      "1 )",
                                      "1 ("};
    struct stat_line line = {.tid = 9};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        tap_ok(!parse(bad[i], &line) && line.tid == 9, "refused: '%s'", bad[i]);
    tap_ok(!stat_line_read("1 (a\0b)" REST, sizeof("1 (a\0b)" REST) - 1, &line),
           "refused: a NUL in the name");
}

int main(void)
{
    test_read();
    test_names();
    test_refused();
    return tap_done();
}
