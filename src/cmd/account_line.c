#include "account_line.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "account/money.h"
#include "base/mem.h"

static bool wrong(struct err *err, const char *key)
{
    return err_set(err, ERR_PROTOCOL, "\"%s\" is missing or wrong", key);
}

static int64_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* absent: is it fine when it is not there? */
static bool text(const json_t *object, const char *key, bool absent, char *out,
                 size_t size, struct err *err)
{
    const json_t *value = json_object_get(object, key);
    size_t len = json_string_length(value);

    out[0] = '\0';
    if (!value && absent)
        return true;
    if (!json_is_string(value) || len >= size ||
        !title_check_words(json_string_value(value), size - 1, key, err))
        return wrong(err, key);
    memcpy(out, json_string_value(value), len + 1);
    return true;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex(const json_t *object, const char *key, unsigned char *out,
                size_t size, struct err *err)
{
    const char *at = json_string_value(json_object_get(object, key));

    if (!at || strlen(at) != 2 * size)
        return wrong(err, key);
    for (size_t i = 0; i < size; i++) {
        int high = digit(at[2 * i]);
        int low = digit(at[2 * i + 1]);

        if (high < 0 || low < 0)
            return wrong(err, key);
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static bool kind(const json_t *object, enum entry_kind *out, struct err *err)
{
    const char *word = json_string_value(json_object_get(object, "kind"));

    for (int i = ENTRY_OPEN; word && i < ENTRY_KINDS; i++) {
        *out = (enum entry_kind)i;
        if (strcmp(word, entry_kind_word(*out)) == 0)
            return true;
    }
    return wrong(err, "kind");
}

static bool money(const json_t *object, const char *key,
                  const struct holder *holder, int64_t *out, struct err *err)
{
    const char *value = json_string_value(json_object_get(object, key));

    return (value &&
            money_parse(value, holder->currency, holder->scale, out, err)) ||
           wrong(err, key);
}

static bool key(const json_t *object, struct entry *entry, struct err *err)
{
    const char *value = json_string_value(json_object_get(object, "key"));

    entry->has_key = value != NULL;
    if (!value)
        return true;
    return (strlen(value) == KEY_TEXT - 1 &&
            key_read(value, &entry->key, err) &&
            hex(object, "request", entry->hash, ENTRY_HASH, err)) ||
           wrong(err, "key");
}

/* The account it opens, as the next one of the book. */
static bool open_holder(const json_t *object, struct book *book,
                        struct holder **holder, struct err *err)
{
    int64_t scale = number(object, "scale");
    struct holder row = {
        .id = (int64_t)book->count + 1,
        .scale = (int)scale,
        .has_min = json_is_integer(json_object_get(object, "min_minor")),
        .min = number(object, "min_minor"),
    };

    if (!text(object, "to", false, row.name, sizeof(row.name), err) ||
        !text(object, "currency", false, row.currency, sizeof(row.currency),
              err))
        return false;
    if (!row.name[0] || book_by_name(book, row.name))
        return wrong(err, "to");
    if (!currency_is_code(row.currency))
        return wrong(err, "currency");
    if (scale < 0 || scale > CURRENCY_SCALE_MAX)
        return wrong(err, "scale");
    *holder = book_add(book, &row);
    return true;
}

/* One side: its account, the balance after it, and what came before. */
static bool side(const json_t *object, const char *name, const char *balance,
                 struct book *book, int64_t id, int64_t places[3],
                 struct err *err)
{
    const char *word = json_string_value(json_object_get(object, name));
    struct holder *holder = word ? book_by_name(book, word) : NULL;

    if (!holder)
        return wrong(err, name);
    places[0] = holder->id;
    places[2] = holder->last;
    holder->last = id;
    return money(object, balance, holder, &places[1], err);
}

static bool sides(const json_t *object, struct book *book, struct entry *entry,
                  struct err *err)
{
    int64_t from[3] = {0};
    int64_t to[3];

    if (json_object_get(object, "from") &&
        !side(object, "from", "from_balance", book, entry->id, from, err))
        return false;
    if (!side(object, "to", "to_balance", book, entry->id, to, err))
        return false;
    entry->from = from[0];
    entry->from_balance = from[1];
    entry->from_prev = from[2];
    entry->to = to[0];
    entry->to_balance = to[1];
    entry->to_prev = to[2];
    return true;
}

static bool fill(const json_t *object, struct book *book, struct entry *entry,
                 const struct holder **opened, struct err *err)
{
    struct holder *holder = NULL;

    *entry = (struct entry){
        .id = number(object, "entry"),
        .ts_ms = number(object, "time_ms"),
        .group = number(object, "group"),
        .minor = number(object, "minor"),
        .ref = number(object, "ref"),
        .due_ms = number(object, "due_ms"),
    };
    if (entry->id <= 0)
        return wrong(err, "entry");
    if (entry->minor < 0)
        return wrong(err, "minor");
    if (!kind(object, &entry->kind, err) || !key(object, entry, err) ||
        !text(object, "by", true, entry->channel, ENTRY_CHANNEL, err) ||
        !text(object, "memo", true, entry->memo, ENTRY_MEMO, err) ||
        !hex(object, "chain", entry->chain, ENTRY_CHAIN, err))
        return false;
    if (entry->kind == ENTRY_OPEN && !open_holder(object, book, &holder, err))
        return false;
    *opened = holder;
    return sides(object, book, entry, err);
}

bool account_line_read(const char *line, size_t len, struct book *book,
                       struct entry *entry, const struct holder **opened,
                       struct err *err)
{
    json_error_t where;
    json_t *object;
    bool ok;

    if (len > ACCOUNT_LINE_MAX)
        return err_set(err, ERR_PROTOCOL, "it is too long");
    object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(object)) {
        json_decref(object);
        return err_set(err, ERR_PROTOCOL, "it is no JSON object");
    }
    ok = fill(object, book, entry, opened, err);
    json_decref(object);
    return ok;
}
