#include "pack.h"

#include <stdlib.h>
#include <string.h>

void pack_data(struct pack *pack, const void *data, size_t len)
{
    if (len > pack->room - pack->len)
        abort();
    memcpy(pack->data + pack->len, data, len);
    pack->len += len;
}

void pack_int(struct pack *pack, int64_t value)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
    pack_data(pack, bytes, sizeof(bytes));
}

void pack_text(struct pack *pack, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    pack_int(pack, (int64_t)len);
    if (len > 0)
        pack_data(pack, text, len);
}
