/* Outside text for a screen, from any bytes: what comes out is a string within
 * its room, valid for the terminal, and of the columns asked for. The first two
 * bytes choose the room and the columns, the rest is the text. */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (!setlocale(LC_ALL, "C.UTF-8"))
        abort();
    return 0;
}

static void must(bool good)
{
    if (!good)
        abort();
}

/* All of it is UTF-8 that a terminal may get. */
static void check_text(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t used = fmt_utf8(text + i, len - i, &code);

        must(used > 0 && !fmt_unsafe(code));
        i += used;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room;
    size_t columns;
    size_t used;
    char *out;
    char *again;

    if (size < 2)
        return 0;
    room = data[0];
    columns = data[1] == 255 ? SIZE_MAX : data[1];
    out = mem_new(room); /* exactly, so that a byte too far is seen */
    used = fmt_clean(out, room, (const char *)data + 2, size - 2, columns);
    must(used <= columns);
    if (room > 0) {
        must(memchr(out, '\0', room) != NULL);
        check_text(out);
        must(fmt_columns(out) == used);
        /* What is clean stays as it is. */
        again = mem_new(room);
        must(fmt_clean(again, room, out, strlen(out), columns) == used);
        must(strcmp(again, out) == 0);
        mem_free(again);
    } else {
        must(used == 0);
    }
    mem_free(out);
    return 0;
}
