/* The Range field of a request (RFC 9110 sections 14.1.2 and 14.2). Pure; any
 * thread. */
#ifndef ORIGIN_RANGE_H
#define ORIGIN_RANGE_H

#include <stdint.h>

enum range_answer {
    RANGE_WHOLE, /* no range, one we need not honour, or nonsense: 200 */
    RANGE_PART,  /* 206 */
    RANGE_NONE   /* nothing of it is there: 416 */
};

/* Reads field (NULL: not sent) for a file of size bytes. Several ranges in one
 * field are answered as a whole. *first and *last are set for RANGE_PART. */
enum range_answer range_read(const char *field, uint64_t size, uint64_t *first,
                             uint64_t *last);

#endif
