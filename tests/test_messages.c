#include "tui/messages.h"

#include "base/clock.h"
#include "tap.h"

static void test_showing(void)
{
    struct messages messages;
    int64_t now_ms = clock_ms();

    messages_init(&messages);
    tap_ok(!messages_now(&messages, now_ms), "nothing at first");
    messages_add(&messages, MESSAGE_GOOD, "saved");
    tap_is(messages_now(&messages, now_ms)->text, "saved", "good news");
    tap_ok(!messages_now(&messages, now_ms + 60000), "for a while");
    messages_add(&messages, MESSAGE_BAD, "failed");
    tap_ok(messages_now(&messages, now_ms + 60000) != NULL,
           "bad news for longer");
    messages_add(&messages, MESSAGE_BAD, "again");
    tap_is(messages_now(&messages, now_ms)->text, "again", "the newest");
    messages_seen(&messages);
    tap_ok(!messages_now(&messages, now_ms), "until a key is pressed");
    messages_add(&messages, MESSAGE_NOTE, "note");
    messages_seen(&messages);
    tap_ok(messages_now(&messages, now_ms) != NULL, "which others outlive");
    messages_fini(&messages);
}

static void test_kept(void)
{
    struct messages messages;
    char text[2 * MESSAGE_TEXT];

    messages_init(&messages);
    for (int i = 0; i < MESSAGES_KEPT + 5; i++) {
        snprintf(text, sizeof(text), "number %d", i);
        messages_add(&messages, MESSAGE_NOTE, text);
    }
    tap_ok(!messages_get(&messages, 4), "an old one is gone");
    tap_is(messages_get(&messages, 5)->text, "number 5", "the oldest kept");
    tap_is(messages_get(&messages, MESSAGES_KEPT + 4)->text, "number 516",
           "the newest");
    tap_ok(!messages_get(&messages, MESSAGES_KEPT + 5), "none after it");
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    messages_add(&messages, MESSAGE_NOTE, text);
    tap_int((long long)strlen(messages_now(&messages, 0)->text),
            MESSAGE_TEXT - 1, "a long one is cut");
    messages_fini(&messages);
}

int main(void)
{
    test_showing();
    test_kept();
    return tap_done();
}
