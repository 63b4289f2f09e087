/* The threads room: what the threads of this process do, or those of another,
 * live.
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
#include <sys/types.h>

#include "base/err.h"
#include "base/notify.h"
#include "threads/object.h"
#include "threads/state.h"
#include "threads/strip.h"

struct threads;

/* Makes the room and starts its thread. notify (the caller's, outlives the
 * room) is pinged after each pass. Nothing is read before it is asked for.
 * Where /proc cannot be read, rows have what the roster knows and no more. */
struct threads *threads_new(struct notify *notify, struct err *err)
    __attribute__((warn_unused_result));
void threads_free(struct threads *threads);

/* The same for another process, which is looked at from outside: it is never
 * stopped, signalled or written to. Fails if there is no such process
 * (ERR_MISSING) or it is one of the kernel's own (ERR_REFUSED); where the
 * system does not let us look closely, threads_target tells why and rows have
 * less. A pass takes at least a millisecond after the one before. */
struct threads *threads_attach(pid_t pid, struct notify *notify,
                               struct err *err)
    __attribute__((warn_unused_result));

/* Asks for one pass; returns at once. Any number of requests before it begins
 * are one. The caller's own running does not count as something that moves
 * (totals.moving). */
void threads_sample(struct threads *threads);

enum { THREADS_NAME = 16, THREADS_ROLE = 48, THREADS_JOB = 96 };
enum { THREADS_WHAT = 80, THREADS_CALL = 24 };
enum { THREADS_START = 64, THREADS_NOTE = 80 };

/* How it is known who holds what a thread waits for. */
enum threads_claim {
    THREADS_NOT_KNOWN,
    THREADS_SAMPLED,   /* read once: it may have changed meanwhile */
    THREADS_CONFIRMED, /* two passes found the same, and the waiting thread had
                          not run in between */
    THREADS_EXACT      /* the kernel says so */
};

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

    /* of a thread of another process only */
    int inner;                /* its number inside its own PID namespace */
    enum object_kind object;  /* what a futex it waits on is; what names it */
    uint64_t address;         /* of that object; 0: none */
    bool timed;               /* the wait ends by itself */
    enum threads_claim claim; /* how the holder is known */
    unsigned ring; /* > 0: like cycle, but one of its waits ends by itself */
    char start[THREADS_START]; /* the function it began with; "" if not known */
    char note[THREADS_NOTE]; /* "3 readers hold it", "its holder has ended", ""
                              */
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
    unsigned rings; /* of which one wait ends by itself */
    size_t locks;   /* rows of threads_locks */
    bool moving;    /* something changes, or is still to fade: ask again soon.
                       Else nothing runs but the room and who asked it */
};
void threads_totals(struct threads *threads, struct threads_totals *totals);

enum { THREADS_COMMAND = 256, THREADS_LIMIT = 400 };

/* From the next pass on, the stacks of threads of another process that wait are
 * read, too. */
void threads_want_stacks(struct threads *threads, bool want);

/* The stack of a thread as it waits, a line for each function, innermost
 * first: "read+0x19". A last line "..." says that there are more that could not
 * be found. Clean. The caller frees it (mem_free); NULL: it is not known. */
char *threads_stack(struct threads *threads, int tid)
    __attribute__((warn_unused_result));

/* The other process as a whole. Text is clean. */
struct threads_target {
    pid_t pid;                     /* 0: this is our own */
    char name[THREADS_NAME];       /* of its program, as the kernel keeps it */
    char command[THREADS_COMMAND]; /* its words, cut to fit */
    char limit[THREADS_LIMIT];     /* why some fields are empty, and what helps;
                                      "": nothing is missing */
    bool ended;
};
void threads_target(struct threads *threads, struct threads_target *target);

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
