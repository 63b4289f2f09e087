/* The signals the main thread takes. They are blocked (thread.h) except inside
 * signals_wait, so a handler only leaves a mark there. Main thread only. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Takes SIGINT, SIGTERM and SIGHUP (each only if it was not ignored, as under
 * nohup), SIGCHLD, SIGCONT and SIGWINCH; ignores SIGPIPE. Blocks all signals in
 * the calling thread, so it comes before the first other thread. SIGTSTP keeps
 * its default until signals_rescue. */
void signals_take(void);

/* poll(2) with the signals let in. Returns early when one came. deadline_ms: of
 * clock_ms(); -1 waits for ever. */
void signals_wait(struct pollfd *polled, nfds_t count, int64_t deadline_ms);

/* The same, for ever, and only stop signals are let in: for the middle of a
 * line, where a change of the terminal would find half of it written. */
void signals_wait_stop(struct pollfd *polled);

/* How often a SIGINT, SIGTERM or SIGHUP has come. */
int signals_stops(void);

/* True once for each time it came since the last call. */
bool signals_child(void);
bool signals_resized(void);
bool signals_continued(void);

/* A screen is up, and must not be left behind: rescue (async-signal-safe) runs
 * before a second stop signal or a fault ends the process, and SIGTSTP only
 * leaves a mark, for whoever can give the terminal back first. */
void signals_rescue(void (*rescue)(void));
bool signals_suspend(void);

/* Stops the process group as ^Z does in a shell, and returns when it goes on;
 * at once where nobody could let it go on (an orphaned group). */
void signals_stop(void);

/* From the next stop signal on (the second of them, say), the process ends at
 * once with status 130, wherever it is: lets the stop signals in for good. For
 * the end, when the main thread only waits for others. */
void signals_final(void);

#endif
