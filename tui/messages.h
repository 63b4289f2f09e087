/* What the workbench has said: the newest sentence for a while at the foot, and
 * the last ones for whoever asks (M). UI thread. */
#ifndef TUI_MESSAGES_H
#define TUI_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGES_KEPT = 512, MESSAGE_TEXT = 400 };

enum message_tone { MESSAGE_NOTE, MESSAGE_GOOD, MESSAGE_BAD };

struct message {
    int64_t wall_ms;
    enum message_tone tone;
    char text[MESSAGE_TEXT];
};

struct messages {
    struct message *ring; /* MESSAGES_KEPT */
    uint64_t count;       /* so far; the newest is number count - 1 */
    bool showing;         /* the newest is at the foot */
    int64_t until_ms;     /* -1: until the next key */
};

void messages_init(struct messages *messages);
void messages_fini(struct messages *messages);

/* Good news and notes stay for 4 s, bad news until a key is pressed. */
void messages_add(struct messages *messages, enum message_tone tone,
                  const char *text);

/* Message number i; NULL if it is not kept any more, or not there yet. */
const struct message *messages_get(const struct messages *messages, uint64_t i);

/* What stands at the foot now; NULL: nothing. */
const struct message *messages_now(struct messages *messages, int64_t now_ms);

/* A key was pressed: bad news has been seen. */
void messages_seen(struct messages *messages);

#endif
