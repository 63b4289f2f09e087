/* Inside the account room: the structure its files share. */
#ifndef ACCOUNT_LEDGER_ROOM_H
#define ACCOUNT_LEDGER_ROOM_H

#include "account/ledger.h"
#include "account/vault.h"
#include "base/lock.h"
#include "base/thread.h"

struct ticket {
    /* constant */
    struct request *request;
    bool fresh; /* its key was made here */
    int64_t deadline_ms;
    int64_t since_ms;
    char thread[16];

    struct ticket *next GUARDED_BY(account_class); /* in the queue */
    struct ticket *prev GUARDED_BY(account_class);
    enum {
        TICKET_QUEUED,
        TICKET_IN_HAND,
        TICKET_ENDED
    } state GUARDED_BY(account_class);
    bool forgotten GUARDED_BY(account_class); /* nobody has it: who ends it
                                                 frees it */
    struct outcome outcome GUARDED_BY(account_class); /* ENDED */
};

/* What ledger-look has read. Belongs to who has the pointer. */
struct ledger_picture {
    struct holder *holders;
    size_t holder_count;
    struct ledger_line *lines;
    struct ledger_page page;
};

struct ledger {
    /* constant */
    struct notify *notify;
    struct thread *thread;
    char *where;

    /* owned by the teller, before and after it by who opened it */
    struct vault *vault; /* NULL: it was lost */
    struct ticket *hand[LEDGER_BATCH];
    struct posting postings[LEDGER_BATCH];

    /* owned by ledger-look, after it by who ends the room */
    struct vault *view;
    int64_t view_version;
    int64_t view_due_ms; /* when what it has read changes by itself; 0: never
                          */

    struct lock lock;
    struct lock_cond work; /* for the teller */
    struct lock_cond look; /* for ledger-look */
    struct lock_cond news; /* for who waits */
    struct ticket *first GUARDED_BY(account_class);
    struct ticket *last GUARDED_BY(account_class);
    size_t waiting GUARDED_BY(account_class); /* threads in ledger_wait */
    struct key_maker maker GUARDED_BY(account_class);
    struct ledger_totals totals GUARDED_BY(account_class);
    bool resume GUARDED_BY(account_class);
    bool ending GUARDED_BY(account_class);
    struct thread *looker GUARDED_BY(account_class); /* NULL: not yet */
    bool starting GUARDED_BY(account_class);         /* somebody starts it */
    bool looked GUARDED_BY(account_class);           /* a look is asked for */
    int64_t look_holder GUARDED_BY(account_class);
    int64_t look_from GUARDED_BY(account_class);
    struct ledger_picture picture GUARDED_BY(account_class);
};

/* The bodies of the threads. */
void teller_run(void *ledger);
void look_run(void *ledger);

void ledger_picture_fini(struct ledger_picture *picture);

/* The queue. */
void ledger_unlink(struct ledger *ledger, struct ticket *ticket)
    REQUIRES(account_class);
void ticket_free(struct ticket *ticket);

#endif
