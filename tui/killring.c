#include "killring.h"

#include "base/mem.h"

void killring_init(struct killring *ring)
{
    *ring = (struct killring){0};
}

void killring_fini(struct killring *ring)
{
    for (size_t i = 0; i < KILLRING_SIZE; i++)
        MEM_CLEAR(ring->texts[i]);
}

void killring_add(struct killring *ring, const char *text, size_t len)
{
    ring->newest = (ring->newest + 1) % KILLRING_SIZE;
    mem_free(ring->texts[ring->newest]);
    ring->texts[ring->newest] = mem_strndup(text, len);
    ring->count += ring->count < KILLRING_SIZE;
}

void killring_extend(struct killring *ring, const char *text, size_t len,
                     bool before)
{
    char *old = ring->texts[ring->newest];

    if (ring->count == 0) {
        killring_add(ring, text, len);
        return;
    }
    ring->texts[ring->newest] = before
                                    ? mem_printf("%.*s%s", (int)len, text, old)
                                    : mem_printf("%s%.*s", old, (int)len, text);
    mem_free(old);
}

const char *killring_get(const struct killring *ring, size_t back)
{
    if (ring->count == 0)
        return NULL;
    back %= ring->count;
    return ring->texts[(ring->newest + KILLRING_SIZE - back) % KILLRING_SIZE];
}
