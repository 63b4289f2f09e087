/* OFX: an element's value goes up to the next tag, whether it is closed (2.x)
 * or not (1.x), so one reader serves both. */
#include <string.h>

#include "account/statement.h"

struct reader {
    const char *at;
    const char *end;
    size_t number; /* of the STMTTRN */
};

/* A tag and the text behind it, which point into the file. */
struct element {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* false: there is no more. */
static bool next(struct reader *reader, struct element *element)
{
    const char *open =
        memchr(reader->at, '<', (size_t)(reader->end - reader->at));
    const char *close =
        open ? memchr(open, '>', (size_t)(reader->end - open)) : NULL;
    const char *stop;

    if (!close)
        return false;
    stop = memchr(close, '<', (size_t)(reader->end - close));
    reader->at = stop ? stop : reader->end;
    element->name = open + 1;
    element->name_len = (size_t)(close - open - 1);
    element->value = close + 1;
    while (element->value < reader->at && is_space(*element->value))
        element->value++;
    element->value_len = (size_t)(reader->at - element->value);
    while (element->value_len > 0 &&
           is_space(element->value[element->value_len - 1]))
        element->value_len--;
    return true;
}

static bool is(const struct element *element, const char *name)
{
    return strlen(name) == element->name_len &&
           memcmp(name, element->name, element->name_len) == 0;
}

/* The entities of SGML and XML that OFX has. */
static char entity(const char **at, const char *end)
{
    static const struct {
        const char *text;
        char c;
    } rows[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&nbsp;", ' '}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        size_t len = strlen(rows[i].text);

        if ((size_t)(end - *at) >= len && memcmp(*at, rows[i].text, len) == 0) {
            *at += len;
            return rows[i].c;
        }
    }
    return *(*at)++;
}

/* Behind what is in to already; false: it does not fit, or has a NUL. */
static bool add(const struct element *element, char *to, size_t size)
{
    const char *at = element->value;
    const char *end = at + element->value_len;
    size_t len = strlen(to);

    if (len > 0 && at < end && len + 1 < size)
        to[len++] = ' ';
    while (at < end) {
        char c = entity(&at, end);

        if (len + 1 >= size || c == '\0')
            return false;
        to[len++] = c;
        to[len] = '\0';
    }
    return true;
}

static bool put(const struct element *element, struct statement_line *line)
{
    if (is(element, "FITID"))
        return add(element, line->id, sizeof(line->id));
    if (is(element, "DTPOSTED"))
        return add(element, line->date, sizeof(line->date));
    if (is(element, "TRNAMT"))
        return add(element, line->amount, sizeof(line->amount));
    if (is(element, "NAME") || is(element, "MEMO"))
        return add(element, line->memo, sizeof(line->memo));
    return true;
}

static bool read_line(struct reader *reader, struct statement_line *line,
                      struct err *err)
{
    struct element element;

    *line = (struct statement_line){.number = ++reader->number};
    while (next(reader, &element)) {
        if (is(&element, "/STMTTRN"))
            return (line->id[0] && line->amount[0]) ||
                   err_set(err, ERR_PROTOCOL,
                           "transaction %zu has no FITID or no TRNAMT",
                           line->number);
        if (!put(&element, line))
            return err_set(err, ERR_PROTOCOL,
                           "transaction %zu has too long a value",
                           line->number);
    }
    return err_set(err, ERR_PROTOCOL, "transaction %zu does not end",
                   line->number);
}

bool statement_read_ofx(const char *text, size_t len,
                        const struct statement_sink *sink, struct err *err)
{
    struct reader reader = {.at = text, .end = text + len};
    struct element element;
    struct statement_line line;
    bool is_ofx = false;

    while (next(&reader, &element)) {
        is_ofx |= is(&element, "OFX");
        if (!is(&element, "STMTTRN"))
            continue;
        if (reader.number == STATEMENT_LINES)
            return err_set(err, ERR_LIMIT, "more than %d transactions",
                           STATEMENT_LINES);
        if (!read_line(&reader, &line, err) ||
            !sink->take(sink->to, &line, err))
            return false;
    }
    return is_ofx || err_set(err, ERR_PROTOCOL, "this is no OFX file");
}
