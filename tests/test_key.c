#include "account/key.h"

#include "tap.h"

static struct err err;

static int compare(const struct key *a, const struct key *b)
{
    return memcmp(a->bytes, b->bytes, KEY_BYTES);
}

static void test_order(void)
{
    struct key_maker maker;
    struct key_maker other;
    struct key last;
    bool ordered = true;

    key_maker_init(&maker);
    key_maker_init(&other);
    last = key_make(&maker, 1000);
    tap_ok((last.bytes[6] & 0xf0) == 0x70 && (last.bytes[8] & 0xc0) == 0x80,
           "version 7 and variant of RFC 9562");
    for (int i = 0; i < 10000; i++) {
        struct key next = key_make(&maker, 1000);

        ordered &= compare(&last, &next) < 0 && (next.bytes[6] & 0xf0) == 0x70;
        last = next;
    }
    tap_ok(ordered, "10,000 in one millisecond are in order");
    struct key back = key_make(&maker, 5);
    tap_ok(compare(&last, &back) < 0, "also when the clock is set back");
    struct key later = key_make(&maker, 90000);
    tap_ok(compare(&back, &later) < 0, "and a later one is above");
    tap_int(later.bytes[3] << 16 | later.bytes[4] << 8 | later.bytes[5], 90000,
            "with its milliseconds in front");
    struct key theirs = key_make(&other, 90000);
    tap_ok(compare(&theirs, &later) != 0, "another process has others");
}

static void test_text(void)
{
    struct key_maker maker;
    struct key key;
    struct key again;
    char text[KEY_TEXT];
    char words[KEY_WORDS_MAX + 2];

    key_maker_init(&maker);
    key = key_make(&maker, 1700000000000);
    tap_ok(key_read(key_text(text, &key), &again, &err) &&
               compare(&key, &again) == 0,
           "what is written is read: %s", text);
    tap_ok(key_read("0192F0C1-7D2A-7000-8A3B-0123456789AB", &key, &err) &&
               strcmp(key_text(text, &key),
                      "0192f0c1-7d2a-7000-8a3b-0123456789ab") == 0,
           "capitals are read");
    tap_ok(key_read("order 4711", &key, &err) &&
               key_read("order 4711", &again, &err) &&
               compare(&key, &again) == 0,
           "words give the same key every time");
    tap_ok((key.bytes[6] & 0xf0) == 0x80, "of version 8");
    tap_ok(key_read("order 4712", &again, &err) && compare(&key, &again) != 0,
           "other words another one");
    tap_ok(!key_read("", &key, &err), "no words give none");
    memset(words, 'x', sizeof(words));
    words[KEY_WORDS_MAX + 1] = '\0';
    tap_ok(!key_read(words, &key, &err), "nor do too many");
}

int main(void)
{
    test_order();
    test_text();
    return tap_done();
}
