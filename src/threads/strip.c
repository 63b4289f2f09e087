#include "strip.h"

#include <string.h>

#include "base/mem.h"

enum { PART_NS = 20000 };
#define CELL_NS INT64_C(1000000000)
#define GAP_NS (2 * CELL_NS)

static uint16_t *cell_at(struct strip *strip, int64_t second)
{
    return strip->parts[second % STRIP_CELLS];
}

/* Makes second the newest cell: what lies between is empty. */
static void advance(struct strip *strip, int64_t second)
{
    if (second - strip->second >= STRIP_CELLS) {
        memset(strip->parts, 0, sizeof(strip->parts));
        strip->second = second;
    }
    while (strip->second < second) {
        strip->second++;
        memset(cell_at(strip, strip->second), 0, sizeof(strip->parts[0]));
    }
}

static void add_part(uint16_t *cell, enum strip_class class, double ns)
{
    double parts = cell[class] + ns / PART_NS + 0.5;

    cell[class] = parts < UINT16_MAX ? (uint16_t)parts : UINT16_MAX;
}

void strip_add(struct strip *strip, int64_t from_ns, int64_t to_ns,
               uint64_t run_ns, uint64_t ready_ns, enum strip_class rest)
{
    double all = (double)(to_ns - from_ns);
    double run = (double)run_ns;
    double ready = (double)ready_ns;
    int64_t at;

    if (from_ns < 0 || to_ns <= from_ns)
        return;
    if (all > GAP_NS && run + ready >= CELL_NS / 2.0) {
        run = ready = 0;
        rest = STRIP_UNKNOWN;
    }
    run = run < all ? run : all;
    ready = ready < all - run ? ready : all - run;
    at = to_ns - STRIP_CELLS * CELL_NS;
    for (at = at > from_ns ? at : from_ns; at < to_ns;) {
        int64_t second = at / CELL_NS;
        int64_t end = (second + 1) * CELL_NS;
        double part;

        if (end > to_ns)
            end = to_ns;
        part = (double)(end - at) / all;
        advance(strip, second);
        if (second > strip->second - STRIP_CELLS) {
            add_part(cell_at(strip, second), STRIP_RUN, run * part);
            add_part(cell_at(strip, second), STRIP_READY, ready * part);
            add_part(cell_at(strip, second), rest, (all - run - ready) * part);
        }
        at = end;
    }
}

static struct strip_cell sum_up(const uint16_t cell[STRIP_CLASSES])
{
    unsigned all = 0;
    unsigned most = STRIP_NONE;

    for (unsigned i = 0; i < STRIP_CLASSES; i++) {
        all += cell[i];
        if (cell[i] > cell[most])
            most = i;
    }
    if (all == 0)
        return (struct strip_cell){.class = STRIP_NONE};
    return (struct strip_cell){
        .class = (uint8_t)most,
        .percent = (uint8_t)(100 * cell[most] / all),
        .run_percent = (uint8_t)(100 * cell[STRIP_RUN] / all),
    };
}

void strip_copy(const struct strip *strip, int64_t now_ns,
                struct strip_cell cells[STRIP_CELLS])
{
    int64_t now = now_ns / CELL_NS;

    for (int i = 0; i < STRIP_CELLS; i++) {
        int64_t second = now - (STRIP_CELLS - 1) + i;

        cells[i] = (struct strip_cell){.class = STRIP_NONE};
        if (second >= 0 && second <= strip->second &&
            second > strip->second - STRIP_CELLS)
            cells[i] = sum_up(strip->parts[second % STRIP_CELLS]);
    }
}
