#include "listline.h"

#include <limits.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"

static const char blanks[] = " \t";

void list_entry_init(struct list_entry *entry)
{
    *entry = (struct list_entry){0};
}

void list_entry_fini(struct list_entry *entry)
{
    mem_free(entry->url);
    for (size_t i = 0; i < entry->mirrors_count; i++)
        mem_free(entry->mirrors[i]);
    mem_free(entry->mirrors);
    mem_free(entry->out);
    mem_free(entry->dir);
    mem_free(entry->checksum);
    list_entry_init(entry);
}

/* One line. */

/* Where the value of the option goes that text starts with; NULL for a name
 * that is none. *used gets the length of "NAME=", 0 if there is no such form:
 * a URL has a colon, a dot or a slash before its first "=". */
static char **option_place(struct list_entry *entry, const char *text,
                           size_t *used)
{
    struct {
        const char *name;
        char **place;
    } options[] = {{"out", &entry->out},
                   {"dir", &entry->dir},
                   {"checksum", &entry->checksum}};
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    *used = len > 0 && text[len] == '=' ? len + 1 : 0;
    for (size_t i = 0; *used > 0 && i < ARRAY_LEN(options); i++)
        if (strlen(options[i].name) == len &&
            memcmp(options[i].name, text, len) == 0)
            return options[i].place;
    return NULL;
}

static bool is_option(const char *text)
{
    struct list_entry entry;
    size_t used;

    option_place(&entry, text, &used);
    return used > 0;
}

static bool is_known_option(const char *text)
{
    struct list_entry entry;
    size_t used;

    return option_place(&entry, text, &used) != NULL;
}

/* How much of text is one value without quotes. */
static size_t value_len(const char *text, bool to_end)
{
    size_t len = strcspn(text, blanks);

    while (to_end && text[len]) {
        size_t gap = strspn(text + len, blanks);

        if (!text[len + gap] || is_known_option(text + len + gap))
            break;
        len += gap;
        len += strcspn(text + len, blanks);
    }
    return len;
}

/* A value in quotes; *at stands on the first one and is left behind the last.
 * NULL without a last one, or with something right behind it. */
static char *quoted(const char **at)
{
    const char *from = *at + 1;
    char *value = mem_new(strlen(from) + 1);
    size_t len = 0;

    while (*from && *from != '"') {
        if (*from == '\\' && from[1])
            from++;
        value[len++] = *from++;
    }
    if (*from == '"' && (!from[1] || strchr(blanks, from[1]))) {
        *at = from + 1;
        return value;
    }
    mem_free(value);
    return NULL;
}

static bool refuse(const char *text, size_t len, const char *why,
                   struct err *err)
{
    char clean[200];

    fmt_clean(clean, sizeof(clean), text, len, 40);
    return err_set(err, ERR_USAGE, "'%s' %s", clean, why);
}

/* The option that *at stands on. */
static bool parse_option(struct list_entry *entry, const char **at, bool to_end,
                         struct err *err)
{
    size_t used;
    char **place = option_place(entry, *at, &used);
    const char *name = *at;

    if (!place)
        return refuse(name, used - 1,
                      "is no option; there are out, dir and checksum", err);
    if (*place)
        return refuse(name, used - 1, "is given twice", err);
    *at += used;
    if (**at == '"') {
        *place = quoted(at);
        if (!*place)
            return refuse(name, strlen(name),
                          "has quotes that do not end where the value ends",
                          err);
    } else {
        size_t len = value_len(*at, to_end);

        *place = mem_strndup(*at, len);
        *at += len;
    }
    return (*place)[0] || refuse(name, used, "lacks its value", err);
}

static bool add_mirror(struct list_entry *entry, const char *text, size_t len,
                       struct err *err)
{
    if (entry->mirrors_count >= LIST_MIRRORS)
        return err_set(err, ERR_LIMIT, "there are more than %d mirrors",
                       LIST_MIRRORS);
    entry->mirrors = mem_resize(entry->mirrors, entry->mirrors_count + 1,
                                sizeof(*entry->mirrors));
    entry->mirrors[entry->mirrors_count++] = mem_strndup(text, len);
    return true;
}

/* A whole line that starts with a URL. */
static bool parse_url_line(struct list_entry *entry, const char *at,
                           struct err *err)
{
    size_t len;

    at += strspn(at, blanks);
    if (is_option(at))
        return err_set(err, ERR_USAGE,
                       "there is an option without a URL before it");
    len = strcspn(at, blanks);
    entry->url = mem_strndup(at, len);
    for (;;) {
        bool tab;

        at += len;
        len = strspn(at, blanks);
        tab = memchr(at, '\t', len) != NULL;
        at += len;
        if (!*at)
            return true;
        len = strcspn(at, blanks);
        if (is_option(at)) {
            if (!parse_option(entry, &at, false, err))
                return false;
            len = 0;
        } else if (!tab) {
            return refuse(at, len,
                          "is no option, nor a mirror, which stands behind a "
                          "tab; a space in a URL is written %20",
                          err);
        } else if (!add_mirror(entry, at, len, err)) {
            return false;
        }
    }
}

