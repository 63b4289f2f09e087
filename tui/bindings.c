#include "bindings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "layout.h"

void bindings_init(struct bindings *bindings)
{
    *bindings = (struct bindings){.count = 0};
}

void bindings_fini(struct bindings *bindings)
{
    mem_free(bindings->items);
}

static void append(struct bindings *bindings, const struct binding *binding)
{
    bindings->items = mem_resize(bindings->items, bindings->count + 1,
                                 sizeof(*bindings->items));
    bindings->items[bindings->count++] = *binding;
}

static bool same(const struct binding *binding, const struct stroke *strokes,
                 size_t count)
{
    if (binding->count < count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!stroke_equal(binding->strokes[i], strokes[i]))
            return false;
    return true;
}

/* The tables are ours and tested: a name that is none is a fault of theirs. */
void bindings_add(struct bindings *bindings, const struct action *action,
                  size_t owner)
{
    for (size_t i = 0; i < ACTION_KEYS && action->keys[i]; i++) {
        struct binding binding = {.action = action, .owner = owner};
        struct err err;

        if (!stroke_sequence_parse(action->keys[i], binding.strokes,
                                   ACTION_STROKES, &binding.count, &err)) {
            fprintf(stderr, "threadlab: %s: %s\n", action->name, err.text);
            abort();
        }
        append(bindings, &binding);
    }
}

bool bindings_set(struct bindings *bindings, const char *keys,
                  const struct action *action, size_t owner, struct err *err)
{
    struct binding binding = {.action = action, .owner = owner};
    size_t kept = 0;

    if (!stroke_sequence_parse(keys, binding.strokes, ACTION_STROKES,
                               &binding.count, err))
        return false;
    for (size_t i = 0; i < bindings->count; i++) {
        const struct binding *old = &bindings->items[i];

        if (old->owner != owner || old->count != binding.count ||
            !same(old, binding.strokes, binding.count))
            bindings->items[kept++] = *old;
    }
    bindings->count = kept;
    append(bindings, &binding);
    return true;
}

const struct binding *bindings_find(const struct bindings *bindings,
                                    const struct stroke *strokes, size_t count,
                                    size_t focus, bool *more)
{
    const struct binding *found = NULL;

    *more = false;
    for (size_t i = 0; i < bindings->count; i++) {
        const struct binding *binding = &bindings->items[i];

        if ((binding->owner != focus && binding->owner != LAYOUT_PANES) ||
            !same(binding, strokes, count))
            continue;
        if (binding->count > count)
            *more = true;
        else if (!found || binding->owner == focus)
            found = binding;
    }
    return found;
}

static bool put(char out[BINDINGS_SHOWN], size_t *len, const char *between,
                const char *name)
{
    size_t room = BINDINGS_SHOWN - *len;
    int more = snprintf(out + *len, room, "%s%s", between, name);

    if (more < 0 || (size_t)more >= room)
        return false;
    *len += (size_t)more;
    return true;
}

const char *bindings_keys(const struct bindings *bindings,
                          const struct action *action, size_t max,
                          char out[BINDINGS_SHOWN])
{
    size_t len = 0;
    size_t count = 0;

    out[0] = '\0';
    for (size_t i = 0; i < bindings->count && count < max; i++) {
        const struct binding *binding = &bindings->items[i];
        size_t before = len;

        if (binding->action != action)
            continue;
        count++;
        for (size_t k = 0; k < binding->count; k++) {
            const char *between = k > 0 ? " " : before > 0 ? ", " : "";
            char name[STROKE_NAME];

            stroke_name(name, binding->strokes[k]);
            if (!put(out, &len, between, name)) {
                out[before] = '\0';
                return out;
            }
        }
    }
    return out;
}
