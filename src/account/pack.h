/* Values in a row of bytes that can be read in one way only: what is hashed.
 * The room is the caller's; more than that is a bug and aborts. Pure. */
#ifndef ACCOUNT_PACK_H
#define ACCOUNT_PACK_H

#include <stddef.h>
#include <stdint.h>

struct pack {
    unsigned char *data;
    size_t room;
    size_t len;
};

enum { PACK_ENTRY = 1200 }; /* room for an entry and the account it opens */

void pack_data(struct pack *pack, const void *data, size_t len);

/* 8 bytes, big-endian. */
void pack_int(struct pack *pack, int64_t value);

/* Its length and its bytes; NULL is like "". */
void pack_text(struct pack *pack, const char *text);

#endif
