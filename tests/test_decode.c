#include "tui/decode.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

/* The characters in bytes, as "U+61 U+4E2D ". */
static const char *all(const char *bytes, size_t len)
{
    static char out[256];
    struct decode decode;
    size_t used = 0;

    out[0] = '\0';
    decode_init(&decode);
    for (size_t i = 0; i < len; i++) {
        uint32_t code;

        if (bytes[i] == '!')
            decode_reset(&decode);
        else if (decode_byte(&decode, (unsigned char)bytes[i], &code))
            used += (size_t)snprintf(out + used, sizeof(out) - used, "U+%X ",
                                     (unsigned)code);
    }
    decode_fini(&decode);
    return out;
}

static void is(const char *bytes, const char *want, const char *what)
{
    tap_is(all(bytes, strlen(bytes)), want, what);
}

static void test_utf8(void)
{
    is("a\xe4\xb8\xad\xf0\x9f\x98\x80z", "U+61 U+4E2D U+1F600 U+7A ",
       "characters");
    tap_is(all("\0a", 2), "U+0 U+61 ", "a NUL is one");
    is("\xff"
       "a\xe4\xb8"
       "b\x80"
       "c",
       "U+61 U+62 U+63 ", "what is none goes, and takes nothing with it");
    is("\xe4\xe4\xb8\xad", "U+4E2D ", "a character after a broken one");
    is("\xed\xa0\x80\xc0\xaf\xf8\x88\x80\x80\x80"
       "a",
       "U+61 ", "no surrogates, no overlong forms, nothing beyond Unicode");
    is("\xe4\xb8!\xad"
       "a",
       "U+61 ", "what came in between ends it");
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8")) {
        printf("1..0 # SKIP there is no C.UTF-8\n");
        return 0;
    }
    test_utf8();
    setlocale(LC_ALL, "C");
    is("a\xe4\xb8\xad\xff"
       "b",
       "U+61 U+4E2D U+62 ", "a locale of ASCII is read as UTF-8");
    return tap_done();
}