/* An indented line of options. */
static bool parse_option_line(struct list_entry *entry, const char *at,
                              struct err *err)
{
    for (;;) {
        at += strspn(at, blanks);
        if (!*at)
            return true;
        if (!is_option(at))
            return refuse(at, strlen(at), "is no option", err);
        if (!parse_option(entry, &at, true, err))
            return false;
    }
}

/* The reader. */

void list_reader_init(struct list_reader *reader)
{
    *reader = (struct list_reader){0};
    str_init(&reader->text, LIST_LINE);
    list_entry_init(&reader->pending);
}

void list_reader_fini(struct list_reader *reader)
{
    str_fini(&reader->text);
    list_entry_fini(&reader->pending);
    list_reader_init(reader);
}

void list_reader_feed(struct list_reader *reader, const char *bytes, size_t len)
{
    reader->input = bytes;
    reader->input_len = len;
}

void list_reader_end(struct list_reader *reader)
{
    reader->ended = true;
}

/* Takes bytes up to the end of a line; true when text holds a whole one. */
static bool take_line(struct list_reader *reader)
{
    const char *end = reader->input_len > 0
                          ? memchr(reader->input, '\n', reader->input_len)
                          : NULL;
    size_t len = end ? (size_t)(end - reader->input) : reader->input_len;
    size_t room = LIST_LINE - reader->text.len;
    size_t used = len + (end ? 1 : 0);

    if (len > room)
        reader->too_long = true;
    str_add(&reader->text, reader->input, len < room ? len : room);
    if (used > 0) {
        reader->input += used;
        reader->input_len -= used;
    }
    return end || (reader->ended && reader->text.len > 0);
}

/* A complete line: what surrounds its text falls away. */
static void begin_line(struct list_reader *reader)
{
    struct str *text = &reader->text;

    if (!reader->begun && text->len >= 3 &&
        memcmp(text->data, "\xef\xbb\xbf", 3) == 0)
        str_drop(text, 3);
    reader->begun = true;
    if (!reader->too_long && text->len > 0 && text->data[text->len - 1] == '\r')
        str_cut(text, text->len - 1);
    if (reader->line < INT_MAX)
        reader->line++;
    reader->waiting = true;
}

static void end_line(struct list_reader *reader)
{
    str_clear(&reader->text);
    reader->too_long = false;
    reader->waiting = false;
}

/* Leaves the pending URL and what still comes for it out. */
static enum list_next drop(struct list_reader *reader, struct err *err)
{
    err_prefix(err, "line %d", reader->line);
    list_entry_fini(&reader->pending);
    reader->have = false;
    reader->orphaned = true;
    end_line(reader);
    return LIST_BAD;
}

static bool check_line(const struct list_reader *reader, struct err *err)
{
    if (reader->too_long)
        return err_set(err, ERR_LIMIT, "it is longer than %d bytes", LIST_LINE);
    if (memchr(reader->text.data, '\0', reader->text.len))
        return err_set(err, ERR_PROTOCOL,
                       "it holds a NUL byte; a list is a UTF-8 text file");
    return true;
}

static enum list_next give(struct list_reader *reader, struct list_entry *entry)
{
    list_entry_fini(entry);
    *entry = reader->pending;
    list_entry_init(&reader->pending);
    reader->have = false;
    return LIST_ENTRY;
}

/* Reads the complete line; LIST_MORE where it gives nothing by itself. */
static enum list_next read_line(struct list_reader *reader,
                                struct list_entry *entry, struct err *err)
{
    const char *text = reader->text.data;
    size_t indent = strspn(text, blanks);
    bool more = indent > 0 && is_option(text + indent);

    if (text[indent] == '#' || indent == reader->text.len ||
        (more && reader->orphaned)) {
        end_line(reader);
        return LIST_MORE;
    }
    if (!more && reader->have)
        return give(reader, entry);
    if (!check_line(reader, err))
        return drop(reader, err);
    if (more && reader->have) {
        if (!parse_option_line(&reader->pending, text, err))
            return drop(reader, err);
    } else {
        if (!parse_url_line(&reader->pending, text, err))
            return drop(reader, err);
        reader->pending.line = reader->line;
        reader->have = true;
        reader->orphaned = false;
    }
    end_line(reader);
    return LIST_MORE;
}

enum list_next list_reader_next(struct list_reader *reader,
                                struct list_entry *entry, struct err *err)
{
    for (;;) {
        enum list_next got;

        if (!reader->waiting) {
            if (!take_line(reader))
                break;
            begin_line(reader);
        }
        got = read_line(reader, entry, err);
        if (got != LIST_MORE)
            return got;
    }
    if (!reader->ended)
        return LIST_MORE;
    return reader->have ? give(reader, entry) : LIST_END;
}
