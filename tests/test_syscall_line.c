#include "threads/syscall_line.h"

#include "tap.h"

static bool parse(const char *text, struct syscall_line *line)
{
    return syscall_line_read(text, strlen(text), line);
}

static void test_read(void)
{
    struct syscall_line line;

    tap_ok(parse("running\n", &line) && line.kind == SYSCALL_RUNNING,
           "running");
    tap_ok(
        parse("202 0x7ffd10 0x80 0x2 0x0 0x0 0x5 0x7ffd00 0x7f01\n", &line) &&
            line.kind == SYSCALL_INSIDE && line.number == 202,
        "in a system call");
    tap_ok(line.args[0] == 0x7ffd10 && line.args[1] == 0x80 &&
               line.args[2] == 2 && line.args[5] == 5,
           "its arguments");
    tap_ok(line.stack == 0x7ffd00 && line.code == 0x7f01, "where it stands");
    tap_ok(parse("-1 0x7ffd00 0x7f01\n", &line) &&
               line.kind == SYSCALL_OUTSIDE && line.stack == 0x7ffd00,
           "blocked outside of one");
}

static void test_refused(void)
{
    static const char *const bad[] = {
        "",
        "\n",
        "runningx",
        "runnin",
        "running 1",
        "-1 0x1\n",
        "-2 0x1 0x2\n",
        "1 0x1 0x2 0x3 0x4 0x5 0x6 0x7\n",
        "1 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8 0x9\n",
        "1 0x1 0x2 0x3 0x4 0x5 6 0x7 0x8\n",
        "99999999999999999999 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n"};
    struct syscall_line line;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        tap_ok(!parse(bad[i], &line) && line.kind == SYSCALL_UNKNOWN,
               "refused: '%s'", bad[i]);
}

int main(void)
{
    test_read();
    test_refused();
    return tap_done();
}
