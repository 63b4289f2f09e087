#include "threads/maps_line.h"

#include "tap.h"

static bool parse(const char *text, struct maps_line *line)
{
    return maps_line_read(text, strlen(text), line);
}

static void test_read(void)
{
    struct maps_line line;

    tap_ok(parse("7f0a1000-7f0a3000 r-xp 00026000 fe:01 1234     /usr/lib/a b",
                 &line) &&
               line.start == 0x7f0a1000 && line.end == 0x7f0a3000 &&
               line.offset == 0x26000 && line.executable,
           "a file");
    tap_ok(line.name_len == 12 && memcmp(line.name, "/usr/lib/a b", 12) == 0,
           "its name may hold blanks");
    tap_ok(parse("1000-2000 rw-p 00000000 00:00 0 ", &line) &&
               line.name_len == 0 && !line.executable,
           "nameless memory");
    tap_ok(parse("1000-2000 rw-p 00000000 00:00 0", &line) &&
               line.name_len == 0,
           "the same without a blank");
    tap_ok(parse("1000-2000 rw-p 00000000 00:00 0   [heap]", &line) &&
               line.name_len == 6,
           "the heap");
    tap_ok(parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 "
                 "[vsyscall]",
                 &line) &&
               line.start == 0xffffffffff600000,
           "the last page");
}

static void test_refused(void)
{
    static const char *const bad[] = {
        "",
        "-",
        "1000",
        "1000-",
        "1000-2000",
        "2000-1000 rw-p 0 00:00 0",
        "1000-1000 rw-p 0 00:00 0",
        "1000-2000 rw-",
        "1000-2000 rw-pp 0 00:00 0",
        "1000-2000 rw-p",
        "1000-2000 rw-p x 00:00 0",
        "1000-2000 rw-p 0 00:00",
        "1000-2000 rw-p 0 00:00 x",
        "10000000000000000-20000000000000000 rw-p 0 00:00 0"};
    struct maps_line line = {.start = 7};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        tap_ok(!parse(bad[i], &line) && line.start == 7, "refused: '%s'",
               bad[i]);
}

int main(void)
{
    test_read();
    test_refused();
    return tap_done();
}
