/* A set of 64-bit hashes: which names are taken, which links have been seen.
 * Open addressing; memory is at most 32 bytes an entry. Pure; one thread at a
 * time. */
#ifndef FETCH_SET_H
#define FETCH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set {
    uint64_t *slots; /* 0: empty */
    size_t room;     /* a power of two, or 0 */
    size_t count;
};

void set_init(struct set *set);
void set_fini(struct set *set);

/* True if hash was not there before. */
bool set_add(struct set *set, uint64_t hash);

#endif
