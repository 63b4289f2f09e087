#include "chain.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "account/pack.h"
#include "base/mem.h"

struct chain {
    EVP_MD_CTX *context;
    EVP_MD *method; /* looked up once: that is slower than a hash */
};

/* libcrypto fails here only without memory. */
static void sure(bool ok)
{
    if (!ok)
        abort();
}

struct chain *chain_new(void)
{
    struct chain *chain = mem_new(sizeof(*chain));

    chain->context = EVP_MD_CTX_new();
    chain->method = EVP_MD_fetch(NULL, "SHA256", NULL);
    sure(chain->context && chain->method);
    return chain;
}

void chain_free(struct chain *chain)
{
    if (!chain)
        return;
    EVP_MD_CTX_free(chain->context);
    EVP_MD_free(chain->method);
    mem_free(chain);
}

void chain_digest(struct chain *chain, const void *data, size_t len,
                  unsigned char out[ENTRY_CHAIN])
{
    sure(EVP_DigestInit_ex2(chain->context, chain->method, NULL) &&
         EVP_DigestUpdate(chain->context, data, len) &&
         EVP_DigestFinal_ex(chain->context, out, NULL));
}

static void pack_numbers(struct pack *pack, const struct entry *entry)
{
    const int64_t numbers[] = {
        entry->id,        entry->ts_ms,        entry->group,
        (int)entry->kind, entry->from,         entry->to,
        entry->minor,     entry->from_balance, entry->to_balance,
        entry->from_prev, entry->to_prev,      entry->ref,
        entry->due_ms,
    };

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        pack_int(pack, numbers[i]);
}

static void pack_holder(struct pack *pack, const struct holder *holder)
{
    pack_text(pack, holder->name);
    pack_text(pack, holder->currency);
    pack_int(pack, holder->scale);
    pack_int(pack, holder->has_min);
    pack_int(pack, holder->has_min ? holder->min : 0);
}

void chain_next(struct chain *chain, const unsigned char before[ENTRY_CHAIN],
                const struct entry *entry, const struct holder *opened,
                unsigned char out[ENTRY_CHAIN])
{
    unsigned char room[PACK_ENTRY];
    struct pack pack = {.data = room, .room = sizeof(room)};

    pack_data(&pack, before, ENTRY_CHAIN);
    pack_numbers(&pack, entry);
    pack_int(&pack, entry->has_key);
    if (entry->has_key) {
        pack_data(&pack, entry->key.bytes, KEY_BYTES);
        pack_data(&pack, entry->hash, ENTRY_HASH);
    }
    pack_text(&pack, entry->channel);
    pack_text(&pack, entry->memo);
    if (opened)
        pack_holder(&pack, opened);
    chain_digest(chain, pack.data, pack.len, out);
}
