/* The same list gives the same however it is cut, and an entry that is written
 * as a line is read again. */
#include "fetch/listline.h"

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

static void put_value(struct str *out, const char *name, const char *value)
{
    if (!value)
        return;
    check(value[0] != '\0');
    str_printf(out, " %s=\"", name);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            str_putc(out, '\\');
        str_putc(out, *value);
    }
    str_putc(out, '"');
}

static void put_entry(struct str *out, const struct list_entry *entry)
{
    check(entry->url[0] && !strpbrk(entry->url, " \t\n"));
    check(entry->mirrors_count <= LIST_MIRRORS && entry->line > 0);
    str_puts(out, entry->url);
    for (size_t i = 0; i < entry->mirrors_count; i++) {
        check(!strpbrk(entry->mirrors[i], " \t\n"));
        str_printf(out, "\t%s", entry->mirrors[i]);
    }
    put_value(out, "out", entry->out);
    put_value(out, "dir", entry->dir);
    put_value(out, "checksum", entry->checksum);
    str_putc(out, '\n');
}

/* What the list holds, as lines; a bad line is "# line N: ...". */
static void drain(struct str *out, struct list_reader *reader,
                  enum list_next last)
{
    struct list_entry entry;
    struct err err = {ERR_NONE, ""};
    enum list_next got;

    list_entry_init(&entry);
    while ((got = list_reader_next(reader, &entry, &err)) != last) {
        if (got == LIST_ENTRY) {
            put_entry(out, &entry);
        } else {
            check(got == LIST_BAD && strncmp(err.text, "line ", 5) == 0);
            str_printf(out, "# %s\n", err.text);
        }
    }
    list_entry_fini(&entry);
}

static void read_list(struct str *out, const char *list, size_t len,
                      size_t step)
{
    struct list_reader reader;

    list_reader_init(&reader);
    for (size_t at = 0; at < len; at += step) {
        /* A copy, so that reading past the piece is seen. */
        size_t used = len - at < step ? len - at : step;
        char *piece = mem_dup(list + at, used);

        list_reader_feed(&reader, piece, used);
        drain(out, &reader, LIST_MORE);
        mem_free(piece);
    }
    list_reader_end(&reader);
    drain(out, &reader, LIST_END);
    list_reader_fini(&reader);
}

/* Bad lines are told as comments; a carriage return or a byte order mark that
 * belonged to a URL would fall away in another place. */
static bool is_canonical(const struct str *text)
{
    return strncmp(text->data, "# ", 2) != 0 && !strstr(text->data, "\n# ") &&
           strncmp(text->data, "\xef\xbb\xbf", 3) != 0 &&
           !strstr(text->data, "\r\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t step = size > 0 ? data[0] % 37u + 1 : 1;
    const char *list = (const char *)data + (size > 0);
    struct str whole;
    struct str pieces;

    size -= size > 0;
    str_init(&whole, 64 * 1024 * 1024);
    str_init(&pieces, 64 * 1024 * 1024);
    read_list(&whole, list, size, size + 1);
    read_list(&pieces, list, size, step);
    check(!whole.full && whole.len == pieces.len &&
          memcmp(whole.data, pieces.data, whole.len) == 0);
    if (is_canonical(&whole)) {
        str_clear(&pieces);
        read_list(&pieces, whole.data, whole.len, whole.len + 1);
        check(strcmp(whole.data, pieces.data) == 0);
    }
    str_fini(&whole);
    str_fini(&pieces);
    return 0;
}
