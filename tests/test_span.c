/* Sets of byte ranges, by hand and against a plain bitmap. */
#include "fetch/span.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "tap.h"

enum { BITS = 200, ROUNDS = 200000 };

static uint64_t state;

/* xorshift64*, so that a printed seed repeats a run anywhere. */
static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1dU >> 16) % below;
}

static bool well_formed(const struct spans *spans)
{
    for (size_t i = 0; i < spans->count; i++) {
        if (spans->list[i].start >= spans->list[i].end)
            return false;
        if (i > 0 && spans->list[i - 1].end >= spans->list[i].start)
            return false;
    }
    return true;
}

static bool same(const struct spans *spans, const bool *bits)
{
    bool seen[BITS] = {false};
    uint64_t total = 0;

    for (size_t i = 0; i < spans->count; i++)
        for (uint64_t at = spans->list[i].start; at < spans->list[i].end; at++)
            seen[at] = true;
    for (size_t at = 0; at < BITS; at++)
        total += bits[at];
    return memcmp(seen, bits, sizeof(seen)) == 0 &&
           spans_total(spans) == total && well_formed(spans);
}

static bool has_agrees(const struct spans *spans, const bool *bits)
{
    uint64_t start = draw(BITS);
    uint64_t end = start + draw(BITS - start + 1);
    bool all = true;

    for (uint64_t at = start; at < end; at++)
        all = all && bits[at];
    return spans_has(spans, start, end) == all;
}

static bool gap_agrees(const struct spans *spans, const bool *bits)
{
    uint64_t length = draw(BITS + 1);
    uint64_t start = 0;
    uint64_t end;
    struct span gap = {0, 0};
    bool found = spans_first_gap(spans, length, &gap);

    while (start < length && bits[start])
        start++;
    for (end = start; end < length && !bits[end];)
        end++;
    if (start == length)
        return !found;
    return found && gap.start == start && gap.end == end;
}

static bool invert_agrees(const struct spans *spans, const bool *bits)
{
    uint64_t length = draw(BITS + 1);
    bool rest[BITS] = {false};
    struct spans out;
    bool ok;

    for (uint64_t at = 0; at < length; at++)
        rest[at] = !bits[at];
    spans_init(&out);
    spans_invert(spans, length, &out);
    ok = same(&out, rest);
    spans_fini(&out);
    return ok;
}

static bool take_agrees(struct spans *spans, bool *bits)
{
    uint64_t max = 1 + draw(40);
    uint64_t start = 0;
    uint64_t end;
    struct span out;

    while (start < BITS && !bits[start])
        start++;
    if (!spans_take(spans, max, &out))
        return start == BITS;
    for (end = start; end < BITS && end - start < max && bits[end];)
        bits[end++] = false;
    return out.start == start && out.end == end;
}

static bool step(struct spans *spans, bool *bits)
{
    uint64_t start = draw(BITS);
    uint64_t end = start + draw((BITS - start) / 4 + 2);
    bool put = draw(2) == 0;

    if (end > BITS)
        end = BITS;
    if (draw(8) == 0 && !take_agrees(spans, bits))
        return false;
    if (!(put ? spans_add(spans, start, end) : spans_remove(spans, start, end)))
        return false;
    for (uint64_t at = start; at < end; at++)
        bits[at] = put;
    return same(spans, bits) && has_agrees(spans, bits) &&
           gap_agrees(spans, bits) && invert_agrees(spans, bits);
}

static void test_bitmap(void)
{
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    bool bits[BITS] = {false};
    struct spans spans;
    int round = 0;

    tap_note("SEED=%llu", (unsigned long long)seed);
    state = seed * 2 + 1;
    spans_init(&spans);
    while (round < ROUNDS && step(&spans, bits))
        round++;
    tap_int(round, ROUNDS, "random steps agree with a bitmap");
    spans_fini(&spans);
}

