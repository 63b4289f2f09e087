/* Any line can be split, and the words of it, quoted, are split into the same
 * ones again. */
#include "tui/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_words(const struct words *words, size_t len)
{
    check(words->count <= WORDS_MAX && !words->argv[words->count]);
    for (size_t i = 0; i < words->count; i++) {
        size_t from = words->ranges[i].from;
        size_t to = words->ranges[i].to;

        check(from <= to && to <= len);
        check(strlen(words->argv[i]) <= to - from);
        check(i == 0 || from > words->ranges[i - 1].to);
        check(words_at(words, from) == i && words_at(words, to) == i);
    }
}

/* A quoted line may be too long, though its words are not. */
static void check_again(const struct words *words, unsigned flags)
{
    static struct words again;
    struct err err = {ERR_NONE, ""};
    struct str line;

    str_init(&line, 8 * WORDS_LINE);
    for (size_t i = 0; i < words->count; i++) {
        check(words_quote(&line, words->argv[i]));
        check(str_putc(&line, ' '));
    }
    if (line.len <= WORDS_LINE) {
        check(words_split(line.data, flags, &again, &err));
        check(again.count == words->count);
        for (size_t i = 0; i < again.count; i++)
            check(strcmp(again.argv[i], words->argv[i]) == 0);
    }
    str_fini(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct words words;
    char *line = mem_strndup((const char *)data, size);
    size_t len = strlen(line);

    for (unsigned flags = 0; flags <= WORDS_COMMENTS; flags++) {
        struct err err = {ERR_NONE, ""};
        bool ok = words_split(line, flags, &words, &err);

        check(ok == (err.code == ERR_NONE));
        check(!ok || words.open == '\0');
        check_words(&words, len);
        check_again(&words, flags);
        check_again(&words, flags ^ WORDS_COMMENTS);
    }
    mem_free(line);
    return 0;
}
