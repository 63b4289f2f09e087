/* Small pictures made from a number: five by five fields, mirrored, in one
 * colour, as PNG files (ISO/IEC 15948) with stored deflate blocks (RFC 1950 and
 * RFC 1951), so that their size follows from their side. Pure; any thread. */
#ifndef ORIGIN_AVATAR_H
#define ORIGIN_AVATAR_H

#include "base/str.h"

enum { AVATAR_SIDE_MAX = 512 };

/* Appends a whole PNG file, side pixels wide and high (1..AVATAR_SIDE_MAX), of
 * about side * side bytes, to png. */
void avatar_png(struct str *png, unsigned number, unsigned side);

#endif
