#include "threads/modules.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

int modules_marked[4] = {1};
static int modules_zeroed[1 << 16];

static uint64_t at(const void *place)
{
    return (uint64_t)(uintptr_t)place;
}

static void test_names(struct modules *modules)
{
    char name[64];
    int *heap = mem_new(sizeof(*heap));
    int local = 0;

    modules_name(modules, at(modules_marked), name, sizeof(name));
    tap_is(name, "modules_marked", "a variable");
    modules_name(modules, at(&modules_marked[2]), name, sizeof(name));
    tap_is(name, "modules_marked+0x8", "a place in it");
    modules_name(modules, at(&modules_zeroed[9000]), name, sizeof(name));
    tap_is(name, "modules_zeroed+0x8ca0", "one of zeroes, far behind the file");
    modules_name(modules, at(&local), name, sizeof(name));
    tap_ok(strncmp(name, "[stack]+0x", 10) == 0, "the stack: %s", name);
    modules_name(modules, 8, name, sizeof(name));
    tap_is(name, "", "nowhere");
    modules_name(modules, at(modules_marked), name, 8);
    tap_ok(strlen(name) < 8, "cut to fit");
    mem_free(heap);
}

static void test_find(struct modules *modules)
{
    uint64_t address;
    uint64_t base;
    char name[64];

    tap_ok(!modules_find(modules, "no such file", &base), "no such file");
    if (!modules_find(modules, "libc.so.6", &base)) {
        tap_note("there is no libc.so.6 here");
        return;
    }
    tap_ok(modules_symbol(modules, base, "getenv", &address),
           "a function of the C library");
    modules_name(modules, address, name, sizeof(name));
    tap_ok(strstr(name, "getenv") != NULL, "and its name: %s", name);
    tap_ok(!modules_symbol(modules, base, "modules_marked", &address),
           "not one of ours");
    tap_ok(!modules_symbol(modules, base + 1, "getenv", &address),
           "nothing begins there");
}

/* A region comes between: what was known stays, also of those behind it. */
static void test_renew(struct modules *modules)
{
    long page = sysconf(_SC_PAGESIZE);
    size_t before = modules->count;
    bool moved = true;
    char name[64];
    int fd = open("/proc/self/exe", O_RDONLY);
    void *more = mmap(NULL, (size_t)page, PROT_READ, MAP_PRIVATE, fd, (off_t)0);
    uint64_t bytes = modules->bytes;

    close(fd);
    modules_name(modules, at(more), name, sizeof(name));
    tap_is(name, "", "a region that is not known");
    tap_ok(modules_renew(modules, &moved) && !moved, "nothing has gone");
    modules_name(modules, at(more), name, sizeof(name));
    tap_ok(*name && modules->count > before, "now it is: %s", name);
    modules_name(modules, at(modules_marked), name, sizeof(name));
    tap_is(name, "modules_marked", "a name is still known");
    munmap(more, (size_t)page);
    tap_ok(modules_renew(modules, &moved) && moved, "what was known has gone");
    tap_ok(bytes > 0 && modules->bytes == bytes,
           "nothing of it is kept, and nothing was read again");
}

int main(void)
{
    struct modules modules;

    modules_zeroed[0] = 1;
    if (!tap_ok(modules_read(&modules, getpid()), "this process"))
        return tap_done();
    test_names(&modules);
    test_find(&modules);
    test_renew(&modules);
    modules_fini(&modules);
    tap_ok(!modules_read(&modules, 1 << 23), "no such process");
    return tap_done();
}
