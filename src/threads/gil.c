#include "gil.h"

#include "base/mem.h"
#include "threads/memory.h"

enum {
    STATE_WORDS = 64,       /* of a thread's state: thread_id is among them */
    INTERVAL_MAX = 1000000, /* us */
    ALIGNED = 63            /* as the blocks of threads are */
};

struct gil {
    uint64_t interval_us;
    uint64_t last;
    int32_t locked;
    int32_t unused;
    uint64_t switches;
};

static const struct task *owner_of(uint64_t block, struct task *const *tasks,
                                   size_t count)
{
    if (block == 0 || (block & ALIGNED) != 0)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (tasks[i]->block == block)
            return tasks[i];
    return NULL;
}

static const struct task *find_last(pid_t pid, uint64_t state,
                                    struct task *const *tasks, size_t count)
{
    uint64_t words[STATE_WORDS];
    const struct task *found = NULL;

    if (state == 0 || state % sizeof(words[0]) != 0 ||
        !memory_read(pid, state, words, sizeof(words)))
        return NULL;
    for (size_t i = 0; i < STATE_WORDS && !found; i++)
        found = owner_of(words[i], tasks, count);
    return found;
}

bool gil_read(pid_t pid, uint64_t cond, struct task *const *tasks, size_t count,
              const struct task **holder)
{
    const struct task *last;
    struct gil gil;

    if (!memory_read(pid, cond - sizeof(gil), &gil, sizeof(gil)) ||
        gil.interval_us == 0 || gil.interval_us > INTERVAL_MAX ||
        (gil.locked != 0 && gil.locked != 1))
        return false;
    last = find_last(pid, gil.last, tasks, count);
    *holder = gil.locked ? last : NULL;
    return last != NULL;
}
