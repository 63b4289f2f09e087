#include "graph.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { NONE = INT_MAX };

struct edge {
    int from; /* places in ids */
    int to;
};

/* Threads are numbered by their place among all ids; the edges of number n are
 * first[n]..first[n + 1]. */
struct graph {
    int *ids;
    int nodes;
    struct edge *edges;
    size_t edge_count;
    size_t *first;

    /* Tarjan's strongly connected components */
    int *order; /* when it was met; NONE: not yet */
    int *low;
    int *component; /* NONE: not known yet */
    size_t *next;   /* the edge to go on with */
    int *path;      /* where the walk stands: its way from the root */
    int *open;      /* met, component not known */
};

static int compare_ints(const void *a, const void *b)
{
    int left = *(const int *)a;
    int right = *(const int *)b;

    return (left > right) - (left < right);
}

static int compare_edges(const void *a, const void *b)
{
    const struct edge *left = a;
    const struct edge *right = b;

    if (left->from != right->from)
        return (left->from > right->from) - (left->from < right->from);
    return (left->to > right->to) - (left->to < right->to);
}

static int number_of(const struct graph *graph, int id)
{
    const int *found = bsearch(&id, graph->ids, (size_t)graph->nodes,
                               sizeof(id), compare_ints);

    return (int)(found - graph->ids);
}

static int unique(int *ids, size_t count)
{
    int kept = 0;

    qsort(ids, count, sizeof(*ids), compare_ints);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || ids[kept - 1] != ids[i])
            ids[kept++] = ids[i];
    return kept;
}

static void index_edges(struct graph *graph, const struct graph_edge *edges)
{
    size_t at = 0;

    for (size_t i = 0; i < graph->edge_count; i++)
        graph->edges[i] = (struct edge){number_of(graph, edges[i].waiter),
                                        number_of(graph, edges[i].holder)};
    qsort(graph->edges, graph->edge_count, sizeof(*graph->edges),
          compare_edges);
    for (int n = 0; n <= graph->nodes; n++) {
        while (at < graph->edge_count && graph->edges[at].from < n)
            at++;
        graph->first[n] = at;
    }
}

static void init(struct graph *graph, const struct graph_edge *edges,
                 size_t count)
{
    size_t nodes;

    *graph = (struct graph){.edge_count = count};
    graph->ids = mem_resize(NULL, 2 * count, sizeof(*graph->ids));
    for (size_t i = 0; i < count; i++) {
        graph->ids[2 * i] = edges[i].waiter;
        graph->ids[2 * i + 1] = edges[i].holder;
    }
    graph->nodes = unique(graph->ids, 2 * count);
    nodes = (size_t)graph->nodes;
    graph->edges = mem_resize(NULL, count, sizeof(*graph->edges));
    graph->first = mem_resize(NULL, nodes + 1, sizeof(*graph->first));
    graph->order = mem_resize(NULL, nodes, sizeof(*graph->order));
    graph->low = mem_resize(NULL, nodes, sizeof(*graph->low));
    graph->component = mem_resize(NULL, nodes, sizeof(*graph->component));
    graph->next = mem_resize(NULL, nodes, sizeof(*graph->next));
    graph->path = mem_resize(NULL, nodes, sizeof(*graph->path));
    graph->open = mem_resize(NULL, nodes, sizeof(*graph->open));
    index_edges(graph, edges);
    for (int n = 0; n < graph->nodes; n++)
        graph->order[n] = graph->component[n] = NONE;
}

static void fini(struct graph *graph)
{
    mem_free(graph->ids);
    mem_free(graph->edges);
    mem_free(graph->first);
    mem_free(graph->order);
    mem_free(graph->low);
    mem_free(graph->component);
    mem_free(graph->next);
    mem_free(graph->path);
    mem_free(graph->open);
}

struct walk {
    int met; /* so many so far */
    int path_len;
    int open_len;
};

static void meet(struct graph *graph, struct walk *walk, int node)
{
    graph->order[node] = graph->low[node] = walk->met++;
    graph->next[node] = graph->first[node];
    graph->path[walk->path_len++] = node;
    graph->open[walk->open_len++] = node;
}

/* The last of the path is done: its component, if it is the root of one, and
 * what it could reach for the one before it. */
static void leave(struct graph *graph, struct walk *walk)
{
    int node = graph->path[--walk->path_len];
    int member;

    if (walk->path_len > 0) {
        int before = graph->path[walk->path_len - 1];

        if (graph->low[node] < graph->low[before])
            graph->low[before] = graph->low[node];
    }
    if (graph->low[node] != graph->order[node])
        return;
    do {
        member = graph->open[--walk->open_len];
        graph->component[member] = node;
    } while (member != node);
}

static void find_components(struct graph *graph)
{
    struct walk walk = {0};

    for (int root = 0; root < graph->nodes; root++) {
        if (graph->order[root] == NONE)
            meet(graph, &walk, root);
        while (walk.path_len > 0) {
            int node = graph->path[walk.path_len - 1];
            int to;

            if (graph->next[node] == graph->first[node + 1]) {
                leave(graph, &walk);
                continue;
            }
            to = graph->edges[graph->next[node]++].to;
            if (graph->order[to] == NONE)
                meet(graph, &walk, to);
            else if (graph->component[to] == NONE &&
                     graph->order[to] < graph->low[node])
                graph->low[node] = graph->order[to];
        }
    }
}

/* Breadth first from start inside its component, back to it; the steps stand in
 * low (where it was reached from), the queue in path. Returns the last member,
 * NONE if start is in no ring. */
static int find_ring(struct graph *graph, int start)
{
    int len = 0;

    graph->path[len++] = start;
    graph->low[start] = start;
    for (int i = 0; i < len; i++) {
        int node = graph->path[i];

        for (size_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            int to = graph->edges[e].to;

            if (to == start)
                return node;
            if (graph->component[to] != graph->component[start] ||
                graph->order[to] == NONE)
                continue;
            graph->order[to] = NONE;
            graph->low[to] = node;
            graph->path[len++] = to;
        }
    }
    return NONE;
}

static void add_ring(struct graph *graph, int start, int last,
                     struct graph_cycles *cycles)
{
    size_t at = cycles->starts[cycles->count];
    size_t len = 1;

    for (int node = last; node != start; node = graph->low[node])
        len++;
    cycles->members =
        mem_resize(cycles->members, at + len, sizeof(*cycles->members));
    cycles->starts =
        mem_resize(cycles->starts, cycles->count + 2, sizeof(*cycles->starts));
    for (size_t i = len; i > 0; i--) {
        cycles->members[at + i - 1] = graph->ids[last];
        last = graph->low[last];
    }
    cycles->starts[++cycles->count] = at + len;
}

void graph_cycles(const struct graph_edge *edges, size_t count,
                  struct graph_cycles *cycles)
{
    struct graph graph;
    bool *told;

    *cycles = (struct graph_cycles){.starts = mem_new(sizeof(size_t))};
    if (count == 0)
        return;
    init(&graph, edges, count);
    find_components(&graph);
    told = mem_new((size_t)graph.nodes * sizeof(*told));
    for (int n = 0; n < graph.nodes; n++) {
        int last;

        if (told[graph.component[n]])
            continue;
        told[graph.component[n]] = true;
        last = find_ring(&graph, n);
        if (last != NONE)
            add_ring(&graph, n, last, cycles);
    }
    mem_free(told);
    fini(&graph);
}

void graph_cycles_fini(struct graph_cycles *cycles)
{
    MEM_CLEAR(cycles->members);
    MEM_CLEAR(cycles->starts);
    cycles->count = 0;
}
