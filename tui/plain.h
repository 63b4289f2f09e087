/* The workbench without a screen: commands come in line by line, everything
 * that is said goes out as lines, and nothing is ever taken back. For screen
 * readers, logs, scripts and terminals that can do no more. */
#ifndef TUI_PLAIN_H
#define TUI_PLAIN_H

#include "bench.h"

struct plain;

/* Until the end of what is read and of the downloads, or quit. Returns the exit
 * status: 0 all done, 1 failed, 3 some failed, 130 interrupted. */
int plain_main(struct bench *bench, const struct bench_options *options);

/* A line: bad news to the standard error, all other to the standard output. */
void plain_say(struct plain *plain, enum bench_tone tone, const char *text);

/* The next line that is read answers; as bench_confirm. */
void plain_confirm(struct plain *plain, const char *question,
                   void (*yes)(struct bench *bench, void *arg), void *arg,
                   void (*release)(void *arg));

/* Somebody sits there who can be asked. */
bool plain_is_watched(const struct plain *plain);

#endif
