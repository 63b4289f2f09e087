#include "base/str.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "tap.h"

static void test_append(void)
{
    struct str str;

    str_init(&str, 1000);
    tap_is(str.data, "", "an empty string before the first append");
    tap_int((long long)str.room, 0, "which takes no memory");
    tap_ok(str_add(&str, NULL, 0), "nothing to append");
    tap_ok(str_puts(&str, "ab") && str_putc(&str, 'c'), "puts, putc");
    tap_ok(str_printf(&str, "%d%s", 12, "x"), "printf");
    tap_is(str.data, "abc12x", "the content");
    tap_ok(str_add(&str, "\0y", 2), "a NUL inside");
    tap_int((long long)str.len, 8, "the length counts it");
    tap_ok(memcmp(str.data, "abc12x\0y", 9) == 0, "and one more at the end");
    tap_ok(str_printf(&str, "%s", "") && str.len == 8, "an empty format");
    str_fini(&str);
    tap_is(str.data, "", "usable after str_fini");
}

static void test_ceiling(void)
{
    struct str str;

    str_init(&str, 5);
    tap_ok(str_puts(&str, "abc"), "below the ceiling");
    tap_ok(!str_puts(&str, "def"), "past it");
    tap_is(str.data, "abc", "nothing was appended");
    tap_ok(str.full, "the mark is set");
    tap_ok(str_puts(&str, "de") && str.full, "and stays set");
    tap_ok(!str_putc(&str, 'f'), "full to the byte");
    tap_ok(!str_printf(&str, "%d", 1), "printf past it");
    tap_is(str.data, "abcde", "printf appends nothing then");
    tap_ok(str.room <= 6, "no more memory than the ceiling");
    str_clear(&str);
    tap_ok(!str.full && str.len == 0 && str.room > 0, "str_clear");
    tap_ok(str_puts(&str, "abcde"), "room again");
    str_fini(&str);

    str_init(&str, SIZE_MAX);
    tap_ok(str_puts(&str, "a"), "no ceiling");
    tap_ok(!str_add(&str, "", SIZE_MAX - 1) && str.full,
           "a length that overflows");
    str_fini(&str);
}

static void test_shorten(void)
{
    struct str str;

    str_init(&str, 100);
    str_cut(&str, 0);
    str_drop(&str, 3);
    tap_is(str.data, "", "nothing to shorten");
    str_puts(&str, "abcdef");
    str_cut(&str, 9);
    tap_is(str.data, "abcdef", "a cut behind the end");
    str_cut(&str, 4);
    tap_is(str.data, "abcd", "cut");
    str_drop(&str, 1);
    tap_is(str.data, "bcd", "drop");
    str_drop(&str, 9);
    tap_is(str.data, "", "drop more than there is");
    tap_int((long long)str.len, 0, "its length");
    str_fini(&str);
}

static void test_take(void)
{
    struct str str;
    char *data;

    str_init(&str, 100);
    data = str_take(&str);
    tap_is(data, "", "taken before the first append");
    mem_free(data);
    str_puts(&str, "abc");
    data = str_take(&str);
    tap_is(data, "abc", "taken");
    tap_ok(str.len == 0 && str.max == 100, "empty after it");
    tap_ok(str_puts(&str, "d") && strcmp(data, "abc") == 0,
           "a string of its own");
    mem_free(data);
    str_fini(&str);
}

static void test_growth(void)
{
    struct str str;
    bool good = true;

    str_init(&str, 100000);
    for (int i = 0; i < 20000; i++)
        good = good && str_printf(&str, "%04d,", i % 10000);
    tap_ok(good && str.len == 100000, "20,000 appends to the ceiling");
    tap_ok(!str_putc(&str, 'x'), "and no further");
    tap_ok(memcmp(str.data + 99995, "9999,", 6) == 0, "the last of them");
    str_fini(&str);
}

int main(void)
{
    test_append();
    test_ceiling();
    test_shorten();
    test_take();
    test_growth();
    return tap_done();
}
