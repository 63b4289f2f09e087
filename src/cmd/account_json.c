#include "account_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "account/money.h"

/* Running out of memory inside jansson is like everywhere else. */
static json_t *sure(json_t *value)
{
    if (!value)
        abort();
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(object, key, sure(value)) < 0)
        abort();
}

/* Texts of a ledger are UTF-8; where its file was tampered with, they are not
 * shown. */
static void set_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text);

    set(object, key, value ? value : json_null());
}

static void set_number(json_t *object, const char *key, int64_t number)
{
    set(object, key, json_integer(number));
}

static void set_money(json_t *object, const char *key, int64_t minor, int scale)
{
    char text[MONEY_TEXT];

    set_text(object, key, money_plain(text, minor, scale));
}

static void set_hex(json_t *object, const char *key, const unsigned char *data,
                    size_t size)
{
    char text[2 * ENTRY_CHAIN + 1];

    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", data[i]);
    set_text(object, key, text);
}

static void put(FILE *out, json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);

    json_decref(object);
    if (!line)
        abort();
    fprintf(out, "%s\n", line);
    free(line);
}

static void set_error(json_t *object, const struct err *err)
{
    json_t *error = sure(json_object());

    set_text(error, "code", err_word(err->code));
    set_text(error, "text", err->text);
    set(object, "error", error);
}

static void set_key(json_t *object, const struct key *key)
{
    char text[KEY_TEXT];

    set_text(object, "key", key_text(text, key));
}

void account_json_outcome(FILE *out, const struct outcome *outcome,
                          const struct holder *like, bool from)
{
    json_t *object = sure(json_object());

    set_text(object, "outcome", outcome_word(outcome->state));
    set_key(object, &outcome->key);
    set(object, "again", json_boolean(outcome->again));
    if (outcome->state != OUTCOME_DONE) {
        set_error(object, &outcome->err);
        put(out, object);
        return;
    }
    set_number(object, "entry", outcome->id);
    set_number(object, "entries", outcome->count);
    set_number(object, "time_ms", outcome->ts_ms);
    if (like) {
        set_text(object, "account", like->name);
        set_text(object, "currency", like->currency);
        set_money(object, "balance",
                  from ? outcome->from_balance : outcome->to_balance,
                  like->scale);
    }
    put(out, object);
}

void account_json_holder(FILE *out, const struct holder *holder)
{
    json_t *object = sure(json_object());

    set_number(object, "id", holder->id);
    set_text(object, "account", holder->name);
    set_text(object, "currency", holder->currency);
    set_number(object, "scale", holder->scale);
    set_money(object, "balance", holder->balance, holder->scale);
    set_money(object, "available", holder_available(holder), holder->scale);
    set_money(object, "pending_out", holder->pending_out, holder->scale);
    set_money(object, "pending_in", holder->pending_in, holder->scale);
    if (holder->has_min)
        set_money(object, "min", holder->min, holder->scale);
    else
        set(object, "min", json_null());
    set(object, "closed", json_boolean(holder->closed));
    set_number(object, "last", holder->last);
    put(out, object);
}

static void set_side(json_t *object, const char *key, const char *balance_key,
                     const struct holder *holder, int64_t balance)
{
    if (!holder)
        return;
    set_text(object, key, holder->name);
    set_money(object, balance_key, balance, holder->scale);
}

static void set_words(json_t *object, const struct entry *entry)
{
    if (entry->ref)
        set_number(object, "ref", entry->ref);
    if (entry->due_ms)
        set_number(object, "due_ms", entry->due_ms);
    if (entry->has_key) {
        set_key(object, &entry->key);
        set_hex(object, "request", entry->hash, ENTRY_HASH);
    }
    if (entry->channel[0])
        set_text(object, "by", entry->channel);
    if (entry->memo[0])
        set_text(object, "memo", entry->memo);
    set_hex(object, "chain", entry->chain, ENTRY_CHAIN);
}

/* What an opening says of its account. */
static void set_opened(json_t *object, const struct holder *opened)
{
    set_number(object, "scale", opened->scale);
    if (opened->has_min)
        set_number(object, "min_minor", opened->min);
}

void account_json_entry(FILE *out, const struct entry *entry,
                        const struct holder *from, const struct holder *to)
{
    json_t *object = sure(json_object());

    set_number(object, "entry", entry->id);
    set_number(object, "time_ms", entry->ts_ms);
    set_number(object, "group", entry->group);
    set_text(object, "kind", entry_kind_word(entry->kind));
    set_side(object, "from", "from_balance", from, entry->from_balance);
    set_side(object, "to", "to_balance", to, entry->to_balance);
    if (to) {
        set_text(object, "currency", to->currency);
        set_money(object, "amount", entry->minor, to->scale);
        set_number(object, "minor", entry->minor);
    }
    if (to && entry->kind == ENTRY_OPEN)
        set_opened(object, to);
    set_words(object, entry);
    put(out, object);
}

void account_json_report(FILE *out, const struct verify_report *report)
{
    json_t *object = sure(json_object());
    json_t *words = sure(json_array());

    set(object, "whole",
        json_boolean(report->faults == 0 &&
                     (report->stale == 0 || report->repaired)));
    set_number(object, "entries", report->entries);
    set_number(object, "accounts", report->holders);
    set_number(object, "faults", report->faults);
    set_number(object, "stale", report->stale);
    set(object, "repaired", json_boolean(report->repaired));
    set_hex(object, "chain", report->chain, ENTRY_CHAIN);
    for (size_t i = 0; i < report->sentences; i++)
        if (json_array_append_new(words, sure(json_string(report->text[i]))) <
            0)
            abort();
    set(object, "found", words);
    put(out, object);
}
