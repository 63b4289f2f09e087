#include "words.h"

#include <string.h>

#include "base/fmt.h"
#include "base/text.h"

/* Where the splitting of a line stands. */
struct reader {
    const char *line;
    size_t len;
    size_t at;
    struct words *words;
    size_t used; /* of words->text */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

/* A byte that is no part of valid UTF-8 counts as one character. */
static size_t column(const char *line, size_t at)
{
    size_t count = 1;
    uint32_t code;

    for (size_t i = 0; i < at; count++) {
        size_t used = fmt_utf8(line + i, at - i, &code);

        i += used > 0 ? used : 1;
    }
    return count;
}

/* No word is longer than the line it is in, so text has room for all. */
static void put(struct reader *reader, char c)
{
    reader->words->text[reader->used++] = c;
}

static void begin_word(struct reader *reader)
{
    struct words *words = reader->words;

    words->argv[words->count] = words->text + reader->used;
    words->ranges[words->count].from = reader->at;
}

static void end_word(struct reader *reader)
{
    struct words *words = reader->words;

    put(reader, '\0');
    words->ranges[words->count].to = reader->at;
    words->count++;
    words->argv[words->count] = NULL;
}

/* At the opening quote; leaves at behind the closing one. */
static bool read_quoted(struct reader *reader, struct err *err)
{
    size_t from = reader->at;
    char quote = reader->line[reader->at++];

    for (; reader->at < reader->len; reader->at++) {
        char c = reader->line[reader->at];

        if (c == quote) {
            reader->at++;
            return true;
        }
        if (quote == '"' && c == '\\' && reader->at + 1 < reader->len &&
            strchr("\"\\$`", reader->line[reader->at + 1]))
            c = reader->line[++reader->at];
        put(reader, c);
    }
    reader->words->open = quote;
    return err_set(err, ERR_USAGE,
                   _("column %zu: the quote %c is not closed; add another one "
                     "where the word ends"),
                   column(reader->line, from), quote);
}

static bool read_escaped(struct reader *reader, struct err *err)
{
    size_t from = reader->at++;

    if (reader->at == reader->len) {
        reader->words->open = '\\';
        return err_set(
            err, ERR_USAGE,
            _("column %zu: nothing follows the backslash; write \\\\ "
              "for a backslash"),
            column(reader->line, from));
    }
    put(reader, reader->line[reader->at++]);
    return true;
}

static bool read_plain(struct reader *reader, struct err *err)
{
    char c = reader->line[reader->at];

    if (is_control(c))
        return err_set(
            err, ERR_USAGE,
            _("column %zu: a control character (0x%02x); remove it or "
              "put the word in quotes"),
            column(reader->line, reader->at), (unsigned)c);
    put(reader, c);
    reader->at++;
    return true;
}

static bool read_word(struct reader *reader, struct err *err)
{
    bool ok = true;

    begin_word(reader);
    while (ok && reader->at < reader->len &&
           !is_blank(reader->line[reader->at])) {
        char c = reader->line[reader->at];

        if (c == '\'' || c == '"')
            ok = read_quoted(reader, err);
        else if (c == '\\')
            ok = read_escaped(reader, err);
        else
            ok = read_plain(reader, err);
    }
    end_word(reader);
    return ok;
}

/* Whether another word begins; leaves at there. */
static bool skip_blanks(struct reader *reader, unsigned flags)
{
    while (reader->at < reader->len && is_blank(reader->line[reader->at]))
        reader->at++;
    return reader->at < reader->len &&
           !((flags & WORDS_COMMENTS) && reader->line[reader->at] == '#');
}

/* Without its end; WORDS_LINE + 1 for any longer line. */
static size_t line_len(const char *line)
{
    size_t len = strnlen(line, WORDS_LINE + 3);

    if (len > 0 && line[len - 1] == '\n')
        len--;
    if (len > 0 && line[len - 1] == '\r')
        len--;
    return len <= WORDS_LINE ? len : WORDS_LINE + 1;
}

bool words_split(const char *line, unsigned flags, struct words *words,
                 struct err *err)
{
    struct reader reader = {
        .line = line, .len = line_len(line), .words = words};

    words->count = 0;
    words->argv[0] = NULL;
    words->open = '\0';
    if (reader.len > WORDS_LINE)
        return err_set(
            err, ERR_LIMIT,
            _("the line is longer than %d bytes; make several of it"),
            WORDS_LINE);
    while (skip_blanks(&reader, flags)) {
        if (words->count == WORDS_MAX)
            return err_set(
                err, ERR_LIMIT,
                _("column %zu: more than %d words; make several lines "
                  "of this one"),
                column(line, reader.at), WORDS_MAX);
        if (!read_word(&reader, err))
            return false;
    }
    return true;
}

void words_read(const char *line, unsigned flags, struct words *words)
{
    struct err err;
    bool whole = words_split(line, flags, words, &err);

    (void)whole;
}

size_t words_at(const struct words *words, size_t caret)
{
    for (size_t i = 0; i < words->count; i++)
        if (caret >= words->ranges[i].from && caret <= words->ranges[i].to)
            return i;
    return words->count;
}

/* A shell may take = at the start of a word for a command's path, and ~ for a
 * home; letters beyond ASCII may be blanks to it. */
static bool is_harmless(const char *word)
{
    return word[0] != '\0' && word[0] != '=' &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789%+,-./:=@_")] == '\0';
}

/* Inside single quotes only a single quote has to be written otherwise. */
static void put_quoted(struct str *out, const char *word)
{
    str_putc(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            str_puts(out, "'\\''");
        else
            str_putc(out, *word);
    }
    str_putc(out, '\'');
}

bool words_quote(struct str *out, const char *word)
{
    struct str quoted;
    bool ok;

    if (is_harmless(word))
        return str_puts(out, word);
    str_init(&quoted, out->max);
    put_quoted(&quoted, word);
    ok = !quoted.full && str_add(out, quoted.data, quoted.len);
    out->full = out->full || !ok;
    str_fini(&quoted);
    return ok;
}