static void test_edges(void)
{
    struct spans spans;
    struct span gap;

    spans_init(&spans);
    tap_ok(!spans_first_gap(&spans, 0, &gap), "an empty file has no gap");
    tap_ok(spans_has(&spans, 5, 5), "an empty span is in any set");
    tap_ok(!spans_has(&spans, 6, 5) && !spans_add(&spans, 6, 5) &&
               !spans_remove(&spans, 6, 5),
           "a reversed span is refused");
    tap_ok(spans_add(&spans, 0, UINT64_MAX), "the largest span");
    tap_ok(spans_remove(&spans, 10, UINT64_MAX - 1), "a hole in it");
    tap_int((long long)spans.count, 2, "leaves two pieces");
    tap_ok(spans_total(&spans) == 11, "of eleven bytes");
    tap_ok(spans_has(&spans, UINT64_MAX - 1, UINT64_MAX), "the last is there");
    spans_clear(&spans);
    tap_ok(spans_add(&spans, 0, 10) && spans_add(&spans, 20, 30) &&
               spans_add(&spans, 10, 20) && spans.count == 1 &&
               spans_has(&spans, 0, 30),
           "a piece that touches both neighbours joins them");
    spans_fini(&spans);
}

static void test_ceiling(void)
{
    struct spans spans;
    struct spans out;
    bool ok = true;

    spans_init(&spans);
    spans_init(&out);
    for (uint64_t i = 0; i < SPANS_MAX; i++)
        ok = ok && spans_add(&spans, i * 4 + 1, i * 4 + 4);
    tap_ok(ok, "a set takes SPANS_MAX pieces");
    tap_ok(!spans_add(&spans, SPANS_MAX * 4 + 1, SPANS_MAX * 4 + 2),
           "and not one more");
    tap_ok(!spans_remove(&spans, 2, 3), "nor a hole");
    tap_ok(spans.count == SPANS_MAX && spans_total(&spans) == SPANS_MAX * 3,
           "and is unchanged");
    tap_ok(spans_add(&spans, 4, 5) && spans.count == SPANS_MAX - 1,
           "closing a gap is fine");
    tap_ok(spans_remove(&spans, 2, 3) && spans.count == SPANS_MAX,
           "so then is a hole");
    spans_invert(&spans, UINT64_MAX, &out);
    tap_int((long long)out.count, SPANS_MAX + 1, "its inverse has one more");
    spans_fini(&spans);
    spans_fini(&out);
}

static bool split(struct span *span, uint64_t align, uint64_t least,
                  struct span *rest)
{
    return span_split(span, span_bytes(span) / 2, align, least, rest);
}

static void test_split(void)
{
    struct span span = {1000, 5000};
    struct span rest;

    tap_ok(split(&span, 1024, 1, &rest) && span.start == 1000 &&
               span.end == 3072 && rest.start == 3072 && rest.end == 5000,
           "a split is aligned");
    span = (struct span){0, 100};
    tap_ok(!split(&span, 1024, 1, &rest) && span.end == 100,
           "no split where the alignment leaves nothing");
    tap_ok(!split(&span, 1, 51, &rest), "nor below the least size");
    tap_ok(split(&span, 1, 50, &rest) && rest.start == 50, "but at it");
    span = (struct span){0, 4096};
    tap_ok(!split(&span, 2048, 2049, &rest), "either side counts");
    span = (struct span){7, 7};
    tap_ok(!split(&span, 1, 0, &rest), "an empty span is not split");
    span = (struct span){7, 8};
    tap_ok(!split(&span, 1, 0, &rest), "nor is one byte");
    span = (struct span){UINT64_MAX - 9, UINT64_MAX};
    tap_ok(!split(&span, UINT64_C(1) << 63, 1, &rest) && span.end == UINT64_MAX,
           "an alignment past the last number is no split");
    tap_ok(split(&span, 2, 1, &rest) && rest.start < rest.end &&
               span.end == rest.start,
           "a split at the very end");
    span = (struct span){100, 1100};
    tap_ok(span_split(&span, 250, 1, 250, &rest) && span.end == 350 &&
               rest.start == 350 && rest.end == 1100,
           "a split where it is wanted");
    tap_ok(!span_split(&span, UINT64_MAX, 1, 1, &rest), "not past its end");
}

int main(void)
{
    test_edges();
    test_split();
    test_ceiling();
    test_bitmap();
    return tap_done();
}
