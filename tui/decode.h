/* Characters out of a terminal's bytes, in the encoding of the locale; what is
 * none in it is dropped. A locale that knows only ASCII is read as UTF-8, which
 * is what its terminal most likely sends: a pasted address stays whole. One
 * thread. */
#ifndef TUI_DECODE_H
#define TUI_DECODE_H

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

struct decode {
    locale_t locale; /* in place of the program's; or 0 */
    mbstate_t state;
    bool inside; /* of a character */
};

/* The program's locale is set. */
void decode_init(struct decode *decode);
void decode_fini(struct decode *decode);

/* True if byte ends a character. */
bool decode_byte(struct decode *decode, unsigned char byte, uint32_t *code);

/* Something else has come: what has begun is no character. */
void decode_reset(struct decode *decode);

#endif
