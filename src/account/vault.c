#include "vault.h"

#include <string.h>

#include "account/vault_sqlite.h"

static bool is_server(const char *where)
{
    return strncmp(where, "postgresql:", 11) == 0 ||
           strncmp(where, "postgres:", 9) == 0;
}

static bool refuse_server(struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "this threadlab was built without PostgreSQL: name a file "
                   "with --store");
}

struct vault *vault_open(const char *where, struct err *err)
{
    if (is_server(where) && !refuse_server(err))
        return NULL;
    return vault_sqlite_open(where, err);
}

struct vault *vault_view(const char *where, struct err *err)
{
    if (is_server(where) && !refuse_server(err))
        return NULL;
    return vault_sqlite_view(where, err);
}

void vault_close(struct vault *vault)
{
    if (vault)
        vault->ops->close(vault);
}
