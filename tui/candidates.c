#include "candidates.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "complete.h"
#include "words.h"

void candidates_init(struct candidates *candidates, const char *typed)
{
    *candidates = (struct candidates){.typed = typed};
}

void candidates_fini(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        mem_free(candidates->items[i]);
    mem_free(candidates->items);
}

void candidates_add_text(struct candidates *candidates, const char *text)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (strcmp(candidates->items[i], text) == 0)
            return;
    if (candidates->count == CANDIDATES_MAX)
        return;
    candidates->items =
        mem_resize(candidates->items, candidates->count + 1, sizeof(char *));
    candidates->items[candidates->count++] = mem_strdup(text);
}

void candidates_add(struct candidates *candidates, const char *word)
{
    struct str text;

    if (complete_fit(candidates->typed, word) > COMPLETE_FOLDED)
        return;
    str_init(&text, WORDS_LINE);
    /* Quotes would keep a shell from seeing the home folder. */
    if (strncmp(word, "~/", 2) == 0) {
        str_puts(&text, "~/");
        word += 2;
    }
    if ((!*word && text.len > 0) || words_quote(&text, word))
        candidates_add_text(candidates, text.data);
    str_fini(&text);
}

void candidates_add_each(struct candidates *candidates, const char *words)
{
    while (*words) {
        size_t len = strcspn(words, "|");
        char *word = mem_strndup(words, len);

        candidates_add(candidates, word);
        mem_free(word);
        words += len + (words[len] == '|');
    }
}
