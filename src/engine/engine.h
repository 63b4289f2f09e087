/* The engine: makes the rooms in one order and ends them in the other. A face
 * makes one, sends requests to its rooms and shows their snapshots. Belongs to
 * the main thread. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>

#include "account/ledger.h"
#include "base/err.h"
#include "base/log.h"
#include "base/notify.h"
#include "engine/exercise.h"
#include "fetch/fetch.h"
#include "session/session.h"
#include "threads/threads.h"

struct engine_options {
    const char *log_file;                  /* NULL: the ring only */
    enum log_level log_level;              /* the lowest that is kept */
    const struct fetch_options *fetch;     /* NULL: no download room */
    const struct session_options *session; /* NULL: nothing is remembered */
    const struct ledger_options *ledger;   /* NULL: no account room */
    bool threads;                          /* with the threads room */
    pid_t attach; /* that of another process, then; 0: our own */
};

struct engine {
    struct notify notify;    /* a snapshot has changed; poll notify.fd */
    struct fetch *fetch;     /* NULL if there is none */
    struct session *session; /* NULL if there is none */
    struct err session_err;  /* why a wanted one is not there; else ERR_NONE.
                                ERR_BUSY: engine_view may be offered */
    struct ledger *ledger;   /* NULL if there is none */
    struct threads *threads; /* NULL if there is none */

    /* The demo that runs, whoever began it; NULL: none does. */
    const struct exercise *demo;
    struct exercise own_demo; /* engine_demo's */
};

/* In order: signals blocked for all threads to come, main in the roster,
 * libcurl, the log, the rooms. One engine per process. What the options point
 * to outlives it. A session that cannot be had is no failure: the engine goes
 * without. On failure nothing is left. */
bool engine_init(struct engine *engine, const struct engine_options *options,
                 struct err *err) __attribute__((warn_unused_result));

/* Opens the session of another process to look at, where engine_init found
 * ERR_BUSY. */
bool engine_view(struct engine *engine, const struct session_options *options,
                 struct err *err) __attribute__((warn_unused_result));

/* Begins the exercise in a temporary folder (demo->top), which engine_fini
 * removes. ERR_EXISTS: one runs already. */
bool engine_demo(struct engine *engine, struct err *err)
    __attribute__((warn_unused_result));

/* Ends the rooms (each stops cleanly), then the rest. */
void engine_fini(struct engine *engine);

/* "0.1": the version of this program. */
const char *engine_version(void);

enum { ENGINE_LIBRARIES = 320 };

/* "libcurl/7.88.1 SQLite/3.40.1 ...": the libraries this process runs with. */
const char *engine_libraries(char out[ENGINE_LIBRARIES]);

/* libcurl can speak HTTP/2 here. */
bool engine_has_http2(void);

#endif
