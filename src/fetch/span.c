#include "span.h"

#include <string.h>

#include "base/mem.h"

uint64_t span_bytes(const struct span *span)
{
    return span->end - span->start;
}

bool span_split(struct span *span, uint64_t keep, uint64_t align,
                uint64_t least, struct span *rest)
{
    uint64_t cut;
    uint64_t over;

    if (__builtin_add_overflow(span->start, keep, &cut))
        return false;
    over = cut % align;
    if (over && __builtin_add_overflow(cut, align - over, &cut))
        return false;
    if (cut <= span->start || cut >= span->end)
        return false;
    if (cut - span->start < least || span->end - cut < least)
        return false;
    *rest = (struct span){cut, span->end};
    span->end = cut;
    return true;
}

void spans_init(struct spans *spans)
{
    *spans = (struct spans){0};
}

void spans_fini(struct spans *spans)
{
    mem_free(spans->list);
    spans_init(spans);
}

void spans_clear(struct spans *spans)
{
    spans->count = 0;
}

/* Index of the first piece whose end is at or after offset. */
static size_t find(const struct spans *spans, uint64_t offset)
{
    size_t low = 0;
    size_t high = spans->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (spans->list[middle].end < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Puts count pieces in place of the pieces first .. last-1. */
static void replace(struct spans *spans, size_t first, size_t last,
                    const struct span *pieces, size_t count)
{
    size_t total = spans->count - (last - first) + count;

    if (total > spans->room) {
        spans->room = total < 8 ? 8 : total * 2;
        spans->list =
            mem_resize(spans->list, spans->room, sizeof(*spans->list));
    }
    if (last < spans->count && first + count != last)
        memmove(spans->list + first + count, spans->list + last,
                (spans->count - last) * sizeof(*spans->list));
    if (count > 0)
        memcpy(spans->list + first, pieces, count * sizeof(*pieces));
    spans->count = total;
}

bool spans_add(struct spans *spans, uint64_t start, uint64_t end)
{
    if (start >= end)
        return start == end;

    size_t first = find(spans, start);
    size_t last = first;
    struct span merged = {start, end};

    while (last < spans->count && spans->list[last].start <= end) {
        if (spans->list[last].start < merged.start)
            merged.start = spans->list[last].start;
        if (spans->list[last].end > merged.end)
            merged.end = spans->list[last].end;
        last++;
    }
    if (first == last && spans->count >= SPANS_MAX)
        return false;
    replace(spans, first, last, &merged, 1);
    return true;
}

bool spans_remove(struct spans *spans, uint64_t start, uint64_t end)
{
    if (start >= end)
        return start == end;

    size_t first = find(spans, start);
    size_t last = first;
    struct span left[2];
    size_t count = 0;

    while (last < spans->count && spans->list[last].start < end) {
        if (spans->list[last].start < start)
            left[count++] = (struct span){spans->list[last].start, start};
        if (spans->list[last].end > end)
            left[count++] = (struct span){end, spans->list[last].end};
        last++;
    }
    if (count > last - first && spans->count >= SPANS_MAX)
        return false;
    replace(spans, first, last, left, count);
    return true;
}

uint64_t spans_total(const struct spans *spans)
{
    uint64_t total = 0;

    for (size_t i = 0; i < spans->count; i++)
        total += span_bytes(&spans->list[i]);
    return total;
}

bool spans_has(const struct spans *spans, uint64_t start, uint64_t end)
{
    if (start >= end)
        return start == end;

    size_t at = find(spans, end);

    return at < spans->count && spans->list[at].start <= start;
}

bool spans_first_gap(const struct spans *spans, uint64_t length,
                     struct span *gap)
{
    bool head = spans->count > 0 && spans->list[0].start == 0;
    uint64_t start = head ? spans->list[0].end : 0;
    size_t next = head ? 1 : 0;

    if (start >= length)
        return false;
    *gap = (struct span){start, length};
    if (next < spans->count && spans->list[next].start < length)
        gap->end = spans->list[next].start;
    return true;
}

void spans_invert(const struct spans *spans, uint64_t length, struct spans *out)
{
    uint64_t start = 0;

    spans_clear(out);
    for (size_t i = 0; i < spans->count && start < length; i++) {
        struct span gap = {start, spans->list[i].start};

        if (gap.end > length)
            gap.end = length;
        if (gap.start < gap.end)
            replace(out, out->count, out->count, &gap, 1);
        start = spans->list[i].end;
    }
    if (start < length)
        replace(out, out->count, out->count, &(struct span){start, length}, 1);
}

bool spans_take(struct spans *spans, uint64_t max_bytes, struct span *out)
{
    if (spans->count == 0)
        return false;
    *out = spans->list[0];
    if (span_bytes(out) > max_bytes) {
        out->end = out->start + max_bytes;
        spans->list[0].start = out->end;
    } else {
        replace(spans, 0, 1, NULL, 0);
    }
    return true;
}
