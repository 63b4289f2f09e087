/* What the files of the command `threadlab account` share: the words behind it,
 * and its table of verbs. Main thread only. */
#ifndef CMD_ACCOUNT_H
#define CMD_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/request.h"
#include "account/vault.h"
#include "base/err.h"

enum {
    ACCOUNT_WORDS = 3 * REQUEST_LEGS,
    /* Exit statuses beside those of every command. */
    ACCOUNT_REFUSED = 4,
    ACCOUNT_UNKNOWN = 5
};

struct account_call {
    const char *words[ACCOUNT_WORDS]; /* behind the verb */
    size_t count;
    const char *store; /* the options; NULL: not there */
    const char *key;
    const char *memo;
    const char *by;
    const char *currency;
    const char *min;
    const char *amount;
    const char *format;
    const char *output;
    const char *columns;
    int scale; /* -1: not there */
    int64_t expires_ms;
    int64_t wait_ms;
    int64_t limit;
    int64_t from;
    bool json;
    bool all;
    bool repair;
    bool dry_run;
    bool go_on;

    struct vault *view; /* opened when it is first asked for */
};

struct account_verb {
    const char *name;
    const char *usage;
    const char *summary;
    size_t min; /* words */
    size_t max;
    /* true: done; else err, or *status is another than 0. */
    bool (*run)(struct account_call *call, int *status, struct err *err);
};

/* Ends with a row without a name. */
extern const struct account_verb account_verbs[];

enum { ACCOUNT_VERBS_TEXT = 400 };

/* "open|list|...": their names. */
const char *account_words(char out[ACCOUNT_VERBS_TEXT]);

/* The ledger, for reading. NULL: there is none yet, say. */
struct vault *account_view(struct account_call *call, struct err *err)
    __attribute__((warn_unused_result));

/* The account with the name in text (however it is typed), or, where text is
 * NULL, the only one. */
bool account_find(struct account_call *call, const char *text,
                  struct holder *holder, struct err *err)
    __attribute__((warn_unused_result));

/* Posts the request with the key, memo and channel of the call, waits, and says
 * what became of it. like: an account in whose currency to say it, or NULL; it
 * is the to side, or, if from, the from side of the first leg. */
bool account_send(struct account_call *call, struct request *request,
                  const struct holder *like, bool from, int *status,
                  struct err *err) __attribute__((warn_unused_result));

/* The verbs. */
bool account_open(struct account_call *, int *, struct err *);
bool account_deposit(struct account_call *, int *, struct err *);
bool account_withdraw(struct account_call *, int *, struct err *);
bool account_transfer(struct account_call *, int *, struct err *);
bool account_exchange(struct account_call *, int *, struct err *);
bool account_post(struct account_call *, int *, struct err *);
bool account_pending(struct account_call *, int *, struct err *);
bool account_settle(struct account_call *, int *, struct err *);
bool account_void(struct account_call *, int *, struct err *);
bool account_reverse(struct account_call *, int *, struct err *);
bool account_close(struct account_call *, int *, struct err *);
bool account_list(struct account_call *, int *, struct err *);
bool account_show(struct account_call *, int *, struct err *);
bool account_history(struct account_call *, int *, struct err *);
bool account_verify(struct account_call *, int *, struct err *);
bool account_export(struct account_call *, int *, struct err *);
bool account_import(struct account_call *, int *, struct err *);
bool account_backup(struct account_call *, int *, struct err *);

#endif
