#include "threads/graph.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tap.h"

/* The cycles as text: "1 2 3; 7 8". */
static const char *cycles_of(const struct graph_edge *edges, size_t count)
{
    static char text[512];
    struct graph_cycles cycles;
    size_t len = 0;

    graph_cycles(edges, count, &cycles);
    text[0] = '\0';
    for (size_t i = 0; i < cycles.count; i++)
        for (size_t k = cycles.starts[i]; k < cycles.starts[i + 1]; k++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d",
                                    len == 0                ? ""
                                    : k == cycles.starts[i] ? "; "
                                                            : " ",
                                    cycles.members[k]);
    graph_cycles_fini(&cycles);
    return text;
}

#define CHECK(want, what, ...)                                             \
    do {                                                                   \
        const struct graph_edge edges[] = {__VA_ARGS__};                   \
        tap_is(cycles_of(edges, sizeof(edges) / sizeof(edges[0])), (want), \
               (what));                                                    \
    } while (0)

static void test_small(void)
{
    tap_is(cycles_of(NULL, 0), "", "nothing");
    CHECK("", "a chain", {1, 2}, {2, 3}, {3, 4});
    CHECK("1 2", "two wait for each other", {2, 1}, {1, 2});
    CHECK("3 9 5", "in waiting order, from the lowest", {9, 5}, {3, 9}, {5, 3});
    CHECK("4 5", "who waits for a cycle is not in it", {1, 4}, {4, 5}, {5, 4},
          {2, 1});
    CHECK("", "a cycle's thread that waits for nobody ends it", {1, 2}, {2, 3});
    CHECK("7", "one that waits for itself", {7, 7}, {1, 7});
    CHECK("1 2; 3 4", "two cycles", {3, 4}, {2, 1}, {4, 3}, {1, 2});
    CHECK("1 2", "an edge told twice", {1, 2}, {2, 1}, {1, 2});
}

static void test_several_holders(void)
{
    CHECK("1 3", "one of several holders closes it", {1, 2}, {1, 3}, {3, 1});
    CHECK("1 2", "the shortest ring of many", {1, 3}, {3, 4}, {4, 1}, {1, 2},
          {2, 1});
    CHECK("1 3 2", "two rings that meet are told as one", {1, 3}, {3, 2},
          {2, 1}, {3, 4}, {4, 3});
}

/* Recursion would not survive this. */
static void test_long(void)
{
    enum { LONG = 200000 };
    struct graph_edge *edges = mem_resize(NULL, LONG, sizeof(*edges));
    struct graph_cycles cycles;

    for (int i = 0; i < LONG; i++)
        edges[i] = (struct graph_edge){i + 1, i + 2};
    graph_cycles(edges, LONG, &cycles);
    tap_int((long long)cycles.count, 0, "a long chain");
    graph_cycles_fini(&cycles);
    edges[LONG - 1].holder = 1;
    graph_cycles(edges, LONG, &cycles);
    tap_ok(cycles.count == 1 && cycles.starts[1] == LONG &&
               cycles.members[0] == 1 && cycles.members[LONG - 1] == LONG,
           "a long cycle");
    graph_cycles_fini(&cycles);
    mem_free(edges);
}

enum { NODES = 8 };

static uint32_t draw(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* reach[a][b]: a waits for b, directly or not (Warshall). */
static void close_over(bool reach[NODES][NODES])
{
    for (int k = 0; k < NODES; k++)
        for (int i = 0; i < NODES; i++)
            for (int j = 0; j < NODES; j++)
                reach[i][j] |= reach[i][k] && reach[k][j];
}

/* Each group of threads that reach each other is told once, by a ring of real
 * edges; nothing else is. */
static bool is_right(bool direct[NODES][NODES], bool reach[NODES][NODES],
                     const struct graph_cycles *cycles)
{
    bool told[NODES] = {false};

    for (size_t c = 0; c < cycles->count; c++) {
        const int *members = cycles->members + cycles->starts[c];
        size_t len = cycles->starts[c + 1] - cycles->starts[c];

        for (size_t i = 0; i < len; i++)
            if (!direct[members[i]][members[(i + 1) % len]])
                return false;
        for (int n = 0; n < NODES; n++)
            if (reach[members[0]][n] && reach[n][members[0]]) {
                if (told[n])
                    return false;
                told[n] = true;
            }
    }
    for (int n = 0; n < NODES; n++)
        if (told[n] != reach[n][n])
            return false;
    return true;
}

static void test_random(void)
{
    uint32_t state = 2463534242u;
    bool good = true;

    for (int round = 0; round < 3000 && good; round++) {
        struct graph_edge edges[2 * NODES];
        bool direct[NODES][NODES] = {{false}};
        bool reach[NODES][NODES] = {{false}};
        size_t count = draw(&state) % (2 * NODES);
        struct graph_cycles cycles;

        for (size_t i = 0; i < count; i++) {
            int from = (int)(draw(&state) % NODES);
            int to = (int)(draw(&state) % NODES);

            edges[i] = (struct graph_edge){from, to};
            direct[from][to] = reach[from][to] = true;
        }
        close_over(reach);
        graph_cycles(edges, count, &cycles);
        good = is_right(direct, reach, &cycles);
        graph_cycles_fini(&cycles);
    }
    tap_ok(good, "3,000 random graphs against their closure");
}

int main(void)
{
    test_small();
    test_several_holders();
    test_long();
    test_random();
    return tap_done();
}
