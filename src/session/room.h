/* Inside the session room: the structure its files share. */
#ifndef SESSION_ROOM_H
#define SESSION_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/lock.h"
#include "base/notify.h"
#include "base/thread.h"
#include "session/db.h"
#include "session/notes.h"
#include "session/owner.h"
#include "session/queue.h"
#include "session/session.h"

struct session {
    /* constant */
    struct notify *notify;
    struct thread *thread;
    struct owner owner;
    int64_t gather_ms;
    bool view;

    /* owned by the session thread, before and after it by who opened it */
    struct db db;
    int version; /* db_version at the last reading */

    struct lock lock;
    struct lock_cond work; /* for the thread */
    struct lock_cond news; /* for session_flush */
    struct queue queue GUARDED_BY(session_class);
    struct notes settings GUARDED_BY(session_class);
    struct notes lines GUARDED_BY(session_class);
    struct session_memory memory GUARDED_BY(session_class); /* to be taken */
    bool has_memory GUARDED_BY(session_class);
    uint64_t asked GUARDED_BY(session_class);   /* requests so far */
    uint64_t tried GUARDED_BY(session_class);   /* asked, at the last try */
    uint64_t tries GUARDED_BY(session_class);   /* begun */
    uint64_t ended GUARDED_BY(session_class);   /* tries, well or not */
    uint64_t written GUARDED_BY(session_class); /* all up to this one are */
    int64_t due_ms GUARDED_BY(session_class);   /* when the next try is due */
    int64_t delay_ms GUARDED_BY(session_class); /* after a failure, else 0 */
    size_t in_hand GUARDED_BY(session_class);   /* changes being written */
    bool hurry GUARDED_BY(session_class);       /* somebody waits: now */
    bool reload GUARDED_BY(session_class);
    bool ending GUARDED_BY(session_class);
    bool untold GUARDED_BY(session_class); /* status is for session_status */
    struct err status GUARDED_BY(session_class); /* the last trouble */
};

/* The body of the thread. */
void writer_run(void *session);

void session_ping(struct session *session);

#endif
