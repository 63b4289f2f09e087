#include "threads/gil.h"

#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

/* As CPython lays it out. */
struct fake {
    uint64_t interval_us;
    void *last;
    int locked;
    uint64_t switches;
    uint64_t cond;
};

struct state {
    uint64_t words[64];
};

static bool look(const struct fake *fake, struct task *const *tasks,
                 const struct task **holder)
{
    return gil_read(getpid(), (uint64_t)(uintptr_t)&fake->cond, tasks, 2,
                    holder);
}

int main(void)
{
    static struct state state;
    struct task *tasks[] = {mem_new(sizeof(struct task)),
                            mem_new(sizeof(struct task))};
    struct fake fake = {.interval_us = 5000, .last = &state, .locked = 1};
    const struct task *holder = NULL;

    tasks[0]->block = 0x7f0000000040;
    tasks[1]->block = 0x7f0000001040;
    tap_ok(!look(&fake, tasks, &holder), "a state that names no thread");
    state.words[17] = 0x7f0000001040;
    tap_ok(look(&fake, tasks, &holder) && holder == tasks[1],
           "the thread that had it last holds it");
    fake.locked = 0;
    tap_ok(look(&fake, tasks, &holder) && !holder, "nobody does");
    fake.locked = 2;
    tap_ok(!look(&fake, tasks, &holder), "no such mark");
    fake.locked = 1;
    fake.interval_us = 0;
    tap_ok(!look(&fake, tasks, &holder), "no interval");
    fake.interval_us = 5000;
    fake.last = NULL;
    tap_ok(!look(&fake, tasks, &holder), "nobody had it");
    fake.last = (char *)&state + 1;
    tap_ok(!look(&fake, tasks, &holder), "no place for a state");
    tap_ok(!gil_read(getpid(), 64, tasks, 2, &holder), "no memory");
    mem_free(tasks[0]);
    mem_free(tasks[1]);
    return tap_done();
}
