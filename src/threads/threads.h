/* The threads room: what the threads of this process do, live.
 *
 * A face asks for a pass (threads_sample) and copies what the last one found.
 * The room has no clock of its own: while nobody asks it sleeps. The room's
 * thread ("threads") reads /proc, the roster (base/thread.h) and the locks
 * (base/lock.h), publishes and pings.
 *
 * A pass looks at one moment. What lies between two passes is told from the
 * kernel's counters where they can tell it; a short wait may go unseen.
 *
 * Every call below may come from any thread and waits for no longer than a
 * copy, except threads_new and threads_free, which are for the owner. */
#ifndef THREADS_THREADS_H
#define THREADS_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/notify.h"
#include "threads/state.h"
#include "threads/strip.h"

struct threads;

/* Makes the room and starts its thread. notify (the caller's, outlives the
 * room) is pinged after each pass. Nothing is read before it is asked for.
 * Where /proc cannot be read, rows have what the roster knows and no more. */
struct threads *threads_new(struct notify *notify, struct err *err)
    __attribute__((warn_unused_result));
void threads_free(struct threads *threads);

/* Asks for one pass; returns at once. Any number of requests before it begins
 * are one. The caller's own running does not count as something that moves
 * (totals.moving). */
void threads_sample(struct threads *threads);

enum { THREADS_NAME = 16, THREADS_ROLE = 48, THREADS_JOB = 96 };
enum { THREADS_WHAT = 80, THREADS_CALL = 24 };

/* One thread. Text is clean (fmt_clean). Times are clock_ms(). */
struct threads_row {
    int tid;
    bool own;                /* in the roster; else a library's */
    char room[THREADS_NAME]; /* "fetch" of "fetch-1", "main", "library" */
    char name[THREADS_NAME];
    char role[THREADS_ROLE]; /* "" if it is not our own */
    char job[THREADS_JOB];
    int64_t start_ms; /* < 0: before the clock began, or not known */
    int64_t pass_ms;  /* when the row was true; of one that is gone, the last
                         time it was seen */
    enum threads_state state;
    int64_t since_ms;        /* has been in this state at least since then */
    char call[THREADS_CALL]; /* the system call it waits in; "" otherwise */
    char what[THREADS_WHAT]; /* class of the lock, file, "socket"; or "" */
    int holder;              /* the thread it waits for (LOCK, JOIN); 0: not
                                known, or nobody at this moment */
    char holder_name[THREADS_NAME];
    unsigned cycle; /* > 0: it waits for ever, together with all others that
                       have this number; two passes have seen it */
    int cpu;        /* of one processor, in thousandths, over the time since the
                       last pass (at least 200 ms); -1: not known yet */
    int run;        /* over the last 4 s or more: -1 or, in thousandths, it ran,
                       waited for a processor, waited for something else */
    int ready;
    int blocked;
    uint64_t run_ns; /* since its start */
    uint64_t ready_ns;
    struct strip_cell strip[STRIP_CELLS]; /* oldest first */
};

struct threads_totals {
    uint64_t passes; /* 0: none yet, and no rows */
    int64_t pass_ms; /* when the last one was */
    int64_t pass_ns; /* how long it took */
    size_t rows;     /* those that are gone included */
    size_t gone;
    size_t state[THREADS_STATES];
    int cpu; /* all together, thousandths of one processor */
    unsigned cycles;
    size_t locks; /* rows of threads_locks */
    bool moving;  /* something changes, or is still to fade: ask again soon.
                     Else nothing runs but the room and who asked it */
};
void threads_totals(struct threads *threads, struct threads_totals *totals);

/* Copies rows first..first+max-1; returns how many were copied. The order is
 * that of a tree: by room ("main" first, "library" last), then by name, numbers
 * in names by value, then by tid. A thread that ended stays for 5 s as GONE. */
size_t threads_rows(struct threads *threads, size_t first,
                    struct threads_row *rows, size_t max);

/* The row of one thread; false: there is none. */
bool threads_row(struct threads *threads, int tid, struct threads_row *row)
    __attribute__((warn_unused_result));

/* A state a thread came into, as passes saw it. */
struct threads_change {
    uint64_t seq; /* counts from 1 for each thread */
    int64_t ms;
    enum threads_state state;
    int holder;
    char what[THREADS_WHAT];
};

enum { THREADS_CHANGES = 32 }; /* kept for each thread */

/* Copies up to max changes of a thread with seq > after, oldest first; returns
 * how many. */
size_t threads_changes(struct threads *threads, int tid, uint64_t after,
                       struct threads_change *changes, size_t max);

/* All live locks of one class. */
struct threads_lock {
    char class[THREADS_NAME];
    size_t locks;
    size_t waiters;
    int holder; /* of one that is held, first of one that is waited for; or 0 */
    char holder_name[THREADS_NAME];
    uint64_t takes;
    uint64_t contended; /* takes that had to wait */
    uint64_t wait_ns;   /* all waits together */
    uint64_t wait_max_ns;
    uint64_t hold_max_ns;   /* see lock.h for which holds are known */
    double contended_per_s; /* over the time since the last pass, at least 1 s;
                               < 0: not known yet */
};

/* Copies rows first..first+max-1, by class name. */
size_t threads_locks(struct threads *threads, size_t first,
                     struct threads_lock *rows, size_t max);

#endif
