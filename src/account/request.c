#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "account/pack.h"
#include "base/mem.h"

const char *request_verb_word(enum request_verb verb)
{
    static const char *const words[REQUEST_VERBS] = {
        [REQUEST_OPEN] = "open",       [REQUEST_CLOSE] = "close",
        [REQUEST_POST] = "post",       [REQUEST_PENDING] = "pending",
        [REQUEST_SETTLE] = "settle",   [REQUEST_VOID] = "void",
        [REQUEST_REVERSE] = "reverse",
    };

    return (unsigned)verb < REQUEST_VERBS ? words[verb] : "?";
}

const char *outcome_word(enum outcome_state state)
{
    switch (state) {
    case OUTCOME_DONE:
        return "done";
    case OUTCOME_REFUSED:
        return "refused";
    case OUTCOME_UNKNOWN:
        return "unknown";
    case OUTCOME_NONE:
        break;
    }
    return "queued";
}

/* ---- is it whole ---- */

static bool check_side(const char *name, struct err *err)
{
    char copy[TITLE_MAX];

    return title_read(name ? name : "", copy, err);
}

static bool check_leg(const struct request_leg *leg, struct err *err)
{
    if (!check_side(leg->from, err) || !check_side(leg->to, err))
        return false;
    if (strcmp(leg->from, leg->to) == 0)
        return err_set(err, ERR_USAGE, "\"%s\" cannot pay itself", leg->from);
    if (!leg->currency || !currency_is_code(leg->currency))
        return err_set(err, ERR_USAGE, "an amount needs a currency");
    return leg->minor > 0 ||
           err_set(err, ERR_USAGE, "an amount must be more than nothing");
}

static bool check_legs(const struct request *request, struct err *err)
{
    if (request->leg_count == 0 || request->leg_count > REQUEST_LEGS)
        return err_set(err, ERR_USAGE, "a group has 1 to %d legs",
                       REQUEST_LEGS);
    for (size_t i = 0; i < request->leg_count; i++)
        if (!check_leg(&request->legs[i], err))
            return false;
    return request->timeout_ms >= 0 ||
           err_set(err, ERR_USAGE, "a time cannot be negative");
}

static bool check_name(const struct request *request, struct err *err)
{
    if (!check_side(request->name, err))
        return false;
    if (title_is_reserved(request->name))
        return err_set(err, ERR_USAGE,
                       "\"%s\" is the ledger's own: choose another name",
                       request->name);
    return true;
}

static bool check_open(const struct request *request, struct err *err)
{
    if (!check_name(request, err))
        return false;
    if (!request->currency || !currency_is_code(request->currency))
        return err_set(err, ERR_USAGE, "an account needs a currency");
    return (request->scale >= -1 && request->scale <= CURRENCY_SCALE_MAX) ||
           err_set(err, ERR_USAGE, "a currency has 0 to %d decimals",
                   CURRENCY_SCALE_MAX);
}

static bool check_ref(const struct request *request, struct err *err)
{
    if (request->ref <= 0)
        return err_set(err, ERR_USAGE, "which entry? its number is needed");
    return request->minor >= 0 ||
           err_set(err, ERR_USAGE, "an amount must be more than nothing");
}

static bool check_verb(const struct request *request, struct err *err)
{
    switch (request->verb) {
    case REQUEST_OPEN:
        return check_open(request, err);
    case REQUEST_CLOSE:
        return check_name(request, err);
    case REQUEST_POST:
    case REQUEST_PENDING:
        return check_legs(request, err);
    case REQUEST_SETTLE:
    case REQUEST_VOID:
    case REQUEST_REVERSE:
        return check_ref(request, err);
    case REQUEST_VERBS:
        break;
    }
    return err_set(err, ERR_USAGE, "this is no request");
}

bool request_check(const struct request *request, struct err *err)
{
    return title_check_words(request->memo ? request->memo : "", ENTRY_MEMO - 1,
                             "the memo", err) &&
           title_check_words(request->channel ? request->channel : "",
                             ENTRY_CHANNEL - 1, "where it came by", err) &&
           check_verb(request, err);
}

/* ---- a copy ---- */

static size_t text_size(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static size_t block_size(const struct request *request)
{
    size_t size = sizeof(*request) +
                  request->leg_count * sizeof(struct request_leg) +
                  text_size(request->name) + text_size(request->currency) +
                  text_size(request->channel) + text_size(request->memo);

    for (size_t i = 0; i < request->leg_count; i++)
        size += text_size(request->legs[i].from) +
                text_size(request->legs[i].to) +
                text_size(request->legs[i].currency);
    return size;
}

static const char *put(char **at, const char *text)
{
    char *copy = *at;

    if (!text)
        return NULL;
    memcpy(copy, text, text_size(text));
    *at += text_size(text);
    return copy;
}

struct request *request_copy(const struct request *request)
{
    struct request *copy = mem_new(block_size(request));
    struct request_leg *legs = (struct request_leg *)(copy + 1);
    char *at = (char *)(legs + request->leg_count);

    *copy = *request;
    copy->legs = legs;
    for (size_t i = 0; i < request->leg_count; i++) {
        legs[i] = request->legs[i];
        legs[i].from = put(&at, legs[i].from);
        legs[i].to = put(&at, legs[i].to);
        legs[i].currency = put(&at, legs[i].currency);
    }
    copy->name = put(&at, request->name);
    copy->currency = put(&at, request->currency);
    copy->channel = put(&at, request->channel);
    copy->memo = put(&at, request->memo);
    return copy;
}

/* ---- its hash ---- */

enum { PACK_LEG = 2 * TITLE_MAX + CURRENCY_CODE + 4 * 8 };

static void pack_legs(struct pack *pack, const struct request *request)
{
    pack_int(pack, (int64_t)request->leg_count);
    for (size_t i = 0; i < request->leg_count; i++) {
        pack_text(pack, request->legs[i].from);
        pack_text(pack, request->legs[i].to);
        pack_text(pack, request->legs[i].currency);
        pack_int(pack, request->legs[i].minor);
    }
}

void request_hash(const struct request *request, struct chain *chain,
                  unsigned char hash[ENTRY_HASH])
{
    unsigned char room[PACK_ENTRY + REQUEST_LEGS * PACK_LEG];
    unsigned char digest[ENTRY_CHAIN];
    struct pack pack = {.data = room, .room = sizeof(room)};

    pack_int(&pack, (int)request->verb);
    pack_text(&pack, request->name);
    pack_text(&pack, request->currency);
    pack_int(&pack, request->verb == REQUEST_OPEN ? request->scale : 0);
    pack_int(&pack, request->has_min);
    pack_int(&pack, request->has_min ? request->min : 0);
    pack_legs(&pack, request);
    pack_int(&pack, request->timeout_ms);
    pack_int(&pack, request->ref);
    pack_int(&pack, request->minor);
    pack_text(&pack, request->channel);
    pack_text(&pack, request->memo);
    chain_digest(chain, pack.data, pack.len, digest);
    memcpy(hash, digest, ENTRY_HASH);
}
