/* The session room: what a workbench remembers across runs. The queue of
 * downloads, settings (pane layout, sort, ...) and the lines of the palette, in
 * one database.
 *
 * One process has a queue: the first that opens it, until it ends, however that
 * is. Others may view it. Every change is a request that leaves a copy and
 * returns at once; the room's thread ("session") writes all that waits in one
 * commit, a moment after the first (gather_ms). What one commit would overwrite
 * in the next is written once: what waits is at most one record for each key.
 * A disk that fails is told of once (session_status), what waits is kept and
 * tried again after 1, 2, 4 ... 60 s, and nothing runs while nothing waits.
 *
 * In the file: everything of a session_record, the settings and the lines; so
 * a URL with a password in it, as the download needs it again. The file is for
 * its owner only (0600). Passwords of a palette line are cut (line.h), and
 * options with secrets (--password, --bearer, ...) are not given to this room.
 *
 * Every call below may come from any thread and waits for no longer than a
 * copy, except session_open, session_view, session_flush and session_close,
 * which wait for the disk. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/notify.h"

struct session;

/* The numbers stand in the file: new ones go to the end. From SESSION_DONE on a
 * download is finished. */
enum session_state {
    SESSION_QUEUED, /* or running: it goes on at the next start */
    SESSION_PAUSED,
    SESSION_DONE,
    SESSION_FAILED,
    SESSION_CANCELED,
    SESSION_SKIPPED,
    SESSION_STATES
};

enum {
    SESSION_URLS = 64,        /* of one record */
    SESSION_TEXT = 64 * 1024, /* bytes of all text of a record, or of a value */
    SESSION_LINE = 4096,      /* bytes of a palette line */
    SESSION_LINES = 1000,     /* palette lines that are remembered */
    SESSION_HISTORY = 10000,  /* finished rows that outlive session_open */
    SESSION_ROWS = 1000000
};

/* One download. Text that is not there is NULL, and comes back as NULL. What
 * comes back is as dirty as it was when it was put: clean it to show it. */
struct session_record {
    uint64_t key;            /* from 1; never given to another download */
    const char *const *urls; /* the first, then mirrors */
    size_t url_count;        /* 1 .. SESSION_URLS */
    const char *dir;
    const char *out;    /* the name that was asked for */
    const char *digest; /* "sha256=9f86..." */
    int priority;
    enum session_state state;
    const char *name; /* final or best known */
    const char *path; /* of the finished file */
    uint64_t bytes;
    int64_t total;      /* -1: unknown */
    enum err_code code; /* why it failed, was skipped or waits */
    const char *error;
    int64_t added_ms;    /* clock_wall_ms() */
    int64_t finished_ms; /* 0: not yet */
    unsigned tries;
};

struct session_setting {
    char *name;
    char *value;
};

/* A copy of all that is remembered. */
struct session_memory {
    struct session_record **records; /* in queue order */
    size_t record_count;
    struct session_setting *settings; /* by name */
    size_t setting_count;
    char **lines; /* the newest last, each once */
    size_t line_count;
};

void session_memory_fini(struct session_memory *memory);

struct session_options {
    const char *path;  /* NULL: $XDG_STATE_HOME/threadlab/session.db, whose
                          folder is made (0700) */
    int64_t gather_ms; /* how long the first change waits for company; 0: 200 */
};

/* Opens or makes the database, reads it and starts the thread. notify (the
 * caller's, outlives the room; may be NULL) is pinged when session_status or
 * session_take has something new.
 *
 * ERR_BUSY: another process has this queue; the sentence names it. A database
 * of a newer threadlab or of another program is refused and left alone. A
 * damaged one is moved aside, to PATH.damaged-DATE, and a fresh one made:
 * session_status tells. Finished records beyond the newest SESSION_HISTORY are
 * forgotten. */
struct session *session_open(const struct session_options *options,
                             struct notify *notify, struct err *err)
    __attribute__((warn_unused_result));

/* Opens what another process has, or had, to look at: all requests but
 * session_reload are ignored, and nothing is written. ERR_MISSING where there
 * is no database. */
struct session *session_view(const struct session_options *options,
                             struct notify *notify, struct err *err)
    __attribute__((warn_unused_result));

/* Waits until all is written, or has failed, and frees. NULL does nothing. */
void session_close(struct session *session);

bool session_is_view(const struct session *session);

/* Hands over what was read and not taken yet: after session_open and
 * session_view, and whenever a reload has found something new. The caller ends
 * it with session_memory_fini. false, and memory empty: nothing new. */
bool session_take(struct session *session, struct session_memory *memory);

/* A view only: reads again what the other process has written since; a ping
 * follows if that is anything. */
void session_reload(struct session *session);

/* Remembers record, or what changed in it: a record whose key is 0 gets a new
 * one and the last place; any other keeps its place, or, where the key was
 * removed, gets the last. Returns the key; 0, and nothing is remembered, for a
 * record with no or too many URLs, too much text or a key that never was given,
 * for more than SESSION_ROWS records, and in a view. */
uint64_t session_put(struct session *session,
                     const struct session_record *record);

void session_remove(struct session *session, uint64_t key);

/* Puts key right before another; other 0: last. Keys that are not there are
 * ignored. */
void session_move(struct session *session, uint64_t key, uint64_t other);

/* value NULL: forgets it. Ignored: an empty name, too long a name or value. */
void session_set(struct session *session, const char *name, const char *value);

/* Remembers a palette line as the newest, without passwords of URLs in it.
 * Ignored: an empty or too long one. */
void session_remember(struct session *session, const char *line);

/* Waits until all that was requested before is on the disk. false: what it is
 * that failed, or ERR_BUSY when clock_ms() has reached deadline_ms (< 0: none);
 * nothing is lost by that, it goes on being tried. */
bool session_flush(struct session *session, int64_t deadline_ms,
                   struct err *err) __attribute__((warn_unused_result));

/* Is there something to tell? false: err has it, for this once. True otherwise.
 * A disk that goes on failing is told of once, until it worked again. */
bool session_status(struct session *session, struct err *err);

/* Changes that are not on the disk yet. */
size_t session_waiting(struct session *session);

#endif
