/* CSV: records, then lines of a statement. */
#include <string.h>

#include "account/statement.h"
#include "base/mem.h"
#include "base/str.h"

enum { FIELDS = 100, FIELD_MAX = 4096 };

/* ---- which columns ---- */

static char *column_of(struct statement_columns *columns, const char *name,
                       size_t len)
{
    const struct {
        const char *name;
        char *place;
    } rows[] = {
        {"id", columns->id},
        {"date", columns->date},
        {"amount", columns->amount},
        {"memo", columns->memo},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
            return rows[i].place;
    return NULL;
}

/* "amount=Betrag" */
static bool read_column(struct statement_columns *columns, const char *text,
                        size_t len, struct err *err)
{
    const char *equals = memchr(text, '=', len);
    char *place =
        equals ? column_of(columns, text, (size_t)(equals - text)) : NULL;
    size_t size = equals ? len - (size_t)(equals + 1 - text) : 0;

    if (!place || size == 0 || size >= STATEMENT_WORD)
        return err_set(err, ERR_USAGE,
                       "\"%.*s\" is no column: id=, date=, amount= or memo= "
                       "and its name in the file",
                       (int)(len < 80 ? len : 80), text);
    memcpy(place, equals + 1, size);
    place[size] = '\0';
    return true;
}

bool statement_columns_read(const char *text, struct statement_columns *columns,
                            struct err *err)
{
    *columns = (struct statement_columns){
        .id = "id", .date = "date", .amount = "amount", .memo = "memo"};
    while (*text) {
        size_t len = strcspn(text, ",");

        if (!read_column(columns, text, len, err))
            return false;
        text += len + (text[len] == ',');
    }
    return true;
}

/* ---- records ---- */

struct reader {
    const char *at;
    const char *end;
    char between;
    size_t record; /* the number of the last one */
    struct str fields[FIELDS];
    size_t count;
};

static bool fail(const struct reader *reader, struct err *err, const char *what)
{
    return err_set(err, ERR_PROTOCOL, "record %zu %s", reader->record, what);
}

static bool at_end(const struct reader *reader)
{
    return reader->at == reader->end;
}

/* Behind the quote that opens it; two of them are one. */
static bool read_quoted(struct reader *reader, struct str *field)
{
    while (!at_end(reader)) {
        char c = *reader->at++;

        if (c == '"') {
            if (at_end(reader) || *reader->at != '"')
                return true;
            reader->at++;
        }
        str_putc(field, c);
    }
    return false;
}

static bool at_break(const struct reader *reader)
{
    return at_end(reader) || *reader->at == reader->between ||
           *reader->at == '\r' || *reader->at == '\n';
}

static bool read_field(struct reader *reader, struct err *err)
{
    struct str *field;

    if (reader->count == FIELDS)
        return fail(reader, err, "has too many fields");
    field = &reader->fields[reader->count++];
    str_clear(field);
    if (!at_end(reader) && *reader->at == '"') {
        reader->at++;
        if (!read_quoted(reader, field))
            return fail(reader, err, "has a quote that does not end");
        if (!at_break(reader))
            return fail(reader, err, "has something behind a quoted field");
    }
    while (!at_break(reader))
        str_putc(field, *reader->at++);
    return !field->full || fail(reader, err, "has too long a field");
}

/* One record; there is one. */
static bool read_record(struct reader *reader, struct err *err)
{
    reader->record++;
    reader->count = 0;
    for (;;) {
        if (!read_field(reader, err))
            return false;
        if (at_end(reader) || *reader->at != reader->between)
            break;
        reader->at++;
    }
    if (!at_end(reader) && *reader->at == '\r')
        reader->at++;
    if (!at_end(reader) && *reader->at == '\n')
        reader->at++;
    return true;
}

/* ---- the first record ---- */

static char find_between(const char *text, size_t len)
{
    static const char marks[] = ",;\t";
    size_t counts[3] = {0};
    size_t best = 0;

    for (size_t i = 0; i < len && text[i] != '\n'; i++) {
        const char *mark = text[i] ? strchr(marks, text[i]) : NULL;

        if (mark)
            counts[mark - marks]++;
    }
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return marks[best];
}

enum column { ID, DATE, AMOUNT, MEMO, COLUMNS };

/* FIELDS: it is not there. */
static size_t find_column(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->count; i++)
        if (strcmp(reader->fields[i].data, name) == 0)
            return i;
    return FIELDS;
}

static bool find_columns(const struct reader *reader,
                         const struct statement_columns *columns,
                         size_t places[COLUMNS], struct err *err)
{
    const char *missing = NULL;

    places[ID] = find_column(reader, columns->id);
    places[DATE] = find_column(reader, columns->date);
    places[AMOUNT] = find_column(reader, columns->amount);
    places[MEMO] = find_column(reader, columns->memo);
    if (places[ID] == FIELDS)
        missing = columns->id;
    if (places[AMOUNT] == FIELDS)
        missing = columns->amount;
    return !missing ||
           err_set(err, ERR_PROTOCOL,
                   "the first record names no column \"%s\": --columns says "
                   "how they are called here",
                   missing);
}

/* ---- lines ---- */

static bool copy(const struct reader *reader, size_t place, char *to,
                 size_t size, struct err *err)
{
    const struct str *field = &reader->fields[place];

    to[0] = '\0';
    if (place >= reader->count)
        return true;
    if (field->len >= size || memchr(field->data, '\0', field->len))
        return fail(reader, err, "has too long a field");
    memcpy(to, field->data, field->len + 1);
    return true;
}

static bool give(const struct reader *reader, const size_t places[COLUMNS],
                 const struct statement_sink *sink, struct err *err)
{
    struct statement_line line = {.number = reader->record};

    if (!copy(reader, places[ID], line.id, sizeof(line.id), err) ||
        !copy(reader, places[DATE], line.date, sizeof(line.date), err) ||
        !copy(reader, places[AMOUNT], line.amount, sizeof(line.amount), err) ||
        !copy(reader, places[MEMO], line.memo, sizeof(line.memo), err))
        return false;
    if (!line.id[0] || !line.amount[0])
        return fail(reader, err, "has no id or no amount");
    return sink->take(sink->to, &line, err);
}

static bool is_blank(const struct reader *reader)
{
    return reader->count == 1 && reader->fields[0].len == 0;
}

static bool read_all(struct reader *reader,
                     const struct statement_columns *columns,
                     const struct statement_sink *sink, struct err *err)
{
    size_t places[COLUMNS];

    if (!read_record(reader, err) ||
        !find_columns(reader, columns, places, err))
        return false;
    while (!at_end(reader)) {
        if (reader->record > STATEMENT_LINES)
            return err_set(err, ERR_LIMIT, "more than %d records",
                           STATEMENT_LINES);
        if (!read_record(reader, err) ||
            (!is_blank(reader) && !give(reader, places, sink, err)))
            return false;
    }
    return true;
}

bool statement_read_csv(const char *text, size_t len,
                        const struct statement_columns *columns,
                        const struct statement_sink *sink, struct err *err)
{
    struct reader *reader = mem_new(sizeof(*reader));
    bool ok;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    reader->at = text;
    reader->end = text + len;
    reader->between = find_between(text, len);
    for (size_t i = 0; i < FIELDS; i++)
        str_init(&reader->fields[i], FIELD_MAX);
    ok = read_all(reader, columns, sink, err);
    for (size_t i = 0; i < FIELDS; i++)
        str_fini(&reader->fields[i]);
    mem_free(reader);
    return ok;
}
