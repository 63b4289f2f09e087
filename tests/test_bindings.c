#include "tui/bindings.h"

#include "tap.h"
#include "tui/layout.h"

static const struct action pause_row = {.name = "pause",
                                        .keys = {"Space", "p"}};
static const struct action zoom = {.name = "zoom", .keys = {"z"}};
static const struct action left = {.name = "pane left",
                                   .keys = {"Ctrl+W h", "Ctrl+W Left"}};
static const struct action own_zoom = {.name = "own", .keys = {"z"}};

static struct bindings bindings;

static const struct action *found(const char *keys, size_t focus, bool *more)
{
    struct stroke strokes[ACTION_STROKES];
    const struct binding *binding;
    size_t count;
    struct err err;

    if (!stroke_sequence_parse(keys, strokes, ACTION_STROKES, &count, &err))
        return NULL;
    binding = bindings_find(&bindings, strokes, count, focus, more);
    return binding ? binding->action : NULL;
}

static void test_find(void)
{
    bool more;

    tap_ok(found("Space", 0, &more) == &pause_row && !more, "a pane's key");
    tap_ok(!found("Space", 1, &more) && !more, "is none in another pane");
    tap_ok(found("z", 0, &more) == &zoom, "a key of all panes");
    tap_ok(found("z", 1, &more) == &own_zoom, "the pane's own goes before it");
    tap_ok(!found("Ctrl+W", 0, &more) && more, "the beginning of a sequence");
    tap_ok(found("Ctrl+W Left", 3, &more) == &left && !more, "all of it");
    tap_ok(!found("Ctrl+W x", 0, &more) && !more, "another end");
}

static void test_set(void)
{
    struct err err;
    bool more;

    tap_ok(bindings_set(&bindings, "z", &pause_row, 0, &err) &&
               found("z", 0, &more) == &pause_row &&
               found("z", 1, &more) == &own_zoom &&
               found("z", 2, &more) == &zoom,
           "bind is for its owner's pane");
    tap_ok(bindings_set(&bindings, "z", &left, LAYOUT_PANES, &err) &&
               found("z", 2, &more) == &left,
           "bind takes the key away");
    tap_ok(!bindings_set(&bindings, "Ctrl+1", &zoom, 0, &err) && *err.text,
           "what no terminal can send");
    tap_ok(!bindings_set(&bindings, "a b c", &zoom, 0, &err), "too many");
}

static void test_names(void)
{
    static const struct action many = {
        .name = "many",
        .keys = {"Ctrl+W Left", "Ctrl+W Right", "Ctrl+W Home", "Ctrl+W PgDn"}};
    char out[BINDINGS_SHOWN];

    tap_is(bindings_keys(&bindings, &pause_row, SIZE_MAX, out), "Space, p",
           "the keys of an action");
    tap_is(bindings_keys(&bindings, &pause_row, 1, out), "Space", "its first");
    tap_is(bindings_keys(&bindings, &left, 1, out), "Ctrl+W h", "a sequence");
    tap_is(bindings_keys(&bindings, &many, SIZE_MAX, out), "", "none");
    bindings_add(&bindings, &many, 0);
    bindings_add(&bindings, &many, 1);
    bindings_keys(&bindings, &many, SIZE_MAX, out);
    tap_ok(strlen(out) < BINDINGS_SHOWN && strlen(out) > 30 &&
               out[strlen(out) - 1] != ' ' && out[strlen(out) - 1] != ',',
           "more than fit end after a whole one: %s", out);
}

int main(void)
{
    bindings_init(&bindings);
    bindings_add(&bindings, &pause_row, 0);
    bindings_add(&bindings, &own_zoom, 1);
    bindings_add(&bindings, &zoom, LAYOUT_PANES);
    bindings_add(&bindings, &left, LAYOUT_PANES);
    test_find();
    test_names();
    test_set();
    bindings_fini(&bindings);
    return tap_done();
}
