#include "threads/memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

enum { PIECES = 1000 };

static uint64_t at(const void *place)
{
    return (uint64_t)(uintptr_t)place;
}

static void test_one(void)
{
    static const char text[] = "here";
    char out[sizeof(text)] = "";

    tap_ok(memory_read(getpid(), at(text), out, sizeof(out)), "own memory");
    tap_is(out, text, "what is there");
    errno = 0;
    tap_ok(!memory_read(getpid(), 0, out, 1) && errno == EFAULT,
           "nothing at 0");
}

/* Half of them cannot be read. */
static void test_many(void)
{
    static uint32_t from[PIECES];
    static uint32_t to[PIECES];
    static struct memory_piece pieces[PIECES];
    int wrong = 0;

    for (uint32_t i = 0; i < PIECES; i++) {
        from[i] = i + 1;
        pieces[i] = (struct memory_piece){.at = i % 2 ? at(&from[i]) : i,
                                          .out = &to[i],
                                          .size = sizeof(to[i])};
    }
    memory_read_many(getpid(), pieces, PIECES);
    for (uint32_t i = 0; i < PIECES; i++)
        wrong += pieces[i].read != (i % 2 == 1) || to[i] != (i % 2 ? i + 1 : 0);
    tap_int(wrong, 0, "pieces that cannot be read harm no others");
    memory_read_many(getpid(), pieces, 0);
}

/* A piece whose end lies in a page that is not there. */
static void test_edge(void)
{
    long page = sysconf(_SC_PAGESIZE);
    char *two = mmap(NULL, (size_t)(2 * page), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char out[16];
    struct memory_piece pieces[] = {
        {.at = at(two + page - 8), .out = out, .size = 16},
        {.at = at(two + page - 8), .out = out, .size = 8}};

    munmap(two + page, (size_t)page);
    memory_read_many(getpid(), pieces, 2);
    tap_ok(!pieces[0].read && pieces[1].read, "all of a piece, or none");
    munmap(two, (size_t)page);
}

int main(void)
{
    test_one();
    test_many();
    test_edge();
    return tap_done();
}
