#include "messages.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"

enum { GOOD_MS = 4000 };

void messages_init(struct messages *messages)
{
    *messages = (struct messages){
        .ring = mem_new(MESSAGES_KEPT * sizeof(struct message))};
}

void messages_fini(struct messages *messages)
{
    mem_free(messages->ring);
}

void messages_add(struct messages *messages, enum message_tone tone,
                  const char *text)
{
    struct message *message =
        &messages->ring[messages->count++ % MESSAGES_KEPT];

    message->wall_ms = clock_wall_ms();
    message->tone = tone;
    snprintf(message->text, sizeof(message->text), "%s", text);
    messages->showing = true;
    messages->until_ms = tone == MESSAGE_BAD ? -1 : clock_ms() + GOOD_MS;
}

const struct message *messages_get(const struct messages *messages, uint64_t i)
{
    if (i >= messages->count || messages->count - i > MESSAGES_KEPT)
        return NULL;
    return &messages->ring[i % MESSAGES_KEPT];
}

const struct message *messages_now(struct messages *messages, int64_t now_ms)
{
    if (messages->until_ms >= 0 && now_ms >= messages->until_ms)
        messages->showing = false;
    return messages->showing ? messages_get(messages, messages->count - 1)
                             : NULL;
}

void messages_seen(struct messages *messages)
{
    if (messages->until_ms < 0)
        messages->showing = false;
}
