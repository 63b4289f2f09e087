#include "decode.h"

#include <langinfo.h>
#include <string.h>

enum { UNICODE_MAX = 0x10FFFF };

#define NO_LOCALE ((locale_t)0)

void decode_init(struct decode *decode)
{
    *decode = (struct decode){.locale = NO_LOCALE};
    if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
        decode->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", NO_LOCALE);
}

void decode_fini(struct decode *decode)
{
    if (decode->locale)
        freelocale(decode->locale);
}

void decode_reset(struct decode *decode)
{
    decode->state = (mbstate_t){0};
    decode->inside = false;
}

static size_t add(struct decode *decode, char byte, wchar_t *wide)
{
    locale_t before = decode->locale ? uselocale(decode->locale) : NO_LOCALE;
    size_t answer = mbrtowc(wide, &byte, 1, &decode->state);

    if (before)
        uselocale(before);
    return answer;
}

/* A byte that cannot go on with a character may begin the next. */
bool decode_byte(struct decode *decode, unsigned char byte, uint32_t *code)
{
    wchar_t wide = 0;
    bool inside = decode->inside;
    size_t answer = add(decode, (char)byte, &wide);

    if (answer == (size_t)-1) {
        decode_reset(decode);
        return inside && decode_byte(decode, byte, code);
    }
    decode->inside = answer == (size_t)-2;
    *code = (uint32_t)wide;
    /* glibc knows the UTF-8 of five bytes that once was. */
    return !decode->inside && *code <= UNICODE_MAX;
}
