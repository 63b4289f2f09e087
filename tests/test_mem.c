#include "base/mem.h"

#include <stdint.h>

#include "death.h"
#include "tap.h"

static void overflow(void)
{
    volatile size_t count = SIZE_MAX / 2; /* not for the compiler to see */

    mem_free(mem_resize(NULL, count, 3));
}

static void test_copies(void)
{
    char *text = mem_strdup("abc");

    tap_is(text, "abc", "mem_strdup");
    MEM_CLEAR(text);
    tap_ok(text == NULL, "MEM_CLEAR");
    tap_ok(mem_strdup(NULL) == NULL, "mem_strdup(NULL)");
    text = mem_strndup("abcdef", 3);
    tap_is(text, "abc", "mem_strndup stops at its length");
    mem_free(text);
    text = mem_strndup("ab\0def", 6);
    tap_is(text, "ab", "mem_strndup stops at a NUL");
    mem_free(text);
    text = mem_dup("a\0b", 4);
    tap_ok(memcmp(text, "a\0b", 4) == 0, "mem_dup");
    mem_free(text);
    text = mem_printf("%d-%s", 7, "x");
    tap_is(text, "7-x", "mem_printf");
    mem_free(text);
}

static void test_sizes(void)
{
    static const char zero[64];
    char *data = mem_new(sizeof(zero));

    tap_ok(memcmp(data, zero, sizeof(zero)) == 0, "mem_new is zeroed");
    memset(data, 'x', sizeof(zero));
    data = mem_resize(data, 100, 1000);
    tap_ok(data[0] == 'x' && data[63] == 'x', "mem_resize keeps the content");
    data = mem_resize(data, 0, 1000);
    tap_ok(data != NULL, "mem_resize to nothing");
    mem_free(data);
    data = mem_new(0);
    tap_ok(data != NULL, "mem_new(0)");
    mem_free(data);
    tap_is(death_words(overflow), "threadlab: out of memory\n",
           "a size that overflows aborts");
}

int main(void)
{
    test_copies();
    test_sizes();
    return tap_done();
}
