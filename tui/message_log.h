/* The messages, newest last. UI thread. */
#ifndef TUI_MESSAGE_LOG_H
#define TUI_MESSAGE_LOG_H

#include "bench.h"
#include "messages.h"

void message_log_open(struct bench *bench, const struct messages *messages);

#endif
