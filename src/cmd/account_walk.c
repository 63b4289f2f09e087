#include "account_walk.h"

#include <inttypes.h>

#include "base/mem.h"

enum { CHUNK = 200 };

bool account_walk_holder(struct account_walk *walk, int64_t id,
                         struct holder **holder, struct err *err)
{
    struct holder row;
    size_t count;

    *holder = id > 0 ? book_by_id(&walk->book, id) : NULL;
    if (*holder || id <= 0)
        return true;
    if (!walk->vault->ops->holders(walk->vault, id - 1, &row, 1, &count, err))
        return false;
    if (count == 0 || row.id != id)
        return err_set(err, ERR_PROTOCOL,
                       "the ledger is damaged: account %" PRId64
                       " is not there; \"threadlab account verify\" tells more",
                       id);
    *holder = book_add(&walk->book, &row);
    return true;
}

bool account_walk_all(struct account_walk *walk,
                      bool (*take)(void *to, const struct entry *entry,
                                   struct holder *from, struct holder *dest,
                                   struct err *err),
                      void *to, struct err *err)
{
    struct entry *rows = mem_new(CHUNK * sizeof(*rows));
    int64_t after = 0;
    size_t count = CHUNK;
    bool ok = true;

    while (ok && count == CHUNK) {
        ok = walk->vault->ops->entries(walk->vault, after, rows, CHUNK, &count,
                                       err);
        for (size_t i = 0; ok && i < count; i++) {
            struct holder *from = NULL;
            struct holder *dest = NULL;

            ok = account_walk_holder(walk, rows[i].from, &from, err) &&
                 account_walk_holder(walk, rows[i].to, &dest, err) &&
                 take(to, &rows[i], from, dest, err);
            after = rows[i].id;
        }
    }
    mem_free(rows);
    return ok;
}

void account_walk_fini(struct account_walk *walk)
{
    book_clear(&walk->book);
}
