/* Where a ledger lies: the interface that each kind of store fills in. Here are
 * the reads and the one write, in batches; what is allowed is decided at the
 * desk (desk.h), the same for all of them.
 *
 * A vault belongs to one thread at a time, and its calls wait for the disk or
 * the network. Several may be open for one ledger, in any processes: batches of
 * all of them come one after the other. What another has written is seen by the
 * next call.
 *
 * A store of another kind implements struct vault_ops, embeds struct vault as
 * its first member, and gets a line in vault.c's table. */
#ifndef ACCOUNT_VAULT_H
#define ACCOUNT_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/desk.h"
#include "account/entry.h"
#include "base/err.h"

struct vault;

enum vault_fate {
    VAULT_DONE,    /* all outcomes stand, durably */
    VAULT_NOTHING, /* nothing was written, err tells why */
    VAULT_UNKNOWN  /* it may have been; the vault is to be opened anew */
};

/* When a batch is kept. */
enum vault_mode {
    VAULT_EACH, /* what is refused leaves the others alone */
    VAULT_ALL,  /* only if nothing is refused; else VAULT_NOTHING, ERR_REFUSED,
                   and the outcomes say what it was */
    VAULT_TRY   /* never: the outcomes say what would be. VAULT_NOTHING and
                   ERR_CANCELED */
};

struct vault_facts {
    int64_t entries; /* the newest entry's id */
    int64_t holders; /* the newest account's */
    int64_t ts_ms;   /* of the newest entry */
    unsigned char chain[ENTRY_CHAIN];
    int64_t due_ms; /* when the next pending entry expires; 0: none will */
};

struct vault_ops {
    void (*close)(struct vault *vault);

    /* Decides all postings in one transaction at clock_wall_ms(), and makes it
     * durable. ERR_BUSY and VAULT_NOTHING: others would not let it in. */
    enum vault_fate (*post)(struct vault *vault, struct posting *postings,
                            size_t count, enum vault_mode mode,
                            struct err *err);

    /* Between begin and end, reads see one state. Keep it short. */
    bool (*begin)(struct vault *vault, struct err *err);
    void (*end)(struct vault *vault);

    bool (*facts)(struct vault *vault, struct vault_facts *facts,
                  struct err *err);
    /* A number that the commits of others change. */
    int64_t (*version)(struct vault *vault);

    /* Accounts with ids above after, in order. */
    bool (*holders)(struct vault *vault, int64_t after, struct holder *rows,
                    size_t max, size_t *count, struct err *err);
    /* ERR_MISSING: there is none of that name. */
    bool (*holder)(struct vault *vault, const char *name, struct holder *row,
                   struct err *err);
    /* Entries with ids above after, in order. */
    bool (*entries)(struct vault *vault, int64_t after, struct entry *rows,
                    size_t max, size_t *count, struct err *err);
    /* ERR_MISSING: there is no such entry. */
    bool (*entry)(struct vault *vault, int64_t id, struct entry *row,
                  struct err *err);
    /* An account's entries, the newest first, from entry from on, which is one
     * of its own (0: its newest). Costs nothing for what comes before. */
    bool (*history)(struct vault *vault, int64_t holder, int64_t from,
                    struct entry *rows, size_t max, size_t *count,
                    struct err *err);
    /* What was answered to a key. found false: nobody has used it. */
    bool (*answer)(struct vault *vault, const struct key *key,
                   struct answer *answer, bool *found, struct err *err);
    /* What pending entries hold that are due by now but not expired yet, of one
     * account. */
    bool (*overdue)(struct vault *vault, int64_t holder, int64_t now_ms,
                    int64_t *out, int64_t *in, struct err *err);

    /* A whole copy as of now in a new file at path, durable; ERR_EXISTS. */
    bool (*backup)(struct vault *vault, const char *path, struct err *err);
    /* For verify: what the store itself finds wrong with its file. "": well. */
    bool (*check)(struct vault *vault, char *words, size_t size,
                  struct err *err);
    /* Open pending entries as the store has noted them, in order. */
    bool (*held)(struct vault *vault, int64_t after, int64_t *ids, size_t max,
                 size_t *count, struct err *err);
    /* A repair: from repair_begin on nobody else posts; repair_clear forgets
     * what is held; repair_holder for each account, with what follows from the
     * entries; repair_held for each open pending entry; repair_end writes it if
     * ok, and takes it back if not. */
    bool (*repair_begin)(struct vault *vault, struct err *err);
    bool (*repair_clear)(struct vault *vault, struct err *err);
    bool (*repair_holder)(struct vault *vault, const struct holder *holder,
                          struct err *err);
    bool (*repair_held)(struct vault *vault, int64_t id, int64_t due_ms,
                        struct err *err);
    bool (*repair_end)(struct vault *vault, bool ok, struct err *err);
    /* Inside of a repair: an entry as it is, behind the last one; opened: the
     * account it opens, else NULL. What follows from it is made by the repair.
     */
    bool (*restore)(struct vault *vault, const struct entry *entry,
                    const struct holder *opened, struct err *err);
};

struct vault {
    const struct vault_ops *ops;
};

/* where: the path of a database, which is made if it is not there (its folder
 * must be). Refused on a network file system, and where the file is not a
 * ledger or a newer program's. */
struct vault *vault_open(const char *where, struct err *err)
    __attribute__((warn_unused_result));

/* For reading only; ERR_MISSING where there is no ledger. */
struct vault *vault_view(const char *where, struct err *err)
    __attribute__((warn_unused_result));

/* NULL does nothing. */
void vault_close(struct vault *vault);

#endif
