#include "memory.h"

#include <errno.h>
#include <sys/uio.h>

enum { BATCH = 256 }; /* far below IOV_MAX, and still few calls */

static struct iovec there(const struct memory_piece *piece)
{
    /* An address in the other process, which is never followed here. */
    return (struct iovec){(void *)(uintptr_t)piece->at, piece->size};
}

bool memory_read(pid_t pid, uint64_t at, void *out, size_t size)
{
    struct memory_piece piece = {.at = at, .size = size};
    struct iovec to = {out, size};
    struct iovec from = there(&piece);
    ssize_t n = process_vm_readv(pid, &to, 1, &from, 1, 0);

    if (n == (ssize_t)size)
        return true;
    if (n >= 0)
        errno = EFAULT;
    return false;
}

/* Marks the pieces that the first len bytes fill; returns how many. */
static size_t mark(struct memory_piece *pieces, size_t count, size_t len)
{
    size_t i;

    for (i = 0; i < count && len >= pieces[i].size; i++) {
        len -= pieces[i].size;
        pieces[i].read = true;
    }
    return i;
}

/* The kernel stops at the first piece that cannot be read: goes on behind it.
 */
void memory_read_many(pid_t pid, struct memory_piece *pieces, size_t count)
{
    struct iovec to[BATCH];
    struct iovec from[BATCH];
    size_t at = 0;

    for (size_t i = 0; i < count; i++)
        pieces[i].read = false;
    while (at < count) {
        size_t some = count - at < BATCH ? count - at : BATCH;
        size_t done;
        ssize_t n;

        for (size_t i = 0; i < some; i++) {
            to[i] = (struct iovec){pieces[at + i].out, pieces[at + i].size};
            from[i] = there(&pieces[at + i]);
        }
        n = process_vm_readv(pid, to, some, from, some, 0);
        if (n < 0 && errno != EFAULT)
            return;
        done = mark(pieces + at, some, n > 0 ? (size_t)n : 0);
        at += done < some ? done + 1 : done;
    }
}
